"""invert, on decoders whose inverse is known."""

import pytest
import torch

from allegory.capabilities import Posterior
from allegory.media import Images
from allegory.tools.invert import invert
from fakes import LinearGenerator, plain

PICTURES = [Images("L", 12, 12), Images("RGB", 5, 7), Images("L", 1, 9)]


def generator_of(media, latents=3, seed=0, limit=float("inf")):
    size = torch.Size(media.shape).numel()
    rng = torch.Generator().manual_seed(seed)
    return LinearGenerator(media, torch.randn(latents, size, generator=rng), limit)


class Far:
    """Decodes to nothing at all where draws lie, and encodes."""

    media, latent = plain(1), generator_of(plain(3), 1).latent

    def decode(self, z):
        return torch.where(z.abs() < 6, 0 * z, z)

    def encode(self, x):
        return Posterior(x, torch.zeros_like(x))


def mse(x, y):
    return (x - y).square().flatten(1).mean(1)


@pytest.mark.parametrize("media", [*PICTURES, plain(9)], ids=str)
def test_what_a_linear_decoder_made_is_found_again(media):
    model = generator_of(media)
    z = model.latent.draw(3, 5)
    found = invert(model, model.decode(z), rng=0)
    torch.testing.assert_close(found.codes, z, atol=0.05, rtol=0.05)
    assert torch.equal(found.decoded, model.decode(found.codes))
    assert (mse(found.decoded, model.decode(z)) < mse(found.nearest, model.decode(z))).all()


def test_what_the_model_can_not_make_gets_the_most_probable_code():
    media = plain(8)
    model = generator_of(media)
    x = torch.randn(2, 8, generator=torch.Generator().manual_seed(1))
    # the ridge regression whose minimum the search is for
    w = model.axes
    best = torch.linalg.solve(w @ w.T + 0.2**2 * torch.eye(3), w @ x.T).T
    torch.testing.assert_close(invert(model, x, rng=0).codes, best, atol=1e-3, rtol=0)


def test_columns_count_in_their_own_units():
    far = invert(generator_of(plain(4)), torch.ones(1, 4), rng=0).codes
    media = type(plain(4))((0.0,) * 4, (1000.0,) * 4)
    model = generator_of(media)
    model.axes = 1000 * model.axes
    found = invert(model, torch.full((1, 4), 1000.0), rng=0).codes
    torch.testing.assert_close(found, far, atol=1e-3, rtol=0)


def test_an_example_is_inverted_as_if_alone_and_again_the_same():
    model = generator_of(PICTURES[1])
    x = model.sample(20, rng=3)
    together, again = invert(model, x, rng=0).codes, invert(model, x, rng=0).codes
    assert torch.equal(together, again)
    torch.testing.assert_close(invert(model, x[17:18], rng=0).codes[0], together[17])


def test_a_code_is_found_between_flats_without_a_gradient():
    # all but one in a hundred draws decode to black or white alone
    model = LinearGenerator(Images("L", 1, 1), torch.full((1, 1), 80.0), limit=1.0)
    found = invert(model, torch.full((1, 1, 1, 1), 0.4), rng=1)
    assert abs(found.decoded.item() - 0.4) < 0.05


def test_the_code_of_an_encoder_is_a_start():
    x = torch.tensor([[9.0]])
    torch.testing.assert_close(invert(Far(), x, rng=0).codes, x, atol=0.5, rtol=0)


def test_weights_get_no_gradient_even_of_a_model_in_training_and_in_inference_mode():
    model = generator_of(plain(4))
    model.axes = model.axes.requires_grad_(True)
    with torch.inference_mode():
        x = torch.ones(1, 4)
        codes = invert(model, x, rng=0).codes
    assert model.axes.grad is None
    assert not codes.requires_grad
