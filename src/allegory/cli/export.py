"""allegory export DIR --to onnx|page|diffusers|hub-folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

from allegory.cli.parse import at_least, call, print_json
from allegory.cli.places import RunDir
from allegory.errors import UserError
from allegory.progress import say

__all__ = ["command"]

Weights = Literal["best", "last", "raw"]


def command(arguments: list[str]) -> None:
    """Read the arguments and write the files."""
    call(export, arguments, "export")


def export(
    dir: Annotated[RunDir, tyro.conf.Positional],
    to: Literal["onnx", "page", "diffusers", "hub-folder"] = "onnx",
    out: Path | None = None,
    weights: Weights = "best",
    runtime: str | None = None,
    quiz: int | None = None,
    json: bool = False,
) -> None:
    """Write a run's model for other programs, for a browser, or for a model hub.

    onnx: decoder.onnx takes codes (n, latents) in standard deviations, and "label" (n,) of a
    conditional model, and gives "x" in the media's range and, of pictures, "picture" as bytes
    (n, height, width, channels). encoder.onnx takes such bytes (of vectors: rows of numbers) and
    gives "mean" and "std" of the codes. Both are checked against the original.

    page: one HTML file that opens from disk, with the model inside: sliders, samples, a quiz.

    hub-folder: weights, settings, and a model card made from the run, ready to be uploaded.

    diffusers: no network of ours is one of that package's own classes, so that its folder can't be
    written: it says so, and what works instead.

    Args:
        dir: folder of the run.
        to: the form.
        out: a folder, of a page a file; by default "onnx", "page.html" or "hub-folder" in that of
            the run.
        weights: averaged ones at the best held-out loss, the last averaged ones, or the raw ones.
        runtime: of a page, onnxruntime-web: "npm" downloads it once, a path is its folder or .tgz.
        quiz: of a page, how many held-out pictures of the data go into it; 0: it has no quiz. By
            default 40.
        json: print the result as one JSON object.
    """
    if to != "page" and (runtime is not None or quiz is not None):
        raise UserError("--runtime and --quiz are of a page: give --to page.")
    forms = {"onnx": _onnx, "diffusers": _diffusers, "hub-folder": _hub_folder}
    if to == "page":
        found = _page(
            dir, out or dir / "page.html", weights, runtime, 40 if quiz is None else quiz
        )
    else:
        found = forms[to](dir, out or dir / to, weights)
    if json:
        print_json(found)


def _onnx(dir: Path, out: Path, weights: Weights) -> dict[str, object]:
    from allegory.runs.folder import RunFolder
    from allegory.tools.export import export_onnx

    written = export_onnx(RunFolder(dir).model(weights, device="cpu"), out)
    for file in written:
        say(f"{file.path}: {_size(file.path)}, within {file.difference:.0e} of torch.")
    return {"files": {str(file.path): file.difference for file in written}}


def _page(
    dir: Path, out: Path, weights: Weights, runtime: str | None, quiz: int
) -> dict[str, object]:
    from allegory.runs.export import export_page
    from allegory.runs.folder import RunFolder
    from allegory.tools.web_runtime import web_runtime

    at_least(0, quiz=quiz)
    folder = RunFolder(dir)
    folder.run()
    made = export_page(folder, out, web_runtime(runtime), weights=weights, quiz=quiz)
    shown = 0 if made.real is None else len(made.real)
    say(
        f"{out}: {_size(out)}; open it in a browser. "
        + (f"It holds {shown} held-out pictures of the data." if shown else "It holds no data.")
    )
    return {"page": str(out), "bytes": out.stat().st_size, "pictures_of_data": shown}


def _diffusers(dir: Path, out: Path, weights: Weights) -> dict[str, object]:
    from allegory.runs.folder import RunFolder
    from allegory.tools.export import refuse_diffusers

    refuse_diffusers(RunFolder(dir).model(weights, device="cpu"))


def _hub_folder(dir: Path, out: Path, weights: Weights) -> dict[str, object]:
    from allegory.runs.folder import RunFolder
    from allegory.runs.publish import publish

    written = publish(RunFolder(dir), out, weights=weights)
    say(f"{out}: {', '.join(path.name for path in written)}. Read README.md before you upload it.")
    return {"folder": str(out), "files": [path.name for path in written]}


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:.1f} MB"
