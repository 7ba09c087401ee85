"""Variations and inpainting, by an exact denoiser of a normal."""

import pytest
import torch
from tests.examples import pictures

from allegory.capabilities import Denoises, Noising
from allegory.tools.vary import inpaint, vary


class Exact:
    """A denoiser of pictures whose values are all alike, near 0.2."""

    def __init__(self):
        self.media = pictures().media
        self.noising = Noising(0.002, 80.0, 0.3, "dpm++", 20)

    def denoise(self, x, sigma, *, labels=None):
        sigma = sigma.view(-1, 1, 1, 1)
        share = 0.01 / (0.01 + sigma**2 / x[0].numel())
        mean = x.mean((1, 2, 3), keepdim=True)
        return (0.2 + share * (mean - 0.2)).expand_as(x)

    def drawn_by(self, *, solver=None, steps=None, guidance=None):
        return self


def test_an_example_is_kept_the_less_the_stronger_it_is_varied():
    model = Exact()
    assert isinstance(model, Denoises)
    x = torch.full((2, *model.media.shape), 0.5)
    weak, strong = (vary(model, x, n=30, strength=s, rng=0) for s in (0.1, 1.0))
    assert weak.shape == (2, 30, *model.media.shape)
    assert float((weak - 0.5).abs().mean()) < 0.05
    assert float(strong.mean()) == pytest.approx(0.2, abs=0.1)
    assert torch.equal(strong, vary(model, x, n=30, strength=1.0, rng=0))


def test_only_what_is_missing_is_made_and_it_fits():
    model = Exact()
    x = torch.full((1, *model.media.shape), 0.3)
    missing = torch.zeros(1, 1, *model.media.shape[1:], dtype=torch.bool)
    missing[:, :, :3] = True
    made = inpaint(model, x, missing, n=4, rng=0)
    assert made.shape == (1, 4, *model.media.shape)
    assert (made[:, :, :, 3:] == 0.3).all()
    assert float((made[:, :, :, :3] - 0.3).abs().mean()) < 0.1
