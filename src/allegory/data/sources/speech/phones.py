"""What ten words are made of: phones with formants, voicing and noise."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PHONES", "WORDS", "Phone"]


@dataclass(frozen=True)
class Phone:
    """A target of the vocal tract and what sounds in it.

    Formants are in Hz, of a vocal tract of 17 cm, after Peterson & Barney (1952), "Control methods
    used in a study of the vowels", and Klatt (1980), "Software for a cascade/parallel formant
    synthesizer", table II.
    """

    formants: tuple[float, float, float]
    seconds: float
    voice: float = 1.0
    """Amplitude of the glottal source."""
    breath: float = 0.0
    """Amplitude of noise through the whole tract."""
    noise: float = 0.0
    """Amplitude of noise at a narrow place."""
    place: float = 4000.0
    """Where that noise is strongest, in Hz."""
    spread: float = 1500.0
    """How far it reaches to both sides, in Hz."""
    damping: float = 1.0
    """By how much formants are wider than those of a vowel: nasals lose sound in the nose."""


PHONES = {
    "iy": Phone((290, 2250, 2900), 0.12),
    "ih": Phone((400, 1950, 2550), 0.08),
    "ey": Phone((480, 1950, 2550), 0.09),
    "eh": Phone((560, 1800, 2500), 0.09),
    "aa": Phone((740, 1150, 2450), 0.09),
    "ah": Phone((640, 1220, 2500), 0.11),
    "ao": Phone((570, 880, 2450), 0.12),
    "ow": Phone((440, 850, 2350), 0.12),
    "uw": Phone((310, 900, 2250), 0.16),
    "w": Phone((300, 650, 2200), 0.07, voice=0.6),
    "r": Phone((340, 1150, 1600), 0.07, voice=0.7),
    "n": Phone((250, 1450, 2450), 0.08, voice=0.5, damping=3.0),
    "v": Phone((250, 1100, 2300), 0.06, voice=0.35, noise=0.05, place=3500, spread=2500),
    "z": Phone((260, 1600, 2550), 0.08, voice=0.3, noise=0.15, place=5500),
    "f": Phone((350, 1100, 2300), 0.09, voice=0.0, noise=0.12, place=4500, spread=3500),
    "th": Phone((350, 1400, 2550), 0.08, voice=0.0, noise=0.08, place=5500, spread=3000),
    "s": Phone((320, 1600, 2550), 0.09, voice=0.0, noise=0.3, place=6000, spread=1200),
    "stop": Phone((300, 1700, 2500), 0.05, voice=0.0),
    "t": Phone((350, 1750, 2600), 0.025, voice=0.0, breath=0.1, noise=0.35, place=4500),
    "k": Phone((300, 1900, 2300), 0.025, voice=0.0, breath=0.1, noise=0.3, place=2000, spread=500),
}

WORDS = {
    "zero": ("z", "ih", "r", "ow"),
    "one": ("w", "ah", "ah", "n"),
    "two": ("stop", "t", "uw"),
    "three": ("th", "r", "iy"),
    "four": ("f", "ao", "r"),
    "five": ("f", "aa", "ih", "v"),
    "six": ("s", "ih", "stop", "k", "s"),
    "seven": ("s", "eh", "v", "ih", "n"),
    "eight": ("ey", "ih", "stop", "t"),
    "nine": ("n", "aa", "ih", "n"),
}
"""A word and its phones: roughly what it is in English."""
