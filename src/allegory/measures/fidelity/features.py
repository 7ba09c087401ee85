"""Feature networks: the numbers by which two sets of examples are compared."""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from allegory.errors import UserError
from allegory.hardware import device_of
from allegory.media import Images, Media, Vectors, to_bytes
from allegory.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable

    from allegory.capabilities import Encodes
    from allegory.data.dataset import Dataset

__all__ = [
    "Features",
    "encoder_features",
    "inception_features",
    "module_features",
    "native",
    "plain_features",
    "read_features",
]

BATCH = 256
"""Examples that go through a network at once."""


@dataclass(frozen=True)
class Features:
    """A way from examples to features; figures are comparable within one such way only."""

    name: str
    """The network and what it was trained on, for the output."""
    resize: str
    """How pictures are brought to its size."""
    extract: Callable[[Tensor], Tensor]
    """(n, *media.shape) in the media's range -> (n, d), each row from its own example."""

    @torch.inference_mode()
    def of(self, x: Tensor) -> Tensor:
        """Features of x (n, *media.shape): (n, d) float32 on the CPU."""
        return torch.cat([self.extract(part).float().cpu() for part in torch.split(x, BATCH)])

    def of_data(self, data: Dataset, *, shown: bool = True) -> Tensor:
        """Features of every shown example of the data, (n, d), with progress if `shown`."""
        found = []
        # one for all batches: binary pixels of one place in each would be drawn alike otherwise
        rng = torch.Generator().manual_seed(0)
        with track(f"features of {data.name}", len(data), shown=shown) as advance:
            for start in range(0, len(data), BATCH):
                rows = np.arange(start, min(start + BATCH, len(data)))
                found.append(self.of(data.take(rows, rng=rng)))
                advance(len(rows))
        return torch.cat(found)


def plain_features(media: Media) -> Features:
    """The values themselves: pixels, or vectors standardised by their training split."""
    if isinstance(media, Vectors):
        offset, scale = torch.tensor(media.offset), torch.tensor(media.scale)
        name = f"standardised values, {len(offset)} numbers"
        return Features(name, "none", lambda x: (x - offset) / scale)
    return Features("pixels", native(media), lambda x: x.flatten(1))


def module_features(module: nn.Module, name: str, resize: str) -> Features:
    """Any module, (n, *media.shape) -> (n, ...), in evaluation mode, on its own device."""
    module.eval()
    at = device_of(module)
    return Features(name, resize, lambda x: module(x.to(at)).flatten(1))


def encoder_features(model: Encodes, name: str) -> Features:
    """The posterior means of a model that encodes."""
    at = device_of(model)
    return Features(name, native(model.media), lambda x: model.encode(x.to(at)).mean)


def native(media: Media) -> str:
    """The examples' own size, in words."""
    return f"native {media.height}x{media.width}" if isinstance(media, Images) else "none"


INCEPTION = "weights-inception-2015-12-05-6726825d.pth"


def inception_features(media: Media) -> Features:
    """The 2,048 features of Inception v3 as published Frechet distances use them.

    Through torchmetrics and torch-fidelity, which resizes to 299x299 as the original did; the
    weights lie where torch keeps downloads, and are never fetched. Grey pictures are repeated over
    the colours, transparency is left out.

    Raises:
        UserError: the media are no pictures, or the network or its weights are not here.
    """
    if not isinstance(media, Images):
        raise UserError("Inception reads pictures: vectors are compared by their own values.")
    try:
        import torch_fidelity  # type: ignore[import-not-found] # noqa: F401
    except ImportError:
        raise UserError(
            "Inception needs torch-fidelity: pip install torch-fidelity, or leave it out: the "
            "self-supervised features work offline."
        ) from None
    home = Path(os.environ.get("TORCH_HOME", Path.home() / ".cache" / "torch"))
    path = home / "hub" / "checkpoints" / INCEPTION
    if not path.exists():
        raise UserError(
            f"there are no Inception weights at {path}: put {INCEPTION} of torch-fidelity there."
        )
    from torchmetrics.image.fid import NoTrainInceptionV3

    network: Any = NoTrainInceptionV3("inception-v3-compat", ["2048"], str(path))

    def extract(x: Tensor) -> Tensor:
        pictures = to_bytes(x[:, :3] if x.shape[1] == 4 else x.expand(-1, 3, -1, -1))
        found: Tensor = network(pictures)
        return found

    return Features("Inception v3 (2015-12-05), 2,048 numbers", "bilinear 299x299", extract)


def read_features(path: Path, name: str | None = None) -> Tensor:
    """Features (n, d) that another program wrote.

    Args:
        path: a .npy file, a .npz file with one array (or one called "features"), or a folder of
            .npy files, which are joined in the order of their names.
        name: of the array in a .npz file of several.

    Raises:
        UserError: there is nothing like that.
    """
    try:
        if path.is_dir():
            files = sorted(path.glob("*.npy"))
            if not files:
                raise UserError(f"there are no features in {path}: no .npy file.")
            array = np.concatenate([np.load(file, allow_pickle=False) for file in files])
        elif zipfile.is_zipfile(path):
            with np.load(path, allow_pickle=False) as arrays:
                names = arrays.files
                wanted = name or (names[0] if len(names) == 1 else "features")
                if wanted not in names:
                    raise UserError(
                        f"{path} holds {', '.join(names)}: features are one array, or the one "
                        f"called '{wanted}'."
                    )
                array = arrays[wanted]
        else:
            with path.open("rb") as file:
                array = np.load(file, allow_pickle=False)
            if name:
                raise UserError(f"{path} holds one array without a name, and no '{name}'.")
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        reason = str(error).rstrip(".")
        raise UserError(f"can't read features from {path}: {reason}.") from None
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise UserError(
            f"features are numbers (n, d): {path} holds {array.dtype} of shape {array.shape}."
        )
    return torch.from_numpy(array.astype(np.float32))
