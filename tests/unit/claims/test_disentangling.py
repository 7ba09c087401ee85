"""What the claims on disentangling measure: known answers."""

import numpy as np
import pytest
import torch

from allegory.capabilities import LatentSpace
from allegory.claims.c05_latents import follows, one_feature
from allegory.claims.c06_beta import typical_first
from allegory.claims.faces import Coded
from allegory.claims.table import claim
from allegory.claims.turning import (
    axis_of,
    leakage,
    mean_range,
    read_off,
    turned_by_model,
    turned_by_renderer,
)
from allegory.data.dataset import Column
from allegory.data.open import open_data
from allegory.media import Images
from allegory.recipes.table import recipe


class Reader:
    """Reads the top left and the bottom right value of the first channel."""

    media = Images("L", 1, 2)
    columns = ("turn", "smile")

    def predict(self, x):
        return torch.stack([x[:, 0, 0, 0], x[:, 0, -1, -1]], 1)


class Mixing:
    """Decodes z to (z0, mix z0 + z1)."""

    media = Images("L", 1, 2)
    latent = LatentSpace(2, torch.zeros(2), torch.ones(2), prior=True)

    def __init__(self, mix):
        self.mix = mix

    def decode(self, z):
        return torch.stack([z[:, 0], self.mix * z[:, 0] + z[:, 1]], 1).view(-1, 1, 1, 2)


@pytest.mark.parametrize("mix", [0.0, -0.5, 2.0])
def test_what_leaks_is_what_the_decoder_mixes(mix):
    codes = torch.randn(7, 2, generator=torch.Generator().manual_seed(0))
    turned = turned_by_model(Mixing(mix), Reader(), codes, axis=0)
    assert mean_range(turned.read["turn"]) == pytest.approx(4)
    # in deviations: a smile of deviation 0.5 changes twice as much
    found = leakage(turned.read, "smile", "turn", {"smile": 0.5, "turn": 1.0})
    assert found == pytest.approx(abs(mix) / 0.5, abs=1e-5)


def test_readings_have_the_names_of_their_columns():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(2, 1, 1, 2)
    read = read_off(Reader(), x)
    assert read["turn"].tolist() == [1, 3]
    assert read["smile"].tolist() == [2, 4]


def test_a_head_turned_by_the_renderer_is_the_same_head():
    data = open_data("faces", size="12", examples=3, test=0, validation=0)
    turned = turned_by_renderer(data, Reader(), "azimuth")
    assert turned.strips.shape == (3, 9, 3, 12, 12)
    azimuth = data.table()["azimuth"].values
    for end, face in ((0, azimuth.argmin()), (-1, azimuth.argmax())):
        torch.testing.assert_close(turned.strips[face, end], data.take(np.array([face]))[0])
    assert (turned.strips[:, 0] - turned.strips[:, -1]).abs().amax((1, 2, 3)).min() > 0.2


def columns(n, rng):
    return {
        "azimuth": Column("number", rng.uniform(-50, 50, n)),
        "hue": Column("number", rng.uniform(0, 360, n)),
        "hair": Column("category", rng.integers(0, 3, n), ("a", "b", "c")),
    }


def coded(z, known, active):
    return Coded(None, None, torch.from_numpy(z), known, active)


def test_the_axis_is_the_latent_that_follows_best_either_way():
    known = columns(500, np.random.default_rng(0))
    azimuth, noise = known["azimuth"].values, np.random.default_rng(1).normal(size=500)
    z = torch.from_numpy(np.stack([noise, azimuth + 40 * noise, -(azimuth**3), azimuth], 1))
    assert axis_of(z, known["azimuth"], (0, 1, 2)) == 2
    assert axis_of(z, known["azimuth"], (0, 1)) == 1


def test_shares_of_variance_that_factors_explain():
    n = 20_000
    rng = np.random.default_rng(0)
    known = columns(n, rng)
    a, hue = known["azimuth"].values / 50, np.radians(known["hue"].values)
    even = np.cos(hue) * np.sqrt(2 / 3)  # the variance of a uniform number on (-1, 1)
    z = np.stack([a, np.cos(hue), a + even, rng.normal(size=n), np.zeros(n)], 1)
    z[:, 4] = known["hair"].values == 1
    shares = follows(coded(z, known, (0, 1, 2, 3, 4)))
    expected = np.zeros((5, 3))
    expected[0, 0] = expected[1, 1] = expected[4, 2] = 1
    expected[2, :2] = 0.5
    np.testing.assert_allclose(shares, expected, atol=0.04)
    assert one_feature(shares).tolist() == [True, True, False, False, True]
    assert follows(coded(z, known, (3,))).shape == (1, 3)
    assert follows(coded(z, known, ())).shape == (0, 3)


def test_the_shown_face_is_the_one_in_the_middle():
    table = {
        "azimuth": Column("number", np.array([-3.0, 0.1, 5.0, 40.0])),
        "smile": Column("number", np.array([1.0, 9.0, 4.5, 0.0])),
        "fixed": Column("number", np.ones(4)),
    }
    data = type("Shown", (), {"table": lambda _: table, "__len__": lambda _: 4})()
    assert typical_first(data).tolist() == [2, 0, 1, 3]


@pytest.mark.parametrize("budget", ["quick", "full"])
def test_both_claims_speak_of_the_same_models(budget):
    latents, turning = (claim(name).settings(budget) for name in ("C5", "C6"))
    assert latents.betas == turning.betas
    for beta in latents.betas:
        assert latents.vae(beta, 1) == turning.vae(beta, 1)
    assert latents.betas[0] == 1
    assert latents.betas[-1] == recipe("beta-vae").game.beta
