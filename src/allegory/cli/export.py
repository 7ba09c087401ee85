"""allegory export DIR --to onnx|diffusers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import call, print_json
from allegory.progress import say

__all__ = ["command"]


def command(arguments: list[str]) -> None:
    """Read the arguments and write the files."""
    call(export, arguments, "export")


def export(
    dir: Annotated[Path, tyro.conf.Positional],
    to: Literal["onnx", "diffusers"] = "onnx",
    out: Path | None = None,
    weights: Literal["best", "last", "raw"] = "best",
    json: bool = False,
) -> None:
    """Write a run's model for other programs, checked against the original.

    decoder.onnx takes codes (n, latents) in standard deviations and gives "x" in the media's range
    and, of pictures, "picture" as bytes (n, height, width, channels). encoder.onnx takes such
    bytes (of vectors: rows of numbers) and gives "mean" and "std" of the codes.
    No network of ours is one of diffusers' own classes, so that its folder can't be written:
    "diffusers" says so, and what works instead.

    Args:
        dir: folder of the run.
        to: the form.
        out: a folder; by default "onnx" in that of the run.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        json: print the result as one JSON object.
    """
    from allegory.runs.folder import RunFolder
    from allegory.tools.export import export_onnx, refuse_diffusers

    folder = RunFolder(dir)
    if to == "diffusers":
        refuse_diffusers(folder.model(weights))
    written = export_onnx(folder.model(weights), out or dir / to)
    for file in written:
        size = file.path.stat().st_size / 2**20
        say(f"{file.path}: {size:.1f} MB, within {file.difference:.0e} of torch.")
    if json:
        print_json({"files": {str(file.path): file.difference for file in written}})
