"""The code of an example, found by optimisation where no encoder tells it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import adaptive_avg_pool2d

from allegory.capabilities import Encodes
from allegory.media import Vectors
from allegory.progress import track
from allegory.tools.running import in_batches
from allegory.tools.standard import from_standard, to_standard

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Generator, Tensor

    from allegory.capabilities import Decodes
    from allegory.media import Media

    Loss = Callable[[Tensor], Tensor]

__all__ = ["Inversion", "invert"]

DRAWS = 256
"""Random codes that are decoded: descents start from those nearest to the example."""
STARTS, KEPT = 16, 2
"""Starts for an example, and how many of them are followed to the end."""
FIRST, REST = 50, 250
"""Steps from every start, and further ones from those kept."""
ROWS = 96
"""Codes that descend at once: each keeps all that its gradient needs in memory."""
RATE = 0.2
"""Rate of the descent, in standard deviations of the latents."""
NOISE = 0.2
"""σ: how far an example is taken to be from what the model can make; pictures in [-1, 1], columns
of vectors in units of their deviation."""
SCALES = (1, 2, 4)
"""Pictures are compared as they are, and averaged over squares of these sides in pixels."""


@dataclass(frozen=True)
class Inversion:
    """Codes of n examples, and what they decode to; all on the CPU."""

    codes: Tensor
    """(n, latents)"""
    decoded: Tensor
    """(n, *media.shape): from the codes."""
    nearest: Tensor
    """(n, *media.shape): the nearest of 256 random draws, which the codes should beat."""


@torch.inference_mode(False)
def invert(model: Decodes, x: Tensor, *, rng: Generator | int, shown: bool = False) -> Inversion:
    """Find the codes that decode to what is most like x (n, *media.shape).

    Minimises mean (x - decode(z))² + σ²/D |u|² over u = (z - mean) / std, D the number of values
    of an example: the most probable code under the normal prior, if examples differ from decoded
    ones by normal noise of deviation σ = 0.2 (Bora et al. 2017, "Compressed sensing using
    generative models", section 6; without a prior Creswell & Bharath 2018, "Inverting the
    generator of a generative adversarial network"). The first term is the mean over a pyramid of
    averaged pictures: what lies beside its place is drawn towards it. Adam descends from the 16
    nearest of 256 draws and, where the model encodes, from the encoder's code; the best two are
    followed to the end. Where decode clamps and has no gradient, the second term alone moves a
    code, to the centre: out of there.

    Args:
        model: its weights are not touched.
        x: in the media's range.
        rng: of the draws; apart from sharing them, each example is on its own.
        shown: whether to show progress.
    """
    latent, home = model.latent, model.latent.mean.device
    draws = latent.draw(DRAWS, rng).to(home)
    with torch.no_grad():
        seen = in_batches(model.decode, draws)
    codes, nearest = [], []
    with track("inverting", len(x) * (FIRST + REST), shown=shown) as advance:
        # a copy: what was made in inference mode takes no part in a descent
        for part in torch.split(x.detach().clone(), ROWS // (STARTS + 1)):
            own, drawn = (_pyramid(v, model.media)[0].flatten(1) for v in (part.cpu(), seen))
            near = torch.cdist(own, drawn).topk(STARTS, largest=False).indices
            nearest.append(seen[near[:, 0]])
            part, starts = part.to(home), draws[near.to(home)]
            if isinstance(model, Encodes):
                with torch.no_grad():
                    starts = torch.cat([starts, model.encode(part).mean[:, None]], dim=1)
            u = to_standard(latent, starts)
            u, losses = _descend(_loss(model, part, len(u[0])), u, FIRST)
            advance(len(part) * FIRST)
            best = losses.topk(KEPT, dim=1, largest=False).indices[..., None]
            u, losses = _descend(_loss(model, part, KEPT), u.take_along_dim(best, 1), REST, 0.0)
            advance(len(part) * REST)
            best = losses.argmin(1)[:, None, None]
            codes.append(from_standard(latent, u.take_along_dim(best, 1)[:, 0]))
    z = torch.cat(codes)
    with torch.no_grad():
        return Inversion(z.cpu(), in_batches(model.decode, z), torch.cat(nearest))


def _loss(model: Decodes, x: Tensor, count: int) -> Loss:
    """What is minimised for x (n, ...), from codes u (n, count, latents) to (n, count)."""
    pull = NOISE**2 / x[0].numel()
    targets = [level[:, None] for level in _pyramid(x, model.media)]

    def loss(u: Tensor) -> Tensor:
        decoded = _pyramid(model.decode(from_standard(model.latent, u.flatten(0, 1))), model.media)
        errors = [
            (level.view(len(x), count, *level.shape[1:]) - target).square().flatten(2).mean(2)
            for level, target in zip(decoded, targets, strict=True)
        ]
        return torch.stack(errors).mean(0) + pull * u.square().sum(2)

    return loss


def _pyramid(x: Tensor, media: Media) -> list[Tensor]:
    """Examples at every scale that they are compared at; vectors in units of their deviation."""
    if isinstance(media, Vectors):
        return [x / x.new_tensor(media.scale)]
    sizes = [(-(-media.height // scale), -(-media.width // scale)) for scale in SCALES]
    return [adaptive_avg_pool2d(x, size) for size in sizes]


def _descend(loss: Loss, u: Tensor, steps: int, end: float = 1.0) -> tuple[Tensor, Tensor]:
    """The best codes on the way down from u (n, starts, latents), and their losses (n, starts).

    The rate falls along a cosine to the part `end` of it.
    """
    u = u.detach().clone().requires_grad_(True)
    adam = torch.optim.Adam([u], lr=RATE)
    best, lowest = u.detach().clone(), u.new_full(u.shape[:2], torch.inf)
    for step in range(steps):
        with torch.enable_grad():
            losses = loss(u)
            (u.grad,) = torch.autograd.grad(losses.sum(), u)
        better = losses.detach() < lowest
        lowest = torch.where(better, losses.detach(), lowest)
        best = torch.where(better[..., None], u.detach(), best)
        fade = 0.5 * (1 + math.cos(math.pi * step / steps))
        adam.param_groups[0]["lr"] = RATE * (end + (1 - end) * fade)
        adam.step()
    return best, lowest
