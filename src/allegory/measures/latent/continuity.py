"""Continuity: whether content changes evenly on the way from one code to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from allegory.errors import UserError
from allegory.measures.estimate import Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from allegory.capabilities import Decodes

__all__ = ["Continuity", "continuity"]

BATCH = 256
"""Codes that go through a decoder at once."""


@dataclass(frozen=True)
class Continuity:
    """Continuity and its two parts, each from 0 to 1, higher is better; means over pairs."""

    score: Estimate
    """End-to-end distance over that of as many steps, all like the largest and one way: pair by
    pair the product of the two below. 1 where all steps change the content alike; 1/steps where
    all change comes in one jump, or where each step leads anywhere."""
    evenness: Estimate
    """Mean step over largest step: low where there are jumps."""
    directness: Estimate
    """End-to-end distance over the length of the way: low where the way leads through what is like
    neither end."""
    steps: int


@torch.inference_mode()
def continuity(
    model: Decodes,
    codes: Tensor,
    *,
    steps: int = 16,
    features: Callable[[Tensor], Tensor] | None = None,
) -> Continuity:
    """Walk straight from code to code, decode each step, and compare the steps' lengths.

    Points close in latent space should decode to similar content. On the way from a to b let
    x_0 .. x_S be the features of the decoded codes a + s/S (b − a). The score of the pair is
    ‖x_S − x_0‖ / (S max_s ‖x_s − x_{s−1}‖), the reciprocal of a secant form of the Lipschitz
    constant, in units of the pair. It does not depend on the units of latents or features, nor on
    any affine map of the latents, so an autoencoder and a VAE are measured alike; it needs no
    labels. A decoder that is affine scores 1; of one that turns by the angle φ, a circle, the
    score is sin(φ/2) / (S sin(φ/2S)). A decoder that decodes all codes alike scores 1, too: look
    at the reconstruction error as well.

    The mean over pairs is unbiased; the interval is at 95 % over pairs, which share no code. With
    more steps a jump shows more clearly and a bend as before; compare equal numbers of steps only.
    Distances in pixels see a thing that moves by more than its width as one that vanishes here and
    appears there: such a way is not direct, whichever model made it.

    Args:
        model: what decodes.
        codes: posterior means of held-out examples in random order, (n, latents): a pair of each
            two, n/2 pairs.
        steps: S, 2 or more.
        features: from examples (m, *media.shape) to features (m, ...); pixels by default.

    Raises:
        UserError: fewer than 2 codes or 2 steps.
    """
    if len(codes) < 2 or steps < 2:
        raise UserError(
            f"continuity needs 2 codes and 2 steps or more, not {len(codes)} and {steps}."
        )
    codes = codes.to(model.latent.mean)
    a, b = codes[: len(codes) // 2 * 2].view(-1, 2, codes.shape[1]).unbind(1)
    t = torch.linspace(0, 1, steps + 1).to(a)[:, None]
    parts = []
    for start in range(0, len(a), max(1, BATCH // (steps + 1))):
        rows = slice(start, start + max(1, BATCH // (steps + 1)))
        way = torch.lerp(a[rows, None], b[rows, None], t)
        x = model.decode(way.flatten(0, 1))
        x = (features(x) if features else x).double().view(len(way), steps + 1, -1)
        step = x.diff(dim=1).norm(dim=2)
        whole = (x[:, -1] - x[:, 0]).norm(dim=1)
        parts.append(torch.stack([whole, step.mean(1), step.amax(1)]).cpu())
    whole, mean, largest = torch.cat(parts, dim=1)
    still = largest == 0
    evenness = torch.where(still, 1.0, mean / largest)
    directness = torch.where(still, 1.0, whole / (steps * mean))
    return Continuity(
        estimate(evenness * directness), estimate(evenness), estimate(directness), steps
    )
