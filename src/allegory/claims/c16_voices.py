"""C16: a voice can be turned into another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.domains import domain
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.claims.claim import Figure
    from allegory.runs.judge import Judge

__all__ = ["CLAIM"]

TAKEN, KEPT = 0.9, 0.85
"""Shares that must be taken for the target, and said as before."""
SHOWN = 8
"""Sounds in the picture."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """Translators of two voices."""

    judge_images: int = 100_000
    """Seen by each classifier."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw, (2,) each: to the second voice, and to the first."""

    taken: tuple[float, float]
    """Share that is taken for the target's."""
    kept: tuple[float, float]
    """Share in which the word is still told, as a listener to the result would."""
    x: Tensor
    """(shown, 1, bands, frames)"""
    y: Tensor
    """What these become."""


def experiment(s: Settings) -> Finding:
    """Train a translator for each seed, and have two classifiers listen to the waveforms."""
    speaker, word = (judge_of(s, label) for label in ("speaker", "label"))
    seen = [look(s, seed, speaker, word) for seed in range(s.seeds)]
    names = ("to the second voice", "back to the first")
    taken, kept = (
        [
            t_interval(f"{name} {way}", [getattr(one, key)[k] for one in seen])
            for k, way in enumerate(names)
        ]
        for key, name in (("taken", "taken for the target"), ("kept", "word still told"))
    )
    return Finding(
        (*taken, *kept),
        together([*(above(f, TAKEN) for f in taken), *(above(f, KEPT) for f in kept)]),
        sentence(taken, kept, speaker, word),
        picture(seen[0]),
    )


def judge_of(s: Settings, label: str) -> Judge:
    """The judge of a column of all voices; it has never heard a translation."""
    from allegory.recipes.settings import change
    from allegory.recipes.table import recipe
    from allegory.runs.judge import judge_for

    data = s.run("cyclegan-voices").data.model_copy(update={"pairing": "none", "domains": ()})
    how = change(recipe("classifier"), {"images": s.judge_images})
    return judge_for(open_data(data.source, data), label, how)


def look(s: Settings, seed: int, speaker: Judge, word: Judge) -> Seen:
    """Train one translator, and listen to what it makes of held-out words both ways."""
    from allegory.claims.trained import trained
    from allegory.models.translation import CycleGAN
    from allegory.sound.picture import drawn, heard
    from allegory.tools.translate import source_of, translate

    say(f"C16: voices, seed {seed}")
    run = s.run("cyclegan-voices", seed=seed)
    model = trained(run)
    assert isinstance(model, CycleGAN)
    data, found, shown = open_data(run.data.source, run.data), [], []
    for to in model.targets[::-1]:
        test = domain(data, source_of(model, to)).split("test")
        x = test.take(np.arange(len(test)))
        y, media = translate(model, x, to), model.media.of(to)
        assert media.sound is not None
        y = drawn(heard(y, media.sound), media.height, media.sound)
        said = test.table()["label"].values
        wanted = speaker.classifier.classes.index(to)
        taken = (speaker.tell(y) == wanted).double().mean().item()
        found.append((taken, float((word.tell(y).numpy() == said).mean())))
        shown.append((x[:SHOWN], y[:SHOWN]))
    taken, kept = zip(*found, strict=True)
    return Seen(taken, kept, *shown[0])


def sentence(taken: list[Figure], kept: list[Figure], speaker: Judge, word: Judge) -> str:
    """What was seen, in words."""
    return (
        f"A classifier of speakers takes {words(taken[0])} of the translated words for the second "
        f"voice and {words(taken[1])} on the way back (it is right on {speaker.accuracy:.3g} of "
        f"real ones); a classifier of words still tells {words(kept[0])} and {words(kept[1])} "
        f"(it is right on {word.accuracy:.3g})."
    )


def picture(seen: Seen) -> str:
    """Spectrograms of the first seed over what they become."""
    import torch

    from allegory.claims.panels import Panel, picture, side_by_side
    from allegory.report.sheets import sheet

    rows = sheet(torch.cat([seen.x, seen.y]), len(seen.x), labels=("said", "translated"))
    panel = Panel("held-out words", picture(rows, "spectrograms and their translations"))
    return side_by_side([panel], title="Words by one voice, and turned into another's")


CLAIM = Claim(
    "C16",
    "Voices",
    "A voice can be turned into another, and what is said stays.",
    "The recipe cyclegan-voices on two of the synthetic voices, of which no two utterances are "
    "alike and none are paired; at the quick budget in coarse pieces of a quarter of a second. "
    "Held-out words are translated, made into waveforms, and heard again by two classifiers, of "
    "speakers and of words, that were trained on the real sounds of all voices alone. The claim "
    "holds if the 95 % intervals over seeds of the share that is taken for the target lie above "
    "0.9, and of the share whose word is still told above 0.85, both ways.",
    experiment,
    quick=Settings(
        seeds=3, images=3_000, source="voices", size="32", batch=2, judge_images=30_000
    ),
    full=Settings(seeds=5, images=30_000, source="voices", batch=2),
)
