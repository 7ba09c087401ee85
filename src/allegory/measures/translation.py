"""How near translated pictures are to those that they should be, picture by picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NEARNESS", "absolute_error", "peak_ratio", "structural_similarity"]

RANGE = 2.0
"""From black, -1, to white, 1."""


def absolute_error(x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute difference of pictures x and y (n, channels, h, w): (n,), from 0 to 1."""
    return (x - y).abs().flatten(1).mean(1) / RANGE


def peak_ratio(x: Tensor, y: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each picture, (n,), in decibels; at most that of 8 bits.

    10 log10(R² / mean squared error), R the range: differences below half a grey level, which no
    file holds, are not told from it.
    """
    floor = (RANGE / 255.0 / 2.0) ** 2
    error = (x - y).square().flatten(1).mean(1).clamp(min=floor)
    return 10.0 * torch.log10(RANGE**2 / error)


def structural_similarity(x: Tensor, y: Tensor) -> Tensor:
    """SSIM of each picture, (n,), from -1 to 1 for equal ones.

    Wang et al. (2004), "Image quality assessment: from error visibility to structural similarity",
    equation 13, with their Gaussian window of 11 pixels, or the largest that fits.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure as ssim

    side = min(11, *x.shape[2:])
    found = ssim(
        x,
        y,
        gaussian_kernel=side == 11,
        kernel_size=side - 1 + side % 2,
        data_range=RANGE,
        reduction="none",
    )
    assert isinstance(found, Tensor)
    return found.flatten()


NEARNESS: dict[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "L1": ("L1, in ranges", absolute_error),
    "psnr": ("PSNR, dB", peak_ratio),
    "ssim": ("SSIM", structural_similarity),
}
"""Name -> what people call it, and the function."""
