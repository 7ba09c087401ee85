"""A speaking machine: phones, speakers, and the source-filter synthesiser."""

from allegory.data.sources.speech.phones import WORDS
from allegory.data.sources.speech.speakers import SPEAKERS, Utterances, draw
from allegory.data.sources.speech.synthesis import RATE, speak

__all__ = ["RATE", "SPEAKERS", "WORDS", "Utterances", "draw", "speak"]
