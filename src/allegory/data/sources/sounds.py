"""A folder of sounds: read once, as windows of their log-mel spectrograms.

Windows of one sound overlap by half and go up to its end; what is shorter than one is followed by
silence. All are brought to one loudness first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.data.dataset import Column, Skipped
from allegory.data.plan import chosen, plan_size
from allegory.data.reasons import Unreadable
from allegory.data.scan import readable, threaded
from allegory.data.sources.listed import describe_files, nothing_readable, passed_over
from allegory.data.store import key_of, packed
from allegory.data.waveforms import read_sound, read_sound_header
from allegory.errors import UserError
from allegory.progress import track

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.scan import Found, Scan
    from allegory.data.settings import DataSettings
    from allegory.data.store import Packed, Writer
    from allegory.data.waveforms import SoundHeader
    from allegory.media import Sound

__all__ = ["HIGHEST", "START", "given_rate", "pack", "require_grey", "spectrogram", "windows"]

HIGHEST = 16_000
"""Rate in Hz that "auto" does not exceed: speech has little above half of it."""

RATES = (1_000, 192_000)

START = "start"
"""The column that says where in its file a window begins, in seconds."""


def pack(content: Scan, settings: DataSettings) -> Packed:
    """Pack the sounds that were found.

    Raises:
        UserError: none can be read, or a setting does not go with sounds.
    """
    require_grey(settings)
    files = [content.sounds[i] for i in chosen(len(content.sounds), settings)]
    table = content.metadata and (content.metadata.size, content.metadata.changed)
    key = key_of(
        "sounds",
        root=readable(str(content.root.resolve())),
        files=[(f.name, f.size, f.changed) for f in files],
        table=table,
        size=settings.size,
        rate=settings.rate,
    )
    found = packed(key, lambda writer: _build(writer, content, files, settings))
    return passed_over(found, content.ignored, content.files)


def require_grey(settings: DataSettings) -> None:
    """Raise a UserError where colours are asked of spectrograms."""
    if settings.mode in ("rgb", "rgba"):
        raise UserError(
            f"'{settings.source}' holds sounds: their pictures have no {settings.mode}."
        )


def _build(writer: Writer, content: Scan, files: list[Found], settings: DataSettings) -> None:
    from allegory.sound.picture import sound_at

    headers, unreadable = _probe(files)
    names: list[str] = []
    if headers:
        sound = sound_at(_rate(settings.rate, list(headers.values())))
        size = plan_size(settings.size, [])
        files = [f for f in files if f.name in headers]
        names, starts, broken = _draw(writer, files, sound, size)
        unreadable += broken
    if not names:
        raise nothing_readable("sound", content.root, unreadable)
    writer.skipped = [*content.skipped, *unreadable]
    writer.info["media"] = {
        **{"mode": "L", "height": size[0], "width": size[1]},
        "sound": asdict(sound),
    }
    used = dict.fromkeys(names)
    writer.info["folder"] = _survey([headers[name] for name in used])
    describe_files(writer, content, names, "sounds")
    writer.columns[START] = Column("number", np.array(starts, dtype=np.float64))


def _probe(files: list[Found]) -> tuple[dict[str, SoundHeader], list[Skipped]]:
    """Read the headers of all files: those that have one, by name, and the rest."""
    headers: dict[str, SoundHeader] = {}
    broken: list[Skipped] = []
    with track("looking at sounds", len(files)) as advance:
        answers = (
            header
            for part in threaded(lambda f: read_sound_header(f.path), files, advance)
            for header in part
        )
        for file, header in zip(files, answers, strict=True):
            if isinstance(header, Skipped):
                broken.append(replace(header, path=file.name))
            else:
                headers[file.name] = header
    return headers, broken


def _rate(wanted: str, headers: list[SoundHeader]) -> int:
    """The rate of the spectrograms, from the setting and the files."""
    if wanted == "auto":
        common = Counter(header.rate for header in headers).most_common(1)[0][0]
        return max(RATES[0], min(HIGHEST, common))
    return given_rate(wanted)


def given_rate(rate: str) -> int:
    """A rate in Hz that was asked for.

    Raises:
        UserError: it is out of range.
    """
    low, high = RATES
    if not low <= int(rate) <= high:
        raise UserError(f"rate {rate} is out of range: rates go from {low} to {high} Hz.")
    return int(rate)


def _draw(
    writer: Writer, files: list[Found], sound: Sound, size: tuple[int, int]
) -> tuple[list[str], list[float], list[Skipped]]:
    """Append the windows of all sounds; of each the file's name and its start, and the rest."""
    names: list[str] = []
    starts: list[float] = []
    broken: list[Skipped] = []
    with track("reading sounds", len(files)) as advance:
        for file in files:
            try:
                x, _ = read_sound(file.path, sound.rate)
                if not np.abs(x).max() > 0:
                    raise Unreadable("it holds silence only")
                cut, at = windows(spectrogram(x, size[0], sound), size[1])
            except Unreadable as error:
                broken.append(Skipped(file.name, error.reason))
            else:
                writer.append(cut)
                names += [file.name] * len(cut)
                starts += (at * sound.hop / sound.rate).tolist()
            advance(1)
    return names, starts, broken


def spectrogram(x: NDArray[np.float32], bands: int, sound: Sound) -> NDArray[np.uint8]:
    """The spectrogram of a waveform (n,) at the usual loudness: (bands, frames)."""
    import torch

    from allegory.media import to_bytes
    from allegory.sound.picture import drawn, gain

    wave = torch.from_numpy(x)
    pixels: NDArray[np.uint8] = to_bytes(
        drawn(wave[None] * gain(wave, sound.rate), bands, sound)[0, 0]
    ).numpy()
    return pixels


def windows(picture: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Windows (k, bands, width, 1) of a spectrogram (bands, frames), and their first frames."""
    frames = picture.shape[1]
    if frames < width:
        picture = np.pad(picture, ((0, 0), (0, width - frames)))
    last = max(0, frames - width)
    at = np.unique([*range(0, last, max(1, width // 2)), last])
    return np.stack([picture[:, i : i + width, None] for i in at]), at


def _survey(headers: list[SoundHeader]) -> dict[str, Any]:
    """Histograms of what the headers say, most frequent first."""

    def count(values: list[str]) -> dict[str, int]:
        return dict(Counter(values).most_common())

    return {
        "formats": count([f"{h.format} {h.coding.lower()}" for h in headers]),
        "rates": count([f"{h.rate} Hz" for h in headers]),
        "channels": count(["mono" if h.channels == 1 else f"{h.channels}" for h in headers]),
        "seconds": sum(h.samples / h.rate for h in headers),
        "files": len(headers),
    }
