"""What the machine is fast at, and what it can't do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["in_double", "multiplies_bfloat16"]


def in_double(x: torch.Tensor) -> torch.Tensor:
    """The numbers in float64: where they lie, or on the CPU where their device has none (MPS)."""
    return (x.cpu() if x.device.type == "mps" else x).double()


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 natively: elsewhere it is slower than float32."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_capability(device)[0] >= 8
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
