"""Laws of splits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allegory.data.dataset import Column
from allegory.data.split import NAMES, split

shares = st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.45])
contents = st.lists(st.integers(0, 60), min_size=1, max_size=120)


def cut(digests, validation=0.1, test=0.1, seed=0, given=None):
    return split(
        np.asarray(digests, np.uint64), validation=validation, test=test, seed=seed, given=given
    )


@given(contents, shares, shares, st.integers(0, 2**32))
def test_parts_are_disjoint_complete_and_hold_no_copies(digests, validation, test, seed):
    parts = cut(digests, validation, test, seed)
    assert tuple(parts) == NAMES
    rows = np.concatenate(list(parts.values()))
    np.testing.assert_array_equal(np.sort(rows), np.arange(len(digests)))
    content = [set(np.asarray(digests)[part].tolist()) for part in parts.values()]
    assert sum(map(len, content)) == len(set(digests))
    for part in parts.values():
        assert (np.diff(part) > 0).all()


@given(contents, shares, shares, st.integers(0, 2**32))
def test_wanted_parts_are_not_empty(digests, validation, test, seed):
    parts = cut(digests, validation, test, seed)
    assert len(parts["train"])
    if len(set(digests)) >= 3:
        assert bool(len(parts["validation"])) == (validation > 0)
        assert bool(len(parts["test"])) == (test > 0)


@given(st.integers(10, 300), shares, shares)
def test_different_examples_are_cut_to_the_share(n, validation, test):
    parts = cut(range(n), validation, test)
    for name, part in (("validation", validation), ("test", test)):
        assert len(parts[name]) == (max(1, round(part * n)) if part else 0)


def test_the_place_follows_from_the_content():
    digests = np.random.default_rng(0).integers(0, 2**63, 500).astype(np.uint64)
    shuffled = np.random.default_rng(1).permutation(500)
    one, two = cut(digests), cut(digests[shuffled])
    for name in NAMES:
        assert set(digests[one[name]]) == set(digests[shuffled][two[name]])
    other = cut(digests, seed=1)
    assert set(one["test"]) != set(other["test"])


@given(shares, st.booleans())
def test_given_parts_are_kept(share, has_validation):
    values = np.repeat([0, 2, 1 if has_validation else -1], (50, 20, 10))
    column = Column("category", values, NAMES)
    parts = cut(range(80), share, share, given=column)
    np.testing.assert_array_equal(parts["test"], np.arange(50, 70))
    if has_validation:
        np.testing.assert_array_equal(parts["validation"], np.arange(70, 80))
    else:
        assert len(parts["validation"]) == (max(1, round(60 * share)) if share else 0)
