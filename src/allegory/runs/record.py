"""An observer that records where vectors are carried, for the film of a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.capabilities import Decodes, Discriminates, Samples
from allegory.media import Images
from allegory.report.moments import Moment, write_moment
from allegory.tools.running import home, in_batches
from allegory.tools.sample import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.runs.folder import RunFolder
    from allegory.training.observers import Scene

__all__ = ["Record"]

POINTS = 512
ALONG, ACROSS = 200, 64
"""Places at which P(real) is asked: along a line, and along each side of a plane."""
ROOM = 0.2
"""Part of the data's range that is shown beyond each end of it."""


@dataclass(frozen=True)
class Record:
    """Records generated vectors at each evaluation; of pictures the previews are record enough."""

    folder: RunFolder
    data: Dataset

    def __call__(self, scene: Scene) -> None:
        """Write frames/IMAGES.npz."""
        if isinstance(self.data.media, Images) or not isinstance(scene.model, Samples):
            return
        low, high = self.limits
        points, codes = carried(scene.model)
        noise, latents = (None, 0) if codes is None else (plane(codes), codes.shape[1])
        realness = None
        if isinstance(scene.model, Discriminates) and self.data.media.shape[0] <= 2:
            realness = field(scene.model, low, high)
        moment = Moment(scene.images, points, self.examples, low, high, noise, latents, realness)
        write_moment(moment, self.folder.path)

    @cached_property
    def examples(self) -> NDArray[np.float32]:
        """The first columns of some examples, (m, 1 or 2)."""
        return plane(self.data.take(np.arange(min(POINTS, len(self.data)))))

    @cached_property
    def limits(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What is shown: the range of the data, with room on each side."""
        low, high = self.examples.min(0), self.examples.max(0)
        room = np.where(high > low, ROOM * (high - low), 0.5).astype(np.float32)
        return low - room, high + room


@torch.inference_mode()
def carried(model: Any) -> tuple[NDArray[np.float32], Tensor | None]:
    """Generated points (n, 1 or 2) and their codes (n, latents), the same at every moment."""
    rng = torch.Generator().manual_seed(0)
    if isinstance(model, Decodes) and model.latent.prior:
        codes = model.latent.draw(POINTS, rng)
        return plane(in_batches(model.decode, codes)), codes
    return plane(sample(model, POINTS, rng=rng)), None


@torch.inference_mode()
def field(
    model: Discriminates, low: NDArray[np.float32], high: NDArray[np.float32]
) -> NDArray[np.float32]:
    """P(real) at places of a line (places,) or of a plane (upwards, across)."""
    count = ALONG if len(low) == 1 else ACROSS
    sides = [torch.linspace(float(a), float(b), count) for a, b in zip(low, high, strict=True)]
    places = torch.cartesian_prod(*sides).view(-1, len(sides))
    found = in_batches(model.realness, places, home(model)).numpy()
    # the product runs upwards first
    return found.reshape([count] * len(sides)).T.astype(np.float32)


def plane(x: Tensor) -> NDArray[np.float32]:
    """The first two columns of x (n, size), or its only one."""
    found: NDArray[np.float32] = x[:, :2].float().cpu().numpy()
    return found
