"""Principal directions, and moving along them."""

import pytest
import torch

from allegory.capabilities import LatentSpace
from allegory.tools.directions import principal_directions
from allegory.tools.traverse import axes, move, traverse
from allegory.tools.ways import ways
from fakes import LinearGenerator, ellipses, fit, identity_vae, plain


def linear(*lengths, size=6, seed=0):
    """A generator with these singular values, and its right singular vectors in order."""
    rng = torch.Generator().manual_seed(seed)
    k = len(lengths)
    u = torch.linalg.qr(torch.randn(size, k, generator=rng)).Q
    v = torch.linalg.qr(torch.randn(k, k, generator=rng)).Q
    return LinearGenerator(plain(size), v @ torch.diag(torch.tensor(lengths)) @ u.T), v.T


class Bent(LinearGenerator):
    """Each latent bends one column of its own."""

    def decode(self, z):
        return torch.tensor([0.5, 3.0, 1.0]) * torch.sin(z)


def test_directions_of_a_linear_decoder_are_its_right_singular_vectors_in_order():
    model, v = linear(3.0, 2.0, 1.0, 0.5)
    found = principal_directions(model, rng=0)
    cosines = found.vectors @ v.T
    torch.testing.assert_close(cosines.abs(), torch.eye(4), atol=1e-3, rtol=0)
    wanted = torch.tensor([3.0, 2.0, 1.0, 0.5]) / 6**0.5
    torch.testing.assert_close(found.effects, wanted, rtol=1e-4, atol=0)


def test_directions_of_an_axis_aligned_decoder_are_the_axes():
    found = principal_directions(Bent(plain(3), torch.eye(3)), rng=0)
    torch.testing.assert_close(found.vectors, torch.eye(3)[[1, 2, 0]], atol=1e-4, rtol=0)


def test_directions_are_in_units_of_the_spread_of_the_latents():
    model = LinearGenerator(plain(2), torch.eye(2))
    model.latent = LatentSpace(2, torch.tensor([5.0, -5.0]), torch.tensor([1.0, 10.0]), True)
    found = principal_directions(model, rng=0)
    torch.testing.assert_close(found.vectors, torch.eye(2)[[1, 0]])
    torch.testing.assert_close(found.effects, torch.tensor([10.0, 1.0]) / 2**0.5)


@pytest.mark.parametrize("seed", range(3))
def test_directions_are_orthonormal_and_signed_and_repeat(seed):
    model, _ = linear(3.0, 2.0, 1.0, 0.5, seed=seed)
    found = principal_directions(model, k=3, rng=seed)
    torch.testing.assert_close(found.vectors @ found.vectors.T, torch.eye(3), atol=1e-5, rtol=0)
    largest = found.vectors.abs().argmax(1)
    assert (found.vectors[range(3), largest] > 0).all()
    assert torch.equal(found.vectors, principal_directions(model, k=3, rng=seed).vectors)


def test_moving_along_a_unit_vector_is_moving_a_latent():
    model, start = identity_vae(4), torch.tensor([0.3, -0.7, 1.1, 0.0])
    moved = move(model, torch.eye(4)[[2, 0]], start=start)
    assert torch.equal(moved, traverse(model, axes=[2, 0], start=start))


def test_moving_along_a_direction_keeps_what_is_at_right_angles_to_it():
    _, directions = linear(3.0, 2.0, 1.0)
    start = torch.tensor([0.5, -1.0, 2.0])
    moved = move(identity_vae(3), directions, start=start, frames=3, extent=2.0) @ directions.T
    for k in range(3):
        wanted = (start @ directions.T).repeat(3, 1)
        wanted[:, k] = torch.tensor([-2.0, 0.0, 2.0])
        torch.testing.assert_close(moved[k], wanted)


def test_axes_along_directions_are_ranked_by_their_effect():
    model, v = linear(1.0, 3.0, 2.0)
    found = axes(model, along=v, rng=0)
    assert [axis.index for axis in found] == [1, 2, 0]
    assert found[0].effect == pytest.approx(4 * 3.0 / 6**0.5, rel=1e-4)


def test_latents_are_the_ways_of_a_model_that_encodes_and_directions_of_others():
    assert ways(identity_vae(2), rng=0).kind == "latents"
    model, _ = linear(3.0, 2.0)
    found = ways(model, rng=0)
    assert (found.kind, found.short(0)) == ("directions", "d0")
    assert [axis.index for axis in found.axes] == [0, 1]
    assert ways(model, "latents", rng=0).kind == "latents"


def test_directions_are_named_by_what_they_follow():
    data = ellipses(200, 12)
    model = fit(data, 3)
    codes = model.encode(data.take(range(200))).mean
    # principal axes of the data are the directions of a decoder that has them as latents
    by_latent, by_direction = (
        ways(model, kind, rng=0).named(model.latent, codes, data.table())
        for kind in ("latents", "directions")
    )
    names = [axis.name for axis in by_latent.axes]
    assert any(names)
    assert [axis.name for axis in by_direction.axes] == names
