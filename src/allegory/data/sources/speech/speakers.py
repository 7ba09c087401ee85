"""Who speaks, what and how: the factors of utterances."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from allegory.data.sources.speech.phones import WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SPEAKERS", "Speaker", "Utterances", "draw"]


@dataclass(frozen=True)
class Speaker:
    """A voice."""

    pitch: float
    """Of the middle of a word, in Hz."""
    formants: float
    """Factor on all formants: a shorter vocal tract has higher ones."""
    breath: float
    """Amplitude of noise beside the glottal pulses."""
    pace: float
    """Factor on durations."""


SPEAKERS = {
    "ada": Speaker(210.0, 1.17, 0.12, 1.0),
    "bruno": Speaker(105.0, 1.0, 0.02, 1.1),
    "chen": Speaker(150.0, 1.08, 0.05, 0.9),
    "dora": Speaker(255.0, 1.25, 0.04, 1.0),
}


@dataclass(frozen=True)
class Utterances:
    """What n utterances are like, (n,) each."""

    speaker: NDArray[np.int64]
    """Index into `SPEAKERS`."""
    word: NDArray[np.int64]
    """Index into `WORDS`."""
    pitch: NDArray[np.float64]
    """Hz, of the middle."""
    fall: NDArray[np.float64]
    """Octaves by which the pitch falls from begin to end."""
    formants: NDArray[np.float64]
    """Factor on all formants."""
    breath: NDArray[np.float64]
    """Amplitude of noise beside the glottal pulses."""
    pace: NDArray[np.float64]
    """Factor on durations."""

    def __len__(self) -> int:
        return len(self.speaker)

    def select(self, rows: NDArray[np.int64]) -> Utterances:
        """These of them."""
        return Utterances(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def draw(n: int, seed: int) -> Utterances:
    """Draw n utterances: words and speakers uniform, no two quite alike."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    who = rng.integers(0, len(SPEAKERS), n)
    word = rng.integers(0, len(WORDS), n)
    normal = rng.standard_normal((5, n))
    table = {
        field: np.array([getattr(s, field) for s in SPEAKERS.values()])[who]
        for field in ("pitch", "formants", "breath", "pace")
    }
    return Utterances(
        who,
        word,
        table["pitch"] * np.exp(0.06 * normal[0]),
        0.25 + 0.08 * normal[1],
        table["formants"] * np.exp(0.015 * normal[2]),
        table["breath"] * np.exp(0.2 * normal[3]),
        table["pace"] * np.exp(0.07 * normal[4].clip(-2, 2)),
    )
