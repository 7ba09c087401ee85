"""Laws of the penalties on the discriminator's slope."""

import pytest
import torch
from torch.func import functional_call

from allegory.networks.mlp import MLP
from allegory.objectives.penalties import between, slopes, unit_slope, zero_slope

PENALTIES = [zero_slope, unit_slope]
batches = pytest.mark.parametrize("n", [1, 16, 64])
every_penalty = pytest.mark.parametrize("penalty", PENALTIES)


def normal(*shape, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def paid(penalty, critic, x):
    x = x.clone().requires_grad_()
    return penalty(slopes(critic(x), x))


def linear(weight):
    return lambda x: x.flatten(1) @ weight.flatten()


def quadratic(matrix, weight):
    """½ xᵀ A x + w x of a symmetric A: its slope is A x + w."""
    return lambda x: 0.5 * ((x @ matrix) * x).sum(1) + x @ weight


def some_quadratic():
    half = normal(5, 5, seed=1)
    return (half + half.T), normal(5, seed=2)


def perceptron(size=5):
    torch.manual_seed(0)
    return MLP(size, 8, 1).double()


@batches
@pytest.mark.parametrize("shape", [(2,), (3, 8, 8)])
def test_a_linear_critic_of_unit_norm_pays_no_gradient_penalty(n, shape):
    weight = normal(*shape, seed=1)
    critic = linear(weight / weight.norm())
    points = between(normal(n, *shape), normal(n, *shape, seed=2), torch.rand(n).double())
    found = paid(unit_slope, critic, points)
    assert found.shape == (n,)
    assert found.abs().max() < 1e-12


@batches
@pytest.mark.parametrize("norm", [0.5, 1.0, 3.0])
def test_a_linear_critic_has_the_closed_forms(n, norm):
    weight = normal(3, 4, 4, seed=1)
    critic = linear(norm * weight / weight.norm())
    for penalty, expected in ((unit_slope, (norm - 1) ** 2), (zero_slope, norm**2 / 2)):
        found = paid(penalty, critic, normal(n, 3, 4, 4))
        torch.testing.assert_close(found, torch.full((n,), expected), rtol=1e-5, atol=1e-9)


@batches
def test_a_quadratic_critic_has_the_closed_forms(n):
    matrix, weight = some_quadratic()
    x = normal(n, 5)
    norm = (x @ matrix + weight).norm(dim=1)
    critic = quadratic(matrix, weight)
    torch.testing.assert_close(
        paid(zero_slope, critic, x).double(), norm**2 / 2, rtol=1e-5, atol=0
    )
    torch.testing.assert_close(
        paid(unit_slope, critic, x).double(), (norm - 1) ** 2, rtol=1e-4, atol=1e-6
    )


def test_the_penalties_gradient_has_the_closed_form():
    matrix, weight = some_quadratic()
    weight.requires_grad_()
    x = normal(7, 5)
    slope = (x @ matrix + weight).detach()
    norm = slope.norm(dim=1, keepdim=True)
    for penalty, expected in ((zero_slope, slope), (unit_slope, 2 * (norm - 1) * slope / norm)):
        (found,) = torch.autograd.grad(paid(penalty, quadratic(matrix, weight), x).sum(), weight)
        torch.testing.assert_close(found, expected.sum(0), rtol=1e-5, atol=1e-5)


@every_penalty
def test_the_penalties_gradient_is_that_of_its_values(penalty):
    critic, x = perceptron(), normal(4, 5)
    names, weights = zip(*critic.named_parameters(), strict=True)

    def of_weights(*values):
        named = dict(zip(names, values, strict=True))
        return paid(penalty, lambda x: functional_call(critic, named, (x,)).squeeze(1), x)

    # slopes are float32: a step must be wide to be seen
    torch.autograd.gradcheck(of_weights, weights, eps=1e-2, atol=1e-3, rtol=1e-2)


@every_penalty
def test_values_of_slopes_have_their_gradient(penalty):
    torch.autograd.gradcheck(penalty, normal(4, 5).requires_grad_())
    torch.autograd.gradgradcheck(penalty, normal(4, 5).requires_grad_())


@every_penalty
def test_an_examples_penalty_is_its_own_whoever_else_is_there(penalty):
    network, x = perceptron(), normal(16, 5)

    def critic(x):
        return network(x).squeeze(1)

    together = paid(penalty, critic, x)
    alone = torch.cat([paid(penalty, critic, row[None]) for row in x])
    torch.testing.assert_close(together, alone)
    assert together.unique().numel() == len(x)


@every_penalty
def test_a_critic_that_is_flat_has_a_gradient(penalty):
    weight = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    found = paid(penalty, linear(weight), normal(4, 3))
    (gradient,) = torch.autograd.grad(found.sum(), weight)
    assert torch.isfinite(gradient).all()
    assert found.tolist() == pytest.approx([0.0 if penalty is zero_slope else 1.0] * 4, abs=1e-5)


def test_slopes_are_in_float32():
    weight = normal(3, 2, 2).bfloat16()
    x = normal(4, 3, 2, 2).bfloat16().requires_grad_()
    found = slopes(linear(weight)(x), x)
    assert found.dtype == torch.float32
    assert torch.equal(found, weight.float().flatten().expand(4, -1))


@pytest.mark.parametrize("shape", [(2,), (3, 4, 5)])
def test_between_lies_on_the_segment(shape):
    real, fake, share = normal(9, *shape), normal(9, *shape, seed=1), torch.rand(9).double()
    points = between(real, fake, share)
    assert points.shape == real.shape
    to_fake, to_real = ((points - end).flatten(1).norm(dim=1) for end in (fake, real))
    whole = (real - fake).flatten(1).norm(dim=1)
    torch.testing.assert_close(to_fake, share * whole)
    torch.testing.assert_close(to_real, (1 - share) * whole)


def test_between_begins_and_ends_at_the_examples():
    real, fake = normal(4, 3), normal(4, 3, seed=1)
    torch.testing.assert_close(between(real, fake, torch.ones(4)), real)
    torch.testing.assert_close(between(real, fake, torch.zeros(4)), fake)
