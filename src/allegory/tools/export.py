"""Models as ONNX files, with what comes before and after them inside, checked against torch."""

from __future__ import annotations

import io
import json
import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch
from torch import nn

from allegory.capabilities import Decodes, Encodes
from allegory.errors import UserError
from allegory.files import atomic
from allegory.media import Images, describe, to_unit
from allegory.tools.requires import require
from allegory.tools.standard import from_standard

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

__all__ = ["TOLERANCE", "Exported", "export_onnx", "refuse_diffusers"]

TOLERANCE = 1e-4
"""What torch and the file may differ by, at most."""
TRIED = (1, 3)
"""Numbers of examples that are tried: the file takes any."""


@dataclass(frozen=True)
class Exported:
    """A file that was written and checked."""

    path: Path
    difference: float
    """The largest difference of its numbers from those of torch."""


class DecoderWhole(nn.Module):
    """Codes in standard deviations -> examples, and pictures as bytes."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.pictures = isinstance(model.media, Images)

    def forward(self, u: Tensor) -> tuple[Tensor, ...]:
        """(n, latents) -> x (n, *media.shape); of pictures, bytes (n, height, width, channels)."""
        x = self.model.decode(from_standard(self.model.latent, u))
        if not self.pictures:
            return (x,)
        levels = (x + 1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)
        return x, levels.permute(0, 2, 3, 1)


class EncoderWhole(nn.Module):
    """Pictures as bytes, or vectors -> codes."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.pictures = isinstance(model.media, Images)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Bytes (n, height, width, channels), or vectors (n, size) -> mean, std (n, latents)."""
        if self.pictures:
            x = to_unit(x.permute(0, 3, 1, 2))
        posterior = self.model.encode(x)
        return posterior.mean, posterior.std


def export_onnx(model: Any, folder: Path) -> list[Exported]:
    """Write decoder.onnx and encoder.onnx, as far as the model decodes and encodes.

    Each file is run beside torch, on one example and on three, before it is kept. Its metadata
    hold the media and, where the model decodes, the number of latents: where there is a prior,
    draws from a standard normal decode to new examples.

    Raises:
        UserError: the model does neither, the packages are missing, or a file is not true to it.
    """
    require(model, "export")
    rng = torch.Generator().manual_seed(0)
    parts: dict[str, tuple[nn.Module, list[Tensor], tuple[str, ...]]] = {}
    if isinstance(model, Decodes):
        codes = [torch.randn(n, model.latent.size, generator=rng) for n in TRIED]
        decoder = DecoderWhole(model)
        parts["decoder"] = decoder, codes, ("x", "picture")[: 1 + decoder.pictures]
    if isinstance(model, Encodes):
        inputs = [_examples(model, n, rng) for n in TRIED]
        parts["encoder"] = EncoderWhole(model), inputs, ("mean", "std")
    about = {"media": json.dumps(describe(model.media)), "made_by": "allegory"}
    if isinstance(model, Decodes):
        about |= {"latents": str(model.latent.size), "prior": str(model.latent.prior).lower()}
    return [
        _export(name, whole, tried, outputs, folder / f"{name}.onnx", about)
        for name, (whole, tried, outputs) in parts.items()
    ]


def refuse_diffusers(model: Any) -> NoReturn:
    """Say why a model is no folder of diffusers, and what works instead.

    Raises:
        UserError: always.
    """
    require(model, "choose a solver")
    raise UserError(
        "this network can't be a UNet2DModel of diffusers: that one has no pixels folded into "
        "channels, no block of 1x1, 3x3 and 1x1 convolutions, and no keys of length 1. "
        "'--to onnx' writes its sampler whole; its schedulers work as solvers, "
        "'allegory sample RUN --solver diffusers:DPMSolverMultistepScheduler'."
    )


def _examples(model: Any, n: int, rng: torch.Generator) -> Tensor:
    media = model.media
    if isinstance(media, Images):
        shape = (n, media.height, media.width, media.channels)
        return torch.randint(0, 256, shape, generator=rng, dtype=torch.uint8)
    noise = torch.randn(n, *media.shape, generator=rng)
    return noise * torch.tensor(media.scale) + torch.tensor(media.offset)


def _export(
    name: str,
    whole: nn.Module,
    tried: list[Tensor],
    outputs: tuple[str, ...],
    path: Path,
    about: dict[str, str],
) -> Exported:
    whole.eval()
    content = _written(name, whole, tried[-1], outputs, about)
    difference = max(_difference(content, whole, x) for x in tried)
    if not difference <= TOLERANCE:
        raise UserError(
            f"the {name} in ONNX differs from torch by {difference:.2g}, more than "
            f"{TOLERANCE:.0e}: it is not kept."
        )
    with atomic(path) as file:
        file.write(content)
    return Exported(path, difference)


def _written(
    name: str, whole: nn.Module, x: Tensor, outputs: tuple[str, ...], about: dict[str, str]
) -> bytes:
    """The file's content."""
    try:
        import onnx
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"ONNX needs {error.name}: pip install 'allegory[export]' brings it."
        ) from None
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the exporter tells of packages that are not needed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.onnx.export(
                whole,
                (x,),
                dynamo=True,
                verbose=False,
                input_names=["input"],
                output_names=list(outputs),
                dynamic_shapes=({0: torch.export.Dim("n", min=1, max=65_536)},),
            )
    except torch.onnx.OnnxExporterError as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"this {name} can't be written as ONNX: {reason}.") from error
    finally:
        logging.disable(before)
    assert found is not None
    proto = found.model_proto
    onnx.helper.set_model_props(proto, about)
    file = io.BytesIO()
    onnx.save(proto, file)
    return file.getvalue()


@torch.inference_mode()
def _difference(content: bytes, whole: nn.Module, x: Tensor) -> float:
    """The largest difference of any output; bytes count as what they stand for, in [-1, 1]."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = session.run(None, {"input": x.numpy()})
    largest = 0.0
    for ours, theirs in zip(whole(x), found, strict=True):
        expected = ours.numpy()
        apart = np.abs(expected.astype(np.float64) - theirs)
        # at the border of two grey levels, rounding may fall to either
        allowed = 1.0 if expected.dtype == np.uint8 else 0.0
        largest = max(largest, float(np.maximum(apart - allowed, 0.0).max()))
    return largest
