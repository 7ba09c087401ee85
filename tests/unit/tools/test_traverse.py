"""axes, traverse, and the names of axes."""

import math

import numpy as np
import pytest
import torch

from allegory.data.dataset import Column
from allegory.errors import UserError
from allegory.media import Vectors
from allegory.tools.naming import correlation_ratio, name_axes, spearman
from allegory.tools.traverse import Axis, axes, traverse
from fakes import LinearVAE, ellipses, fit, identity_vae


def test_axes_are_ranked_by_the_change_that_they_make():
    lengths = torch.tensor([0.5, 0.0, 3.0])
    media = Vectors((0.0,) * 3, (1.0,) * 3)
    found = axes(LinearVAE(media, torch.zeros(3), torch.diag(lengths)), rng=0)
    assert [axis.index for axis in found] == [2, 0, 1]
    for axis in found:
        # from -2 to 2 the one moved number changes by 4 lengths; the mean is over three numbers
        assert axis.effect == pytest.approx(4 * float(lengths[axis.index]) / math.sqrt(3), 1e-5)
    assert sum(axis.share for axis in found) == pytest.approx(1)
    assert found[0].share == pytest.approx(9 / 9.25)


def test_pictures_have_axes_too():
    found = axes(fit(ellipses(), 4), n=4, rng=0)
    assert [axis.index for axis in found] == [0, 1, 2, 3]


def test_a_traversal_changes_one_latent_only():
    start = torch.tensor([0.3, -0.7, 1.1, 0.0])
    z = traverse(identity_vae(4), start=start, axes=[2, 0], frames=5, extent=2.0)
    assert z.shape == (2, 5, 4)
    for row, j in enumerate([2, 0]):
        others = [k for k in range(4) if k != j]
        assert torch.equal(z[row][:, others], start[others].expand(5, 3))
        torch.testing.assert_close(z[row, :, j], torch.linspace(-2, 2, 5))


def test_a_traversal_starts_from_the_centre_where_nothing_else_is_said():
    model = fit(ellipses(), 3)
    strip = traverse(model, axes=[1], frames=3)
    torch.testing.assert_close(strip[0, 1], model.decode(model.latent.mean[None])[0])


def test_a_latent_that_is_not_there_is_a_mistake():
    with pytest.raises(UserError, match="no latent 7: the model has 0 to 2"):
        traverse(identity_vae(3), axes=[7])


def test_axes_are_named_by_the_factor_they_follow():
    rng = np.random.default_rng(0)
    n = 400
    turn, kind = rng.uniform(-1, 1, n), rng.integers(0, 3, n)
    missing = np.where(rng.random(n) < 0.5, np.nan, turn)
    columns = {
        "turn": Column("number", turn),
        "kind": Column("category", kind, ("a", "b", "c")),
        "gaps": Column("number", missing + 0.4 * rng.standard_normal(n)),
        "file_name": Column("text", np.array(["x"] * n)),
        "same": Column("number", np.ones(n)),
    }
    codes = np.stack([np.exp(-3 * turn), kind == 1, rng.standard_normal(n)], 1)
    found = [Axis(j, 1.0, 0.3) for j in (1, 0, 2)]
    named = name_axes(torch.from_numpy(codes), columns, found)
    assert [axis.index for axis in named] == [1, 0, 2]
    assert [axis.name for axis in named] == ["kind (1.00)", "turn (1.00)", None]


def test_a_strong_correlation_of_few_examples_names_nothing():
    columns = {"turn": Column("number", np.arange(10.0))}
    codes = torch.arange(10.0)[:, None]
    assert name_axes(codes, columns, [Axis(0, 1.0, 1.0)])[0].name is None


def test_rank_correlation_agrees_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 9, (2, 50)).astype(float)
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)


def test_correlation_ratio_of_unrelated_groups_is_small_even_when_they_are_many():
    rng = np.random.default_rng(2)
    values, groups = rng.standard_normal(400), rng.integers(0, 100, 400).astype(float)
    assert correlation_ratio(values, groups) < 0.25
    assert correlation_ratio(groups, groups) == pytest.approx(1)
    assert correlation_ratio(values, np.zeros(400)) == 0
