"""Continuity of decoders that are straight, bent, torn and wild."""

import math

import pytest
import torch

from allegory.errors import UserError
from allegory.measures.latent.continuity import BATCH, continuity
from fakes import LinearCoder, ellipses, fit, identity_vae

CODES = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
STEPS = 16


class Decoder:
    """Decodes as it is told."""

    def __init__(self, decode, size=2):
        self.decode = decode
        self.latent = identity_vae(size).latent


def score(decode, codes=CODES, **options):
    return continuity(Decoder(decode, codes.shape[1]), codes, steps=STEPS, **options)


def test_affine_decoders_are_continuous():
    assert score(lambda z: z).score.mean == pytest.approx(1, abs=1e-5)
    for kind in (fit(ellipses(), 3), fit(ellipses(), 3, LinearCoder)):
        codes = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
        found = continuity(kind, codes)
        assert found.score.mean == pytest.approx(1, abs=1e-3)


def test_a_jump_scores_one_step():
    codes = torch.tensor([[-1.1], [1.0]] * 10)
    found = score(lambda z: (z > 0).float(), codes)
    assert found.score.mean == pytest.approx(1 / STEPS)
    assert found.evenness.mean == pytest.approx(1 / STEPS)
    assert found.directness.mean == pytest.approx(1)


def test_a_hole_on_the_way_scores_low():
    def holed(z):
        return torch.where(z.norm(dim=1, keepdim=True) < 0.5, 50.0, z)

    codes = torch.tensor([[-2.0, 0.1], [2.0, 0.1]] * 10)
    assert score(holed, codes).score.mean < 1 / STEPS
    assert score(lambda z: z, codes).score.mean == pytest.approx(1, abs=1e-5)


def test_a_circle_has_its_closed_form():
    angle = 2.0
    codes = torch.tensor([[0.0], [angle]] * 3)
    found = score(lambda z: torch.cat([z.cos(), z.sin()], 1), codes)
    expected = math.sin(angle / 2) / (STEPS * math.sin(angle / 2 / STEPS))
    assert found.score.mean == pytest.approx(expected, abs=1e-5)
    assert found.evenness.mean == pytest.approx(1, abs=1e-4)


def test_a_decoder_that_scatters_is_even_but_not_continuous():
    def wild(z):
        return ((z @ torch.randn(2, 40, generator=torch.Generator().manual_seed(1))) * 1e4).sin()

    found = score(wild)
    assert found.evenness.mean > 0.5
    assert found.score.mean < 2 / STEPS


def test_a_steeper_sigmoid_is_less_continuous():
    codes = torch.tensor([[-1.9], [2.0]] * 5)
    found = [score(lambda z, s=s: (s * z).tanh(), codes).score.mean for s in (0.1, 1, 10, 100)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.98


def test_units_do_not_matter():
    def bent(z):
        return torch.cat([z.tanh(), z[:, :1] * z[:, 1:]], 1)

    expected = score(bent).score
    assert score(lambda z: 1e3 * bent(z) + 5).score.mean == pytest.approx(expected.mean, rel=1e-3)
    found = score(lambda z: bent((z - 7) / 100), CODES * 100 + 7).score
    assert found.mean == pytest.approx(expected.mean, rel=1e-3)


def test_features_say_what_counts():
    def half_torn(z):
        return torch.stack([z[:, 0], (z[:, 1] > 0).float()], 1)

    assert score(half_torn).score.mean < 0.9
    found = score(half_torn, features=lambda x: x[:, :1])
    assert found.score.mean == pytest.approx(1, abs=1e-3)


def test_a_constant_decoder_is_continuous():
    assert score(torch.zeros_like).score.mean == 1


def test_it_decodes_in_batches_and_pairs_share_no_code():
    model = identity_vae(2)
    found = continuity(model, CODES[:101], steps=STEPS)
    assert found.score.n == 50
    assert model.largest_batch <= BATCH


@pytest.mark.parametrize(("codes", "steps"), [(CODES[:1], 16), (CODES, 1)])
def test_too_little_to_walk(codes, steps):
    with pytest.raises(UserError, match="2 codes and 2 steps"):
        continuity(identity_vae(2), codes, steps=steps)
