"""Schedulers of diffusers as solvers; skipped where the package is not installed."""

import importlib.util

import pytest
import torch
from tests.exact import normal

from allegory.errors import UserError
from allegory.sampling.sampler import Sampler

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the package itself
installed = pytest.mark.skipif(
    importlib.util.find_spec("diffusers") is None, reason="diffusers is not installed"
)


@installed
@pytest.mark.parametrize(
    "name", ["DDIM", "DPMSolverMultistep", "UniPCMultistep", "EulerDiscrete", "DDPM"]
)
def test_a_scheduler_returns_the_distribution_of_an_exact_denoiser(name):
    sampler = Sampler(f"diffusers:{name}Scheduler", 100)
    rng = torch.Generator().manual_seed(0)
    x = sampler.noised(torch.randn(20_000, 1, generator=rng), 1.0)
    found = sampler.clean(normal(), x, 0)
    assert float(found.mean()) == pytest.approx(0.3, abs=0.03)
    assert float(found.std()) == pytest.approx(0.7, rel=0.05)
    # and by the scheduler's own randomness alone it is drawn anew
    again = sampler.clean(normal(), x, 1)
    assert torch.equal(found, again) == (name != "DDPM")


@installed
@pytest.mark.parametrize("name", ["DDIMInverse", "FlowMatchEulerDiscrete", "RePaint"])
def test_a_scheduler_of_another_kind_is_refused(name):
    with pytest.raises(UserError, match="down the noise of DDPM"):
        Sampler(f"diffusers:{name}Scheduler")


@installed
def test_a_misspelt_scheduler_is_told_the_nearest():
    with pytest.raises(UserError, match="DDIMScheduler"):
        Sampler("diffusers:DDIMSchedular")


@installed
def test_a_scheduler_goes_all_the_way():
    with pytest.raises(UserError, match="all the way"):
        Sampler("diffusers:DDIMScheduler", 8).vary(normal(), torch.zeros(3, 1), 0.5, 0)
    x = torch.full((3, 1), 0.3)  # codes are found by DDIM
    assert float(Sampler("diffusers:DDIMScheduler", 64).encode(normal(), x).abs().max()) < 5.0


@pytest.mark.skipif(
    importlib.util.find_spec("diffusers") is not None, reason="diffusers is installed"
)
def test_without_the_package_it_is_named():
    with pytest.raises(UserError, match=r"allegory\[diffusers\]"):
        Sampler("diffusers:DDIMScheduler")
