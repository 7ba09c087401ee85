"""Synthetic voices: ten words by four speakers, with pitch, formants and content known."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.dataset import Column
from allegory.data.plan import plan_size
from allegory.data.sources.sounds import given_rate, require_grey, spectrogram
from allegory.data.store import Packed, Writer, key_of, packed
from allegory.data.waveforms import resampled
from allegory.progress import track

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.settings import DataSettings
    from allegory.media import Sound

__all__ = ["pack"]

EXAMPLES = 4_000
CHUNK = 50


def pack(name: str, settings: DataSettings) -> Packed:
    """Have the voices say words: 4,000 unless the settings say otherwise.

    Raises:
        UserError: a setting does not go with sounds.
    """
    from allegory.data.sources.speech import RATE

    require_grey(settings)
    size = plan_size(settings.size, [])
    n, seed = settings.examples or EXAMPLES, settings.data_seed
    rate = RATE if settings.rate == "auto" else given_rate(settings.rate)
    made = {"n": n, "seed": seed, "size": size, "rate": rate}
    return packed(
        key_of(name, synthesiser=_version(), **made),
        lambda writer: _build(writer, n, seed, size, rate),
    )


def _build(writer: Writer, n: int, seed: int, size: tuple[int, int], rate: int) -> None:
    from allegory.data.sources.speech import RATE, SPEAKERS, WORDS, draw, speak
    from allegory.sound.picture import sound_at

    bands, frames = size
    sound = sound_at(rate)
    what = draw(n, seed)
    samples = max(1, round((frames - 1) * sound.hop / rate * RATE))
    with track("speaking", n) as advance:
        for at in range(0, n, CHUNK):
            rows = np.arange(at, min(n, at + CHUNK))
            # a seed of its own for each part, so that more examples begin like fewer
            said = speak(what.select(rows), samples, seed=(seed << 32) + at)
            writer.append(
                np.stack([_picture(resampled(x, RATE, rate), size, sound) for x in said])
            )
            advance(len(rows))
    writer.info["media"] = {
        **{"mode": "L", "height": bands, "width": frames},
        "sound": asdict(sound),
    }
    writer.columns["label"] = Column("category", what.word, tuple(WORDS))
    writer.columns["speaker"] = Column("category", what.speaker, tuple(SPEAKERS))
    for factor in ("pitch", "formants", "breath", "pace"):
        writer.columns[factor] = Column("number", getattr(what, factor))


def _picture(x: NDArray[np.float32], size: tuple[int, int], sound: Sound) -> NDArray[np.uint8]:
    bands, frames = size
    found = spectrogram(x, bands, sound)[:, :frames]
    return np.pad(found, ((0, 0), (0, frames - found.shape[1])))[..., None]


@cache
def _version() -> str:
    """Digest of the synthesiser's code: what another one said is not taken for its own."""
    from allegory.data.sources import speech

    code = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(str(speech.__file__)).parent.glob("*.py")):
        code.update(file.read_bytes())
    return code.hexdigest()
