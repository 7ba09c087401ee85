"""Laws of a path between two codes, on a decoder that shows the codes themselves."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from allegory.media import Vectors
from allegory.tools.interpolate import interpolate
from fakes import LinearCoder, identity_vae

cases = given(seed=st.integers(0, 10**6), size=st.integers(1, 12), frames=st.integers(2, 20))
PATHS = ["spherical", "linear"]


def pair(seed, size):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(2, 3, size, generator=rng) * 2


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=30)
@cases
def test_end_points_are_exact(path, seed, size, frames):
    a, b = pair(seed, size)
    z = interpolate(identity_vae(size), a, b, frames=frames, path=path)
    assert z.shape == (3, frames, size)
    assert torch.equal(z[:, 0], a)
    assert torch.equal(z[:, -1], b)


@settings(max_examples=30)
@cases
def test_a_spherical_path_changes_length_evenly(seed, size, frames):
    a, b = pair(seed, size + 1)
    z = interpolate(identity_vae(size + 1), a, b, frames=frames)
    t = torch.linspace(0, 1, frames)
    wanted = a.norm(dim=1)[:, None] * (1 - t) + b.norm(dim=1)[:, None] * t
    torch.testing.assert_close(z.norm(dim=2), wanted, rtol=1e-3, atol=1e-3)


@settings(max_examples=30)
@cases
def test_a_path_backwards_is_the_path_reversed(seed, size, frames):
    a, b = pair(seed, size)
    model = identity_vae(size)
    there, back = (interpolate(model, *ends, frames=frames) for ends in [(a, b), (b, a)])
    torch.testing.assert_close(there, back.flip(1), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("factor", [1.0, 3.0, -1.0, 0.0])
def test_codes_on_one_line_through_the_centre_are_joined_by_it(factor):
    a = torch.tensor([[1.0, 2.0, -1.0]])
    model = identity_vae(3)
    curved, straight = (interpolate(model, a, factor * a, path=path) for path in PATHS)
    assert curved.isfinite().all()
    torch.testing.assert_close(curved, straight)


def test_without_a_prior_the_path_is_straight():
    model = LinearCoder(Vectors((0.0, 0.0), (1.0, 1.0)), torch.zeros(2), torch.eye(2))
    z = interpolate(model, torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), frames=3)
    torch.testing.assert_close(z[0, 1], torch.tensor([0.5, 0.5]))
