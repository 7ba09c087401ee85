"""A device that there is not: tensors that claim to lie on another one, and are computed here.

What is asked of tensors on two devices at once fails, as it does on a GPU; and so does NumPy.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map_only

__all__ = ["ELSEWHERE", "Elsewhere", "elsewhere"]

ELSEWHERE = torch.device("meta")
"""Its name: of all that this torch knows, the one that it lets programs compute on themselves."""

aten = torch.ops.aten
DRAWS = (torch.rand, torch.randn, torch.randint, torch.randperm)
COPIES = (aten._to_copy, aten.copy_, aten.to)
"""What alone may take tensors from one device to another."""


class Elsewhere(torch.Tensor):
    """A tensor that claims to lie elsewhere; `here` is where its numbers are."""

    here: torch.Tensor

    @staticmethod
    def __new__(cls, here: torch.Tensor) -> Elsewhere:
        self = torch.Tensor._make_wrapper_subclass(
            cls,
            here.size(),
            strides=here.stride(),
            storage_offset=here.storage_offset(),
            dtype=here.dtype,
            device=ELSEWHERE,
        )
        self.here = here
        return self

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return compute(function, args, kwargs or {})

    def new_tensor(self, data, **options):
        return torch.tensor(data, **{"dtype": self.dtype, "device": self.device, **options})


class Generator(torch.Generator):
    """A generator that may claim to be elsewhere."""

    def __new__(cls, device="cpu"):
        self = super().__new__(cls)
        self.place = torch.device(device)
        return self

    def __init__(self, device="cpu"):
        pass

    @property
    def device(self):
        return self.place


class Computed(TorchDispatchMode):
    """Sees each function of torch while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0
        """How often numbers came back from there: a device is waited for each time."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = compute(function, args, kwargs or {})
        back = function.overloadpacket in COPIES or function is aten._local_scalar_dense.default
        away = any(isinstance(leaf, Elsewhere) for leaf in tree_leaves((args, kwargs)))
        self.waits += back and away and not isinstance(result, Elsewhere)
        return result


def compute(function, args, kwargs):
    """The function's result, on the device where it belongs."""
    leaves = tree_leaves((args, kwargs))
    there = [leaf for leaf in leaves if isinstance(leaf, Elsewhere)]
    here = [leaf for leaf in leaves if is_here(leaf)]
    if there and here and function.overloadpacket not in COPIES:
        shapes = [[tuple(x.shape) for x in side] for side in (there, here)]
        raise RuntimeError(f"{function}: {shapes[0]} are elsewhere, {shapes[1]} are here")
    away = belongs_elsewhere(function, args, leaves)
    numbers = tree_map_only(Elsewhere, lambda x: x.here, (args, kwargs))
    numbers = tree_map_only(torch.device, lambda _: torch.device("cpu"), numbers)
    result = function(*numbers[0], **numbers[1])
    if function is aten.copy_.default:
        return args[0]
    if not away or not isinstance(result, torch.Tensor | list | tuple):
        return result
    result = tree_map_only(torch.Tensor, Elsewhere, result)
    return return_and_correct_aliasing(function, args, kwargs, result) if there else result


def belongs_elsewhere(function, args, leaves) -> bool:
    """Where the result is asked for; else where what it is made of lies."""
    devices = [leaf for leaf in leaves if isinstance(leaf, torch.device)]
    if devices:
        return devices[-1] == ELSEWHERE
    what = args[1:] if function is aten.to.other else leaves
    return any(isinstance(leaf, Elsewhere) for leaf in what)


def is_here(leaf) -> bool:
    """A tensor of this machine's; a single number may be beside those of any device."""
    return isinstance(leaf, torch.Tensor) and not isinstance(leaf, Elsewhere) and leaf.dim() > 0


def put(make):
    """A function that makes tensors of numbers, such as torch.tensor: its own hides the copy."""

    def made(data, *, device="cpu", **options):
        return make(data, **options).to(device)

    return made


def drawn(make):
    """A function that draws, such as torch.rand: below it, a generator's claim is forgotten."""

    def draw(*size, generator=None, device="cpu", **options):
        if generator is not None and generator.device != torch.device(device):
            raise RuntimeError(f"{make.__name__} on {device}: the generator is elsewhere")
        return make(*size, generator=generator, device=device, **options)

    return draw


@contextmanager
def elsewhere():
    """While entered there is another device; gives what counts how often it is waited for."""
    fused = "torch.optim.optimizer._get_fused_kernels_supported_devices"
    mode = Computed()
    with (
        mock.patch(fused, return_value=["cpu", ELSEWHERE.type]),
        mock.patch("torch.Generator", Generator),
        mock.patch("torch.autocast", return_value=nullcontext()),
        # a view within it of what was made outside is refused to tensors of ours
        mock.patch("torch._C._InferenceMode", lambda mode: torch.set_grad_enabled(not mode)),
        mock.patch("torch.tensor", put(torch.tensor)),
        mock.patch("torch.as_tensor", put(torch.as_tensor)),
        mock.patch.multiple(torch, **{f.__name__: drawn(f) for f in DRAWS}),
        mode,
    ):
        yield mode
