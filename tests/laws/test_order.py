"""Laws of the order in which examples come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegory.data.order import batch_rows, order, share, sums_of

seeds, epochs = st.integers(0, 2**63 - 1), st.integers(0, 10**6)
sizes = st.integers(1, 200)


def weights_of(n):
    weights = np.random.default_rng(n).random(n)
    weights[1::3] = 0
    return weights


@given(seeds, epochs, sizes)
def test_order_is_a_permutation(seed, epoch, n):
    np.testing.assert_array_equal(np.sort(order(seed, epoch, n)), np.arange(n))


def test_orders_differ_by_seed_and_by_epoch():
    orders = {order(seed, epoch, 100).tobytes() for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


@given(seeds, st.integers(0, 50), st.integers(1, 70), sizes, st.booleans())
def test_batches_follow_each_other_through_the_epochs(seed, step, batch, n, weighted):
    weights = sums_of(weights_of(n)) if weighted else None
    first, last = step * batch // n, (step + 1) * batch // n
    endless = np.concatenate([order(seed, e, n, weights) for e in range(first, last + 1)])
    expected = endless[step * batch - first * n :][:batch]
    rows = batch_rows(seed, step, batch, n, weights)
    assert rows.dtype == np.int64
    np.testing.assert_array_equal(rows, expected)


@given(sizes, st.integers(1, 20))
def test_shares_partition_the_batch(n, world):
    rows = np.arange(n)
    parts = [share(rows, rank, world) for rank in range(world)]
    np.testing.assert_array_equal(np.concatenate(parts), rows)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_weights_are_proportions():
    weights = np.array([0.0, 1.0, 2.0, 0.0, 5.0, 0.0])
    drawn = np.concatenate([order(3, epoch, 6, sums_of(weights)) for epoch in range(4000)])
    counts = np.bincount(drawn, minlength=6)
    assert not counts[[0, 3, 5]].any()
    np.testing.assert_allclose(counts / counts.sum(), weights / weights.sum(), atol=0.01)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [1.0, np.nan], [1.0, np.inf]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        sums_of(np.array(weights))


def test_the_caller_may_change_what_it_got():
    mine = order(0, 0, 10)
    mine[:] = 0
    np.testing.assert_array_equal(np.sort(order(0, 0, 10)), np.arange(10))
