"""Towns: the same for the same seed, however many; a map and a view of one plan."""

import numpy as np
import pytest

from allegory.data.open import open_data


def towns(n, **fields):
    return open_data("towns", examples=n, pairing="matched", **fields)


def test_a_town_depends_on_its_seed_and_number_alone():
    few, many, others = towns(3, size="16"), towns(5, size="16"), towns(3, size="16", data_seed=1)
    assert np.array_equal(few.store, many.store[:3])
    assert not np.array_equal(few.store, others.store)
    assert len(np.unique(many.store, axis=0)) == 5


@pytest.mark.parametrize(("mode", "channels"), [("auto", 6), ("grey", 2), ("rgba", 8)])
def test_of_any_size_and_mode(mode, channels):
    data = towns(2, size="12x20", mode=mode)
    assert data.store.shape == (2, 12, 20, channels)
    assert data.media.names == ("map", "aerial")


def test_both_pictures_show_one_plan():
    data = towns(24, size="32")
    a, b = data.store[..., :3].astype(float), data.store[..., 3:].astype(float)
    light = [side.mean(3).reshape(24, -1) for side in (a, b)]
    x, y = ((v - v.mean(1, keepdims=True)) / v.std(1, keepdims=True) for v in light)
    alike = np.abs(x @ y.T) / x.shape[1]  # water, woods and roads show in both
    assert np.diag(alike).mean() > 2 * alike[~np.eye(24, dtype=bool)].mean()


def test_without_pairs_the_second_is_never_that_of_the_first():
    data = open_data("towns", examples=20, size="12", pairing="shuffled")
    train = data.split("train").table()
    seen = {name: set(train[name].values) for name in ("a_row", "b_row")}
    assert seen["a_row"] == seen["b_row"]
    assert (train["a_row"].values != train["b_row"].values).mean() > 0.5
