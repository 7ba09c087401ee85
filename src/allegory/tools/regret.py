"""How much the bound of an example gains from a posterior that is fitted to it alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from allegory.capabilities import Posterior
from allegory.randomness import generator
from allegory.tools.running import BATCH

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from allegory.capabilities import Bounds

__all__ = ["likelihood_regret"]

STEPS = 100
RATE = 0.05
"""Of the ascent, in units of the latents and of the logs of their deviations; it falls to 0."""
DRAWS = 16
"""By which the two bounds are compared."""


@torch.inference_mode(False)
def likelihood_regret(model: Bounds, x: Tensor, *, rng: Generator | int) -> Tensor:
    """What the bound on log p(x) of x (n, *media.shape) gains, in nats, not negative: (n,).

    LR(x) = max_q L(x; q) − L(x; encode(x)): Xiao et al. (2020), "Likelihood regret: an
    out-of-distribution detection score for variational auto-encoder", equation 5. What is common
    to both bounds, such as how plain a picture is, is gone from the difference. Adam ascends from
    the encoder's own posterior; all examples share their noise, so that none depends on others.
    """
    rng = generator(rng)
    # copies: what was made in inference mode takes no part in an ascent
    return torch.cat([_regret(model, part, rng) for part in torch.split(x.clone(), BATCH)])


def _regret(model: Bounds, x: Tensor, rng: Generator) -> Tensor:
    with torch.no_grad():
        own = model.encode(x)
    size = own.mean.shape[1]
    judging, leading = (
        torch.randn(count, 1, size, generator=rng, device=rng.device).to(x.device)
        for count in (DRAWS // 2, STEPS)
    )
    judging = torch.cat([judging, -judging])  # what is odd in the noise cancels
    moved = torch.stack([own.mean, own.std.clamp_min(1e-6).log()]).requires_grad_(True)
    adam = torch.optim.Adam([moved], lr=RATE)
    for step, noise in enumerate(leading):
        with torch.enable_grad():
            gain = model.bound(x, Posterior(moved[0], moved[1].exp()), noise.expand(len(x), -1))
            (moved.grad,) = torch.autograd.grad(-gain.sum(), moved)
        adam.param_groups[0]["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        adam.step()
    best = Posterior(moved[0].detach(), moved[1].detach().exp())
    with torch.no_grad():
        gains = [
            model.bound(x, best, noise.expand(len(x), -1))
            - model.bound(x, own, noise.expand(len(x), -1))
            for noise in judging
        ]
    return torch.stack(gains).mean(0).clamp_min(0)
