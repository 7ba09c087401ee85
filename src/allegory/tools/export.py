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

from allegory.capabilities import Conditional, Decodes, Encodes
from allegory.errors import UserError
from allegory.files import atomic
from allegory.media import Images, describe, to_unit
from allegory.tools.requires import require
from allegory.tools.standard import from_standard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

__all__ = ["TOLERANCE", "Exported", "decoder_onnx", "export_onnx", "refuse_diffusers"]

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


@dataclass(frozen=True)
class Part:
    """A network to be written, and what it is tried on."""

    whole: nn.Module
    tried: Sequence[tuple[Tensor, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class DecoderWhole(nn.Module):
    """Codes in standard deviations -> examples, and pictures as bytes."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.pictures = isinstance(model.media, Images)

    def forward(self, u: Tensor, labels: Tensor | None = None) -> tuple[Tensor, ...]:
        """(n, latents) -> x (n, *media.shape); of pictures, bytes (n, height, width, channels).

        A conditional model also reads `labels` (n,), int64 indices of its classes.
        """
        chosen = {} if labels is None else {"labels": labels}
        x = self.model.decode(from_standard(self.model.latent, u), **chosen)
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
    draws from a standard normal decode to new examples. The decoder of a conditional model also
    takes "label" (n,), indices of the "labels" in its metadata.

    Raises:
        UserError: the model does neither, the packages are missing, or a file is not true to it.
    """
    require(model, "export")
    rng = torch.Generator().manual_seed(0)
    parts: dict[str, Part] = {}
    if isinstance(model, Decodes):
        parts["decoder"] = _decoder(model, rng)
    if isinstance(model, Encodes):
        inputs = [(_examples(model, n, rng),) for n in TRIED]
        parts["encoder"] = Part(EncoderWhole(model), inputs, ("input",), ("mean", "std"))
    return [
        _keep(folder / f"{name}.onnx", *_checked(name, part, _about(model)))
        for name, part in parts.items()
    ]


def decoder_onnx(model: Decodes) -> bytes:
    """The decoder's file alone, as `export_onnx` checks it.

    Raises:
        UserError: as of `export_onnx`.
    """
    part = _decoder(model, torch.Generator().manual_seed(0))
    return _checked("decoder", part, _about(model))[0]


def _decoder(model: Decodes, rng: torch.Generator) -> Part:
    whole, inputs = DecoderWhole(model), ["input"]
    tried: list[tuple[Tensor, ...]] = [
        (torch.randn(n, model.latent.size, generator=rng),) for n in TRIED
    ]
    if isinstance(model, Conditional):
        inputs.append("label")
        classes = len(model.conditions)
        tried = [(u, torch.randint(0, classes, (len(u),), generator=rng)) for (u,) in tried]
    return Part(whole, tried, tuple(inputs), ("x", "picture")[: 1 + whole.pictures])


def _about(model: Any) -> dict[str, str]:
    """What a file says of itself."""
    about = {"media": json.dumps(describe(model.media)), "made_by": "allegory"}
    if isinstance(model, Decodes):
        about |= {"latents": str(model.latent.size), "prior": str(model.latent.prior).lower()}
    if isinstance(model, Conditional):
        about["labels"] = json.dumps(model.conditions)
    return about


def _keep(path: Path, content: bytes, difference: float) -> Exported:
    with atomic(path) as file:
        file.write(content)
    return Exported(path, difference)


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


def _checked(name: str, part: Part, about: dict[str, str]) -> tuple[bytes, float]:
    """The file's content, and how far it is from torch."""
    part.whole.eval()
    content = _written(name, part, about)
    difference = max(_difference(content, part, x) for x in part.tried)
    if not difference <= TOLERANCE:
        raise UserError(
            f"the {name} in ONNX differs from torch by {difference:.2g}, more than "
            f"{TOLERANCE:.0e}: it is not kept."
        )
    return content, difference


def _written(name: str, part: Part, about: dict[str, str]) -> bytes:
    """The file's content."""
    try:
        import onnx
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"ONNX needs {error.name}: pip install 'allegory[onnx]' brings it."
        ) from None
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the exporter tells of packages that are not needed
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            found = torch.onnx.export(
                part.whole,
                part.tried[-1],
                dynamo=True,
                verbose=False,
                input_names=list(part.inputs),
                output_names=list(part.outputs),
                dynamic_shapes=({0: torch.export.Dim("n", min=1, max=65_536)},) * len(part.inputs),
            )
    except torch.onnx.OnnxExporterError as error:
        cause = error.__cause__ or error
        if isinstance(cause, UserError):
            raise cause from None
        raise UserError(
            f"this {name} can't be written as ONNX: torch's exporter can't follow it "
            f"({type(cause).__name__}); it follows no computation whose way depends on its own "
            "numbers."
        ) from error
    finally:
        logging.disable(before)
    assert found is not None
    proto = found.model_proto
    _bare(proto.graph)
    onnx.helper.set_model_props(proto, about)
    file = io.BytesIO()
    onnx.save(proto, file)
    return file.getvalue()


def _bare(graph: Any) -> None:
    """Take off what tells of the program that wrote it: stack traces, with paths of this machine.

    They can be larger than the weights.
    """
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                _bare(inner)


@torch.inference_mode()
def _difference(content: bytes, part: Part, inputs: tuple[Tensor, ...]) -> float:
    """The largest difference of any output; bytes count as what they stand for, in [-1, 1]."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    given = {name: x.numpy() for name, x in zip(part.inputs, inputs, strict=True)}
    found = session.run(None, given)
    largest = 0.0
    for ours, theirs in zip(part.whole(*inputs), found, strict=True):
        expected = ours.numpy()
        apart = np.abs(expected.astype(np.float64) - theirs)
        # at the border of two grey levels, rounding may fall to either
        allowed = 1.0 if expected.dtype == np.uint8 else 0.0
        largest = max(largest, float(np.maximum(apart - allowed, 0.0).max()))
    return largest
