"""New examples from nothing: of any class or of those asked for, from all codes or the likely."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from allegory.capabilities import Conditional, Decodes
from allegory.errors import UserError
from allegory.randomness import draw_classes, generator
from allegory.tools.classes import of_class
from allegory.tools.requires import lacking
from allegory.tools.running import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from allegory.capabilities import LatentSpace, Samples

__all__ = ["draw", "draw_truncated", "sample"]


@torch.inference_mode()
def sample(
    model: Samples,
    n: int,
    *,
    rng: Generator | int,
    labels: Sequence[str] = (),
    truncation: float | None = None,
    batch: int = BATCH,
) -> Tensor:
    """Draw n examples, (n, *media.shape) on the CPU, in the media's range.

    The same rng and the same batch give the same examples.

    Args:
        model: it.
        n: how many; of each label, where there are labels.
        rng: of the draws.
        labels: classes of a conditional model: (labels * n, *media.shape), label after label.
        truncation: T > 0: each latent is drawn between T standard deviations on both sides of its
            centre, as of `draw_truncated`.
        batch: examples that go through the model at once.

    Raises:
        UserError: the model can't do what is asked, there is no such class, or a number is off.
    """
    if n < 1:
        raise UserError(f"cannot draw {n} examples: ask for 1 or more.")
    rng = generator(rng)
    drawn = []
    for part in [model] if not labels else [of_class(model, name) for name in labels]:
        for done in range(0, n, batch):
            size = min(batch, n - done)
            drawn.append(draw(part, size, rng, truncation=truncation).cpu())
    return torch.cat(drawn)


def draw(
    model: Any,
    n: int,
    rng: Generator,
    *,
    truncation: float | None = None,
    **labels: Tensor,
) -> Tensor:
    """Draw n examples in one go, where the model is; arguments and errors as of `sample`.

    Args:
        model: it.
        n: how many.
        rng: of the draws.
        truncation: as of `sample`.
        labels: of a conditional model, the argument `labels` of its `sample`.
    """
    x: Tensor
    if truncation is None:
        x = model.sample(n, rng=rng, **labels)
    else:
        _require_truncation(model, truncation)
        if not labels and isinstance(model, Conditional):
            labels = {"labels": draw_classes(model.shares, n, rng)}
        x = model.decode(draw_truncated(model.latent, n, truncation, rng), **labels)
    return x


def draw_truncated(latent: LatentSpace, n: int, limit: float, rng: Generator | int) -> Tensor:
    """Draw n codes, (n, latents), each latent from its normal cut off at ±limit deviations.

    Likelier codes, hence more typical and less varied examples: Brock et al. (2019), "Large scale
    GAN training for high fidelity natural image synthesis", section 3.1. By the inverse of the
    distribution function, so that n codes take n draws of `rng` for each latent, with no rejects.
    """
    rng, shape = generator(rng), (n, latent.size)
    uniform = torch.rand(shape, generator=rng, device=rng.device, dtype=torch.float64)
    # erf(u / √2) is the mass of the normal between -u and u
    mass = (2 * uniform - 1) * math.erf(limit / math.sqrt(2))
    u = (math.sqrt(2) * torch.erfinv(mass)).clamp(-limit, limit)
    return latent.mean + latent.std * u.to(latent.mean)


def _require_truncation(model: object, limit: float) -> None:
    """Raise a UserError unless the model's codes can be truncated so."""
    if not 0 < limit < math.inf:
        raise UserError(f"truncation must be a number above 0 (given: {limit:g}), such as 1.")
    reason = lacking(model, ("Decodes",))
    if reason is not None:
        raise UserError(f"truncation needs {reason}.")
    if isinstance(model, Decodes) and not model.latent.prior:
        raise UserError("truncation needs codes that follow a prior, and this model has none.")
