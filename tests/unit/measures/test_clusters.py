"""Kinds of examples: shares, the middle first, and what sets them apart."""

import numpy as np
import pytest

from allegory.data.dataset import Column
from allegory.measures.clusters import clusters


def blobs():
    rng = np.random.default_rng(0)
    sizes = (200, 70, 30)
    which = np.repeat(np.arange(3), sizes)
    return rng.standard_normal((300, 2)) * 0.3 + 5 * which[:, None], which


def test_the_largest_come_first_and_all_examples_are_in_one():
    z, which = blobs()
    rarity = which / 2.0
    columns = {
        "kind": Column("category", which.astype(np.int64), ("a", "b", "c")),
        "age": Column("number", which * 10.0),
        "noise": Column("category", np.arange(300) % 2, ("x", "y")),
        "name": Column("text", np.array([str(i) for i in range(300)])),
    }
    found = clusters(z, rarity, columns, 3, 0)
    assert [round(c.share * 300) for c in found] == [200, 70, 30]
    assert sorted(np.concatenate([c.rows for c in found]).tolist()) == list(range(300))
    assert [c.rarity for c in found] == pytest.approx([0, 0.5, 1])
    rare = {(t.column, t.group) for t in found[2].traits}
    assert rare == {("kind", "c"), ("age", "20")}
    assert found[2].traits[0].share == 1
    assert found[2].traits[0].overall == pytest.approx(0.1)
    middle = z[which == 2].mean(0)
    away = np.linalg.norm(z[found[2].rows] - middle, axis=1)
    assert (np.diff(away) >= 0).all()


@pytest.mark.parametrize("z", [np.zeros((40, 3)), np.ones((1, 2)), np.arange(6.0)[:, None]])
def test_codes_without_kinds(z):
    found = clusters(z, np.full(len(z), 0.5), {}, 12, 0)
    assert sum(c.share for c in found) == pytest.approx(1)
    assert not any(c.traits for c in found)
