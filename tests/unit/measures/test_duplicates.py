"""Near-duplicates: copies that were changed slightly are found, others are not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from allegory.data.views import SLIGHT, slightly
from allegory.measures.duplicates import near_duplicates
from allegory.measures.fidelity.features import plain_features
from fakes import ellipses, points


def with_copies(data, change, of=(3, 40, 77)):
    """The data with changed copies of some examples at the end."""
    copies = change(data.take(np.array(of)))
    if data.store.dtype == np.uint8:
        copies = ((copies.permute(0, 2, 3, 1) + 1) * 127.5).round().numpy().astype(np.uint8)
    store = np.concatenate([data.store, np.asarray(copies, data.store.dtype)])
    n = len(store)
    return replace(data, store=store, rows=np.arange(n), columns={}), {
        (row, n - len(of) + k) for k, row in enumerate(of)
    }


def found_in(data):
    by = plain_features(data.media)
    return near_duplicates(data, by.of_data(data, shown=False), by, 0)


def change(x):
    chance = torch.rand(len(x), SLIGHT, generator=torch.Generator().manual_seed(5))
    return slightly(x, 0.25 + 0.5 * chance)


def test_slightly_changed_copies_are_found_the_nearest_first():
    data, copies = with_copies(ellipses(200, 24), change)
    found = found_in(data)
    assert copies <= set(map(tuple, found.rows.tolist()))
    assert (np.diff(found.distances) >= 0).all()
    assert (found.distances <= found.threshold).all()
    assert not len(found.equal)


def test_exact_copies_are_told_apart_from_near_ones():
    data, copies = with_copies(ellipses(200, 24), lambda x: x)
    found = found_in(data)
    assert set(map(tuple, found.equal.tolist())) == copies
    assert not copies & set(map(tuple, found.rows.tolist()))


def test_pictures_in_another_light_are_no_copies():
    data, copies = with_copies(ellipses(200, 24), lambda x: (x + 0.6).clamp(-1, 1))
    assert not copies & set(map(tuple, found_in(data).rows.tolist()))


def test_vectors():
    data, copies = with_copies(points(300, 6), lambda x: x + 1e-3)
    assert set(map(tuple, found_in(data).rows.tolist())) == copies


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_examples(n):
    found = found_in(ellipses(60, 8).select(np.arange(n)))
    assert found.rows.shape[1] == 2


def test_a_slight_change_is_slight_and_none_in_the_middle():
    x = ellipses(20, 24).take(np.arange(20))
    same = slightly(x, torch.full((20, SLIGHT), 0.5))
    torch.testing.assert_close(same, x, atol=1e-5, rtol=0)
    changed = slightly(x, torch.rand(20, SLIGHT, generator=torch.Generator().manual_seed(0)))
    assert 0 < (changed - x).abs().mean() < 0.1
    assert changed.abs().max() <= 1
