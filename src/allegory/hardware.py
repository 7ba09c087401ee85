"""What the machine is fast at, what it can't do, and where a network lies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["device_of", "in_double", "multiplies_bfloat16"]


def device_of(network: object) -> torch.device:
    """Where its weights lie; the processor where it has none."""
    import torch

    weights = network.parameters() if isinstance(network, torch.nn.Module) else iter(())
    return next((weight.device for weight in weights), torch.device("cpu"))


def in_double(x: torch.Tensor) -> torch.Tensor:
    """The numbers in float64: where they lie, or on the CPU where their device has none (MPS)."""
    return (x.cpu() if x.device.type == "mps" else x).double()


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 natively: elsewhere it is slower than float32."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_capability(device)[0] >= 8
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
