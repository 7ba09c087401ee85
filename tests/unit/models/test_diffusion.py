"""Diffusion models: what is multiplied in bfloat16, and what is not."""

import pytest
import torch
from torch import nn

from allegory.media import Images
from allegory.models.diffusion import Denoiser
from allegory.sampling import sampler as sampling
from allegory.sampling.sampler import Sampler
from allegory.tools.vary import vary


class Seen(nn.Module):
    """A network that tells in which numbers it was computed."""

    def __init__(self):
        super().__init__()
        self.layer, self.kinds = nn.Conv2d(1, 1, 1), set()

    def forward(self, x, level, labels=None):
        found = self.layer(x)
        self.kinds.add(found.dtype)
        return found


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setattr(sampling, "multiplies_bfloat16", lambda device: True)
    media = Images("L", 4, 4)
    return Denoiser(Seen(), media, formulation="edm", spread=0.5, sampler=Sampler(steps=2))


@pytest.mark.parametrize(
    ("draw", "kind"),
    [
        (lambda model: model.sample(8, rng=0), torch.bfloat16),
        (lambda model: vary(model, torch.zeros(1, 1, 4, 4), n=8, rng=0), torch.bfloat16),
        (lambda model: model.sample(7, rng=0), torch.float32),
        (lambda model: model.decode(torch.zeros(8, 16)), torch.float32),
        (lambda model: model.encode(torch.zeros(8, 1, 4, 4)), torch.float32),
        (lambda model: model.log_prob(torch.zeros(8, 1, 4, 4), rng=0), torch.float32),
    ],
)
def test_many_new_pictures_are_drawn_in_bfloat16_and_nothing_else(model, draw, kind):
    found = draw(model)
    assert model.network.kinds == {kind}
    if isinstance(found, torch.Tensor):
        assert found.dtype == torch.float32
