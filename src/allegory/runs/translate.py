"""Files translated, pictures or sounds: one, or all below a folder, by the same names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import torch

from allegory.data.dataset import Skipped
from allegory.data.pictures import Unreadable, read_header, read_picture
from allegory.data.scan import scan
from allegory.data.waveforms import WRITTEN, read_sound, write_sound
from allegory.errors import UserError
from allegory.media import to_bytes, to_unit
from allegory.progress import track
from allegory.report.sheets import FORMATS, write_picture
from allegory.tools.translate import chosen_target, source_of, translate_large
from allegory.tools.translate_sounds import translate_sound

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Translates
    from allegory.media import Images

__all__ = ["Translated", "translate_files"]


@dataclass(frozen=True)
class Translated:
    """What became of the files."""

    done: tuple[str, ...]
    """Those that were written."""
    skipped: tuple[Skipped, ...]


def translate_files(
    model: Translates,
    source: Path,
    out: Path,
    *,
    to: str | None = None,
    native: bool = False,
    seed: int | None = None,
) -> Translated:
    """Translate a picture or a sound, or all below a folder, each at its own size or length.

    Names stay, and formats that can be written; the others become .png or .wav. What can't be read
    is skipped and told.

    Args:
        model: it.
        source: a picture, a sound or a folder.
        out: a file for a file, else a folder.
        to: the domain; by default the only one.
        native: as of `translate_large`.
        seed: of the model's noise; None: there is none.

    Raises:
        UserError: there is nothing that can be read, or `out` would replace the originals.
        Interrupted: asked to stop; what was written stays.
    """
    target = chosen_target(model, to)
    if not source.exists():
        raise UserError(f"no such file or folder: {source}")
    content = scan(source)
    media = model.media.of(source_of(model, target))
    what, files = ("sound", content.sounds) if media.sound else ("picture", content.files)
    if not files:
        raise UserError(f"no {what}s in {source}.")
    single = source.is_file() and out.suffix != ""
    if out.resolve() == (source if single else content.root).resolve():
        other = "file" if single else "folder"
        raise UserError(f"--out {out} would replace the original: name another {other}.")
    done, skipped = [], list(content.skipped)
    with track("translating", len(files)) as advance:
        for file in files:
            path = out if single else out / written_as(file.name, sound=media.sound is not None)
            try:
                translate_file(model, Path(file.path), path, target, native=native, seed=seed)
            except Unreadable as error:
                skipped.append(Skipped(file.name, str(error)))
            else:
                done.append(str(path))
            advance(1)
    if not done:
        first = "; ".join(f"{s.path}: {s.reason}" for s in skipped[:3])
        raise UserError(f"no {what} in {source} can be read: {first}.")
    return Translated(tuple(done), tuple(skipped))


def translate_file(
    model: Translates, source: Path, out: Path, to: str, *, native: bool, seed: int | None
) -> None:
    """Translate a picture or a sound, whichever the model works on.

    Raises:
        Unreadable: with the reason, in plain words.
    """
    media = model.media.of(source_of(model, to))
    if media.sound is None:
        x = read_own_size(source, media)
        y = translate_large(model, x, to, native=native, rng=seed)
        write_picture(to_bytes(y).permute(1, 2, 0).numpy(), out)
    else:
        wave, rate = read_sound(source)
        write_sound(out, translate_sound(model, wave, rate, to, rng=seed), rate)


def read_own_size(path: Path, media: Images) -> Tensor:
    """A picture as large as it is, in the channels of the media: (channels, h, w) in [-1, 1]."""
    header = read_header(path)
    picture = read_picture(path, media.mode, header.height, header.width)
    return to_unit(torch.from_numpy(picture.copy()).permute(2, 0, 1))


def written_as(name: str, *, sound: bool = False) -> str:
    """The name that a file is written by: its own, and .png or .wav where that is only read."""
    known, other = (WRITTEN, ".wav") if sound else (FORMATS, ".png")
    return name if PurePosixPath(name).suffix.lower() in known else f"{name}{other}"
