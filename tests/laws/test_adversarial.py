"""Laws of the losses of a generator and its discriminator."""

import math
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import entropy

from allegory.objectives.adversarial import ADVERSARIAL, LEAST_SQUARES, Loss

every_loss = pytest.mark.parametrize("name", ADVERSARIAL)
scores = st.floats(-20, 20)
shares = arrays(np.float64, 6, elements=st.floats(0.01, 1)).map(lambda p: p / p.sum())


def one(*values):
    """Scores of one example each, in float64, that ask for a gradient."""
    return [torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in values]


def value(loss, real, fake):
    return loss(*one(real, fake)).item()


def gradient(loss, real, fake):
    """Of the loss by the score of the real example and of the fake one."""
    both = one(real, fake)
    found = torch.autograd.grad(loss(*both).sum(), both, allow_unused=True)
    return [0.0 if g is None else g.item() for g in found]


def game(name, p, q, score):
    """What the discriminator pays for scores (k,) of k outcomes, real ones from p, fake from q."""
    p, q, score = map(torch.as_tensor, (p, q, score))
    loss = ADVERSARIAL[name].discriminator
    pairs = loss(score[:, None].expand(6, 6), score[None, :].expand(6, 6))
    return (p[:, None] * q[None, :] * pairs).sum().item()


def sigmoid(score):
    return 1 / (1 + math.exp(-score))


def test_every_name_has_its_loss():
    assert set(ADVERSARIAL) == set(get_args(Loss))


@given(real=st.floats(-5, 5), fake=st.floats(-5, 5))
def test_written_out(real, fake):
    told = -math.log(sigmoid(real)) - math.log(1 - sigmoid(fake))
    expected = {
        "relativistic": (-math.log(sigmoid(real - fake)), -math.log(sigmoid(fake - real))),
        "non-saturating": (told, -math.log(sigmoid(fake))),
        "minimax": (told, math.log(1 - sigmoid(fake))),
        "hinge": (max(0, 1 - real) + max(0, 1 + fake), -fake),
        "wasserstein": (fake - real, real - fake),
    }
    for name, loss in ADVERSARIAL.items():
        found = value(loss.discriminator, real, fake), value(loss.generator, real, fake)
        assert found == pytest.approx(expected[name], abs=1e-12)


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("relativistic", math.log(2), math.log(2)),
        ("non-saturating", 2 * math.log(2), math.log(2)),
        ("minimax", 2 * math.log(2), -math.log(2)),
        ("hinge", 2.0, 0.0),
        ("wasserstein", 0.0, 0.0),
    ],
)
def test_who_cannot_tell_pays(name, discriminator, generator):
    loss = ADVERSARIAL[name]
    assert value(loss.discriminator, 0.0, 0.0) == pytest.approx(discriminator)
    assert value(loss.generator, 0.0, 0.0) == pytest.approx(generator)


@every_loss
@given(real=scores, fake=scores)
def test_the_generator_gains_by_a_higher_score_of_its_fake(name, real, fake):
    by_real, by_fake = gradient(ADVERSARIAL[name].generator, real, fake)
    assert by_fake < 0
    assert by_real >= 0


@every_loss
@given(real=scores, fake=scores)
def test_the_discriminator_gains_by_telling(name, real, fake):
    by_real, by_fake = gradient(ADVERSARIAL[name].discriminator, real, fake)
    assert by_real <= 0 <= by_fake
    if name != "hinge":
        assert by_real < 0 < by_fake


@given(real=scores, fake=scores)
def test_the_hinge_asks_for_a_margin_and_no_more(real, fake):
    by_real, by_fake = gradient(ADVERSARIAL["hinge"].discriminator, real, fake)
    assert by_real == (-1 if real < 1 else 0)
    assert by_fake == (1 if fake > -1 else 0)


@every_loss
@given(real=scores, fake=scores, shift=st.floats(0.5, 5))
def test_paired_losses_read_differences_alone(name, real, fake, shift):
    loss = ADVERSARIAL[name]
    for side in (loss.discriminator, loss.generator):
        before, after = value(side, real, fake), value(side, real + shift, fake + shift)
        if loss.paired:
            assert after == pytest.approx(before, abs=1e-9)
    if not loss.paired:
        assert value(loss.generator, real + shift, fake) == value(loss.generator, real, fake)


@every_loss
def test_other_losses_read_the_scores_themselves(name):
    loss = ADVERSARIAL[name]
    moved = value(loss.discriminator, 2.5, 1.8) - value(loss.discriminator, 0.5, -0.2)
    assert loss.paired == (abs(moved) < 1e-9)


@given(p=shares, q=shares)
def test_the_best_discriminator_pays_by_the_jensen_shannon_divergence(p, q):
    # Goodfellow et al. (2014), proposition 1 and theorem 1: C = -ln 4 + 2 JS
    best = np.log(p / q)
    found = game("minimax", p, q, best)
    middle = (p + q) / 2
    divergence = entropy(p, middle) / 2 + entropy(q, middle) / 2
    assert -found == pytest.approx(-math.log(4) + 2 * divergence, abs=1e-9)
    for other in (best + 0.5, 0.9 * best, -best):
        assert game("minimax", p, q, other) >= found - 1e-12


@given(p=shares, q=shares)
def test_the_best_hinge_pays_by_the_total_variation(p, q):
    # Lim & Ye (2017), "Geometric GAN": the discriminator's optimum is the sign of p - q
    best = np.sign(p - q)
    found = game("hinge", p, q, best)
    assert found == pytest.approx(2 - np.abs(p - q).sum(), abs=1e-9)
    for other in (best + 0.5, 0.9 * best, 1.1 * best, np.log(p / q)):
        assert game("hinge", p, q, other) >= found - 1e-12


@given(p=shares, q=shares)
def test_the_best_critic_gains_the_earth_movers_distance(p, q):
    # of masses on 0, 1, ..., 5: it falls by 1 a step where fakes must move up, else rises
    ahead = np.cumsum(q - p)[:-1]
    best = np.concatenate([[0.0], np.cumsum(np.sign(ahead))])
    assert -game("wasserstein", p, q, best) == pytest.approx(np.abs(ahead).sum(), abs=1e-9)


@given(p=shares, q=shares)
def test_a_generator_that_is_the_data_can_not_be_told(p, q):
    # whatever the discriminator says, it pays no less than one who says nothing
    score = np.log(p / q)
    for name in ADVERSARIAL:
        assert game(name, p, p, score) >= game(name, p, p, 0 * score) - 1e-12


@every_loss
@pytest.mark.parametrize("far", [-1e4, 1e4])
def test_far_scores_stay_finite(name, far):
    for side in (ADVERSARIAL[name].discriminator, ADVERSARIAL[name].generator):
        assert math.isfinite(value(side, far, -far))
        assert all(math.isfinite(g) for g in gradient(side, far, -far))


@every_loss
def test_each_example_has_its_own_loss(name):
    real, fake = torch.randn(2, 5, generator=torch.Generator().manual_seed(0)).double()
    for side in (ADVERSARIAL[name].discriminator, ADVERSARIAL[name].generator):
        alone = [value(side, r, f) for r, f in zip(real.tolist(), fake.tolist(), strict=True)]
        assert side(real, fake).tolist() == pytest.approx(alone)


@given(p=st.floats(0.01, 0.99))
def test_least_squares_are_paid_least_where_the_score_is_the_probability(p):
    """Of an outcome that is real with probability p: Mao et al. (2017), equation 5."""
    nothing = torch.zeros((), dtype=torch.float64)
    score = torch.tensor(p, dtype=torch.float64, requires_grad=True)
    real = LEAST_SQUARES.discriminator(score, nothing)
    fake = LEAST_SQUARES.discriminator(nothing + 1.0, score)
    (slope,) = torch.autograd.grad(p * real + (1 - p) * fake, score)
    assert slope.item() == pytest.approx(0.0, abs=1e-12)
    assert LEAST_SQUARES.generator(nothing, nothing).item() == 0.5
    assert LEAST_SQUARES.generator(nothing, nothing + 1.0).item() == 0.0
