"""Ways through the latent space, ranked and named: its single latents, or principal directions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import torch

from allegory.capabilities import Encodes
from allegory.errors import UserError
from allegory.tools.directions import principal_directions
from allegory.tools.naming import name_axes
from allegory.tools.standard import to_standard
from allegory.tools.traverse import Axis, axes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from allegory.capabilities import Decodes, LatentSpace
    from allegory.data.dataset import Column

__all__ = ["Kind", "Ways", "ways", "without_ways"]

Kind = Literal["latents", "directions"]

NOISE = 64
"""Latents up to which a code that is noise is walked through."""


@dataclass(frozen=True)
class Ways:
    """Latents or directions to move along."""

    kind: Kind
    vectors: Tensor
    """(k, latents): as of `principal_directions`; of single latents, the unit vectors."""
    axes: list[Axis]
    """What moving along each does, the strongest effect first."""

    def named(self, latent: LatentSpace, codes: Tensor, columns: Mapping[str, Column]) -> Ways:
        """With names of what they follow in codes (n, latents) of examples with these columns."""
        along = to_standard(latent, codes.to(latent.mean)) @ self.vectors.to(latent.mean).T
        return replace(self, axes=name_axes(along, columns, self.axes))

    def short(self, index: int) -> str:
        """The name of one: "z3" for the latent 3, "d3" for the direction 3."""
        return f"{'z' if self.kind == 'latents' else 'd'}{index}"


def ways(model: Decodes, kind: Kind | None = None, *, rng: int) -> Ways:
    """All ways of this kind.

    By default single latents of a model that encodes, where training gave them a meaning, and
    else directions: the latents of a generator stand for nothing by themselves.

    Raises:
        UserError: as `without_ways` says.
    """
    reason = without_ways(model)
    if reason is not None:
        raise UserError(f"there are no ways to rank: {reason}.")
    kind = kind or ("latents" if isinstance(model, Encodes) else "directions")
    if kind == "latents":
        vectors = torch.eye(model.latent.size)
    else:
        vectors = principal_directions(model, rng=rng).vectors
    return Ways(kind, vectors, axes(model, along=vectors, rng=rng))


def without_ways(model: Decodes) -> str | None:
    """Why it makes no sense to walk along a model's latents one by one; None where it does."""
    size = model.latent.size
    if not model.latent.noise or size <= NOISE:
        return None
    return (
        f"the model's code is noise, {size:,} numbers of which none stands for anything; "
        "'interpolate' walks between codes"
    )
