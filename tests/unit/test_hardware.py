"""What a device can't do is not asked of it: seen on tensors that only say where they lie."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from allegory.objectives.denoising import noise_levels


class Mac(TorchDispatchMode):
    """Refuses float64 on MPS, as that does."""

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        out = op(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            assert (out.device.type, out.dtype) != ("mps", torch.float64), op
        return out


def test_noise_levels_on_a_device_without_float64():
    with FakeTensorMode(), Mac():
        levels = noise_levels(torch.empty(8, device="mps"), 0.0, 1.0)
    assert (levels.device.type, levels.dtype) == ("mps", torch.float32)
