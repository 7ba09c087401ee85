"""Each claim's experiment at a tiny budget, and known answers of what it measures."""

import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
import torch

from allegory.claims.c03_reparametrisation import compare, small_vae
from allegory.claims.c04_closed_form import compare as compare_forms
from allegory.claims.c18_fakes import verdict
from allegory.claims.claim import Figure
from allegory.claims.estimators import ESTIMATORS, moments, surrogate
from allegory.claims.table import CLAIMS, claim
from allegory.media import Images

TINY = {
    "C1": {"images": 128, "sizes": (2, 5), "seeds": 2},
    "C2": {"images": 128, "latents": 2, "draws": 30, "seeds": 2},
    "C3": {"steps": 4, "draws": 100, "batch": 8, "seeds": 2},
    "C4": {"draws": 2_000, "posteriors": 4, "latents": (2, 3), "seeds": 2},
    "C5": {"images": 128, "examples": 120, "size": "16", "test": 0.4, "latents": 3, "seeds": 2,
           "others": ("beta-tcvae",)},
    "C6": {"images": 128, "examples": 120, "size": "16", "test": 0.4, "latents": 3, "seeds": 2,
           "faces": 2, "reader_images": 128},
    "C7": {"images": 64, "examples": 60, "test": 60, "seeds": 2},
    "C8": {"images": 128, "classifier_images": 64, "most": 1_000, "seeds": 2},
    "C9": {"images": 512, "examples": 300, "moments": 2, "seeds": 2},
    "C10": {"images": 256, "examples": 300, "seeds": 2, "toys": ("line", "swiss-roll")},
    "C11": {"images": 256, "examples": 300, "seeds": 2, "toys": ("line", "moons"),
            "picture_images": 128},
    "C12": {"images": 64, "examples": 120, "size": "16", "test": 0.4, "seeds": 2,
            "feature_images": 64},
    "C13": {"images": 128, "each": 4, "seeds": 2, "judge_images": 64},
    "C14": {"images": 64, "examples": 120, "size": "16", "seeds": 2, "feature_images": 64},
    "C15": {"images": 64, "examples": 300, "size": "16", "seeds": 2, "judge_images": 64},
    "C17": {"images": 64, "seeds": 2, "feature_images": 64, "steps": (1, 2)},
    "C16": {"images": 16, "examples": 80, "size": "16x32", "seeds": 2, "judge_images": 64},
    "C18": {"images": 64, "seeds": 2, "feature_images": 64},
    "C19": {"images": 256, "draws": 4, "points": 20, "examples": 300, "seeds": 2,
            "toys": ("line", "moons")},
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_a_tiny_experiment_gives_finite_figures_and_a_verdict(name):
    stated = claim(name)
    found = stated.experiment(replace(stated.quick, **TINY[name]))
    assert found.verdict in ("holds", "does not hold", "undecided")
    for figure in found.figures:
        assert all(map(math.isfinite, (figure.low, figure.mean, figure.high)))
        assert figure.low <= figure.mean <= figure.high
        assert figure.n == 2
    ElementTree.fromstring(found.picture)


def test_one_model_that_is_hard_to_tell_is_enough():
    def found(*intervals):
        figures = {
            str(k): Figure("accuracy", (low + high) / 2, low, high, 3)
            for k, (low, high) in enumerate(intervals)
        }
        return verdict(figures)

    assert found((0.9, 1.0), (0.5, 0.74), (0.7, 0.8)) == "holds"
    assert found((0.9, 1.0), (0.7, 0.8)) == "undecided"
    assert found((0.9, 1.0), (0.76, 0.8)) == "does not hold"


@pytest.mark.parametrize("name", CLAIMS)
def test_a_full_experiment_has_no_fewer_seeds(name):
    stated = claim(name)
    assert 3 <= stated.quick.seeds <= stated.full.seeds


def test_the_forms_of_the_kl_are_told_apart():
    found = compare_forms(posteriors=8, latents=16, draws=20_000, seed=0)
    assert found.worst(found.closed) < 5 * found.noise < 0.1
    assert found.worst(found.sign_lost) > 0.5
    assert found.worst(found.not_squared) > 0.1


def quadratic():
    """p(x | z) normal around z itself: the gradient of −E log p(x | z) is known."""
    vae = small_vae(Images("L", 1, 3), replace(claim("C3").quick, latents=3), 0)
    vae.decoder = torch.nn.Unflatten(1, (1, 1, 3))
    return vae


@pytest.mark.parametrize("how", ESTIMATORS)
def test_estimators_are_unbiased(how):
    """−E log N(x; z, s²) = ½ (|x − μ|² + |σ|²) / s² + …: gradients (μ − x) / s² and σ² / s²."""
    vae = quadratic()
    x = torch.rand(4, 1, 1, 3, generator=torch.Generator().manual_seed(1)) * 2 - 1
    found = moments(vae, x, how, 20_000, torch.Generator().manual_seed(2))
    with torch.no_grad():
        q, s2 = vae.encode(x), float(vae.likelihood.parameters_of(x)[1].exp().square())
    exact = torch.cat([(q.mean - x.flatten(1)) / s2, q.std.square() / s2], 1).double()
    error = (found.variance / found.draws).sqrt()
    assert ((found.mean - exact).abs() < 5 * error).all()


def test_variances_of_known_gradients():
    """The reparametrised gradient with respect to μ is (μ + σε − x) / s²: variance σ² / s⁴."""
    vae = quadratic()
    x = torch.zeros(4, 1, 1, 3)
    found = moments(vae, x, "reparametrised", 20_000, torch.Generator().manual_seed(0))
    with torch.no_grad():
        q, s2 = vae.encode(x), float(vae.likelihood.parameters_of(x)[1].exp().square())
    expected = (q.std.square() / s2**2).double()
    torch.testing.assert_close(found.variance[:, :3], expected, rtol=0.1, atol=0)
    plain, reduced = compare(vae, x, 5_000, 0)
    assert plain.decades > reduced.decades > 0


def test_every_surrogate_has_the_same_value_and_trains_the_decoder():
    vae = small_vae(Images("L", 2, 2), claim("C3").quick, 0)
    x = torch.zeros(5, 1, 2, 2)
    values = []
    for how in ESTIMATORS:
        value = surrogate(vae, x, vae.encode(x), how, torch.Generator().manual_seed(0))
        vae.zero_grad()
        value.sum().backward()
        assert all(p.grad.abs().sum() > 0 for p in vae.decoder.parameters())
        values.append(value.detach())
    torch.testing.assert_close(values[0], values[1])
    torch.testing.assert_close(values[0], values[2])


def test_claims_on_the_same_pictures_share_their_models():
    """C1 and C2 ask for the same plain autoencoders, C17 and C18 for the same three models."""
    for budget in ("quick", "full"):
        first, second = (claim(name).settings(budget) for name in ("C1", "C2"))
        assert second.latents in first.sizes
        assert first.run("autoencoder", latents=16, seed=1) == second.run(
            "autoencoder", latents=16, seed=1
        )
        one, other = (claim(name).settings(budget) for name in ("C17", "C18"))
        for name in ("vae", "gan", "diffusion"):
            assert one.run(name, test=one.test) == other.run(name, test=other.test)
