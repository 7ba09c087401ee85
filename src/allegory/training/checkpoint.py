"""Checkpoints: everything that a run needs to go on, in one file that is whole or not there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from allegory.errors import UserError
from allegory.files import atomic
from allegory.progress import say

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Checkpoint", "Checkpoints"]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run."""

    tensors: dict[str, Tensor]
    values: dict[str, Any]
    """What is not a tensor, as JSON values."""


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of a run's folder: the last two are kept."""

    folder: Path
    keep: int = 2

    def save(self, checkpoint: Checkpoint, images: int) -> None:
        """Write a checkpoint, then forget the oldest.

        Raises:
            UserError: the weights are not all finite, or the disk is full; the checkpoints that
                are there stay.
        """
        tensors = {k: v.detach().cpu().contiguous() for k, v in checkpoint.tensors.items()}
        for name, tensor in tensors.items():
            if name.startswith("game/") and not torch.isfinite(tensor).all():
                raise UserError(f"not saved: the weights '{name}' are not finite.")
        values = json.dumps(checkpoint.values)
        about = {"values": values, "digest": digest(tensors, values)}
        with atomic(self.folder / f"{images:012d}.safetensors") as file:
            file.write(save(tensors, metadata=about))
        for old in self.paths()[: -self.keep]:
            old.unlink(missing_ok=True)

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole; a torn one is named and passed over."""
        for path in reversed(self.paths()):
            try:
                return read(path)
            except (OSError, SafetensorError, ValueError, KeyError) as error:
                say(f"{path.name} is damaged ({error}); trying the one before.")
        return None

    def paths(self) -> list[Path]:
        """The files, oldest first."""
        return sorted(self.folder.glob("*.safetensors"))


def read(path: Path) -> Checkpoint:
    """Read and verify one checkpoint.

    Raises:
        ValueError: its content is not what was written.
    """
    with safe_open(path, framework="pt") as file:
        about = file.metadata() or {}
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if digest(tensors, about["values"]) != about["digest"]:
        raise ValueError("its checksum is wrong")
    return Checkpoint(tensors, json.loads(about["values"]))


def digest(tensors: dict[str, Tensor], values: str) -> str:
    """A checksum of names, shapes, numbers and values."""
    total = hashlib.blake2b(values.encode(), digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        total.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
