"""Laws of solvers: with an exact denoiser each returns the distribution, at its proven order."""

import math

import pytest
import torch
from tests.exact import mixture, noise, normal

from allegory.errors import UserError
from allegory.sampling.inpaint import inpaint
from allegory.sampling.likelihood import log_likelihood
from allegory.sampling.looped import looped, table_of
from allegory.sampling.sampler import Sampler
from allegory.sampling.schedules import Schedule
from allegory.sampling.solvers import SOLVERS, ddim

PATHS = ("edm", "cosine", "linear", "flow")
ORDERS = {"ddim": 1, "heun": 2, "dpm++": 2, "unipc": 3}
"""Of the error of a deterministic solver in the length of its steps."""
every_path = pytest.mark.parametrize("path", PATHS)


def geometric(high, low, steps):
    """Noise levels with a constant ratio."""
    ends = torch.tensor([high, low], dtype=torch.float64).log()
    return torch.linspace(ends[0], ends[1], steps + 1, dtype=torch.float64).exp()


def carried(x, high, low, mean=0.3, deviation=0.7):
    """Where the probability-flow equation of a normal takes x: in closed form."""
    ratio = (deviation**2 + low**2) / (deviation**2 + high**2)
    return mean + (x - mean) * math.sqrt(ratio)


def slope(errors, steps):
    """The order at which errors fall with steps: of a line through the logs."""
    a, b = (torch.tensor(v, dtype=torch.float64).log() for v in (steps, errors))
    return -float(((a - a.mean()) * (b - b.mean())).sum() / (a - a.mean()).square().sum())


@pytest.mark.parametrize(("name", "order"), ORDERS.items())
@pytest.mark.parametrize("upwards", [False, True])
def test_a_solver_has_its_order(name, order, upwards):
    x, steps, errors = noise(64, sigma=1.0), [32, 64, 128, 256], []
    ends = (0.05, 20.0) if upwards else (20.0, 0.05)
    x = x * math.hypot(0.7, ends[0])
    for n in steps:
        out = SOLVERS[name](normal(), x, geometric(*ends, n), torch.Generator())
        errors.append(float((out - carried(x, *ends)).abs().mean()))
    assert slope(errors, steps) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize(("name", "order"), ORDERS.items())
def test_a_solver_has_its_order_on_a_mixture(name, order):
    x, steps = noise(64, sigma=5.0), [64, 128, 256]
    levels = geometric(5.0, 0.3, 4096)
    true = SOLVERS["unipc"](mixture(), x, levels, torch.Generator())
    errors = []
    for n in steps:
        out = SOLVERS[name](mixture(), x, geometric(5.0, 0.3, n), torch.Generator())
        errors.append(float((out - true).abs().mean()))
    # mixtures bend sharply where their parts are told apart: the order shows late
    assert slope(errors, steps) == pytest.approx(order, abs=0.3)


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("upwards", [False, True])
def test_a_solver_is_a_table_of_what_its_calls_add_up(name, upwards):
    sigmas = Schedule().sigmas(7)
    sigmas = sigmas[-2::-1] if upwards else sigmas
    x = noise(20, sigma=sigmas[0])
    found = looped(table_of(SOLVERS[name], sigmas), mixture(), x)
    torch.testing.assert_close(found, SOLVERS[name](mixture(), x, sigmas, torch.Generator()))


@every_path
@pytest.mark.parametrize("name", SOLVERS)
def test_a_solver_returns_the_distribution(name, path):
    schedule = Schedule(path)
    steps = 400 if name == "ancestral" else 200
    true, rng = mixture(), torch.Generator().manual_seed(3)
    out = SOLVERS[name](true, noise(4_000), schedule.sigmas(steps), rng)[:, 0].sort().values
    data = true.sample(4_000)[:, 0].sort().values
    # two draws of the data differ by 0.03
    assert float((out - data).abs().mean()) < 0.07
    assert float((out > 0.5).double().mean()) == pytest.approx(0.4, abs=0.02)


def test_ddim_is_the_published_step():
    """Song et al. (2021), equation 12 with sigma = 0, in their own variables."""
    schedule, true = Schedule("cosine"), mixture()
    now, then = torch.tensor([3.0, 1.2], dtype=torch.float64)
    x = noise(10, sigma=3.0)
    alpha, after = schedule.alpha(now).square(), schedule.alpha(then).square()
    predicted = (x - true(x, now)) / now  # epsilon
    scaled = alpha.sqrt() * x
    published = after.sqrt() * (scaled - (1 - alpha).sqrt() * predicted) / alpha.sqrt()
    published = published + (1 - after).sqrt() * predicted
    found = ddim(true, x, torch.stack([now, then])) * after.sqrt()
    torch.testing.assert_close(found, published)


@every_path
def test_a_schedule_and_its_inverse(path):
    schedule, t = Schedule(path), torch.linspace(0.01, 0.99, 50, dtype=torch.float64)
    torch.testing.assert_close(schedule.time(schedule.sigma(t)), t)
    levels = schedule.levels(20)
    assert (levels.diff() < 0).all()
    assert float(levels[0]) == 80.0
    assert float(levels[-1]) == pytest.approx(0.002)
    assert schedule.sigmas(1) == (80.0, 0.0)


@pytest.mark.parametrize("path", ["cosine", "linear"])
def test_variance_is_preserved_where_it_should_be(path):
    schedule, sigma = Schedule(path), torch.tensor([0.1, 1.0, 30.0])
    torch.testing.assert_close(
        schedule.alpha(sigma).square() * (1 + sigma.square()), torch.ones(3)
    )


def test_the_straight_path_is_straight():
    schedule, t = Schedule("flow"), torch.tensor([0.1, 0.5, 0.9])
    sigma = schedule.sigma(t)
    torch.testing.assert_close(schedule.alpha(sigma), 1 - t)
    torch.testing.assert_close(schedule.alpha(sigma) * sigma, t)


@pytest.mark.parametrize("true", [normal(2, 0.0), mixture(), normal(12, 0.0)])
def test_the_density_is_the_density(true):
    x = true.sample(50)
    levels = Schedule().levels(301).flip(0)
    spread = float(true.sample(4000).square().mean().sqrt())
    found = log_likelihood(true, x, levels, spread, 0)
    expected = true.log_density(x, 0.002)
    torch.testing.assert_close(found.nats, expected, atol=5e-3, rtol=0)


def test_the_error_of_an_estimated_density_is_told():
    class Turned:
        """Of a normal whose values hang together: the trace's estimate then varies."""

        rng = torch.Generator().manual_seed(0)
        root = torch.randn(12, 12, generator=rng, dtype=torch.float64) / 4
        cov = root @ root.T + 0.1 * torch.eye(12, dtype=torch.float64)

        def __call__(self, x, sigma):
            noisy = self.cov + sigma**2 * torch.eye(12, dtype=torch.float64)
            return x @ torch.linalg.solve(noisy, self.cov)

    true = Turned()
    root = torch.linalg.cholesky(true.cov)
    x = noise(40, 12, sigma=1.0) @ root.T
    levels = Schedule().levels(201).flip(0)
    found = log_likelihood(true, x, levels, 1.0, 0, probes=32)
    expected = torch.distributions.MultivariateNormal(torch.zeros(12).double(), true.cov)
    off = (found.nats - expected.log_prob(x)) / found.deviation
    assert 0.5 < float(off.square().mean().sqrt()) < 1.6


def test_what_is_inpainted_fits_what_is_known():
    """Of two values with correlation 0.9, the second given the first."""
    rho = 0.9
    cov = torch.tensor([[1.0, rho], [rho, 1.0]], dtype=torch.float64)

    def denoise(x, sigma):
        return x @ torch.linalg.solve(cov + sigma**2 * torch.eye(2).double(), cov)

    known = torch.tensor([[1.0, 99.0]], dtype=torch.float64).expand(4000, 2)
    missing = torch.tensor([[False, True]])
    out = inpaint(denoise, known, missing, Schedule().sigmas(40), 0, repeats=8)
    assert torch.equal(out[:, 0], known[:, 0])
    assert float(out[:, 1].mean()) == pytest.approx(rho, abs=0.06)
    assert float(out[:, 1].std()) == pytest.approx(math.sqrt(1 - rho**2), abs=0.06)


def test_examples_come_back_from_their_noise():
    sampler, true = Sampler("heun", 100), mixture()
    x = true.sample(200)
    there = sampler.encode(true, x)
    back = sampler.clean(true, there, 0)
    torch.testing.assert_close(back, x, atol=0.02, rtol=0)
    assert float(there.std()) == pytest.approx(80.0, rel=0.15)


def test_variations_keep_more_of_an_example_the_weaker_they_are():
    sampler, true = Sampler("heun", 40), mixture()
    x = true.sample(500)
    kept = [
        float((sampler.vary(true, x, strength, 5) - x).abs().mean()) for strength in (0.1, 0.5, 1)
    ]
    assert kept[0] < 0.05
    assert kept[0] < kept[1] < kept[2]
    # at full strength nothing of them is left
    other = sampler.vary(true, x, 1.0, 5)
    assert abs(float(torch.corrcoef(torch.stack([x[:, 0], other[:, 0]]))[0, 1])) < 0.15


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Sampler("hein"),
        lambda: Sampler(steps=0),
        lambda: Sampler(guidance=-1),
        lambda: Schedule("eds"),
        lambda: Schedule(sigma_min=0.0),
        lambda: Sampler().vary(normal(), noise(1), 0.0, 0),
        lambda: inpaint(normal(), noise(1), noise(1) > 0, Schedule().sigmas(2), 0, repeats=0),
    ],
)
def test_mistakes_are_told(wrong):
    with pytest.raises(UserError):
        wrong()
