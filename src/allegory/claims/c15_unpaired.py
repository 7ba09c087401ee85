"""C15: pictures are translated between domains without pairs, and keep their content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, below, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.capabilities import Predicts
    from allegory.runs.measuring.findings import Figure as Measured

__all__ = ["CLAIM"]

TAKEN = 0.9
"""Share that must be taken for the target."""
KEPT = ("azimuth", "smile")
"""Factors that must stay."""
SHOWN = 8
TONES = ("0.65..1", "0..0.35")
DOMAINS = ("skin_tone=0.65..", "skin_tone=..0.35")
RENDERED, RENDERING = 500, 1
"""Faces that are rendered in two tones, and their seed."""


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """Translators of faces between two halves of the scale of skin."""

    judge_images: int = 60_000
    """Seen by the judge of domains and by the reader of factors."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw, over both directions."""

    taken: dict[str, float]
    """Share taken for the target, with the cycle loss ("cycle") and without ("none")."""
    moved: dict[str, dict[str, float]]
    """Change of each factor that should stay, over the error of the one who reads it; "rendered":
    between renderings of one face in two tones, in which nothing else has changed."""
    rows: Tensor
    """(3 * shown, 3, h, w): sources, their translations, the same without the cycle loss."""


def experiment(s: Settings) -> Finding:
    """Translate with the cycle loss and without, and read what is known off the answers."""
    seen = [look(s, seed) for seed in range(s.seeds)]
    taken = t_interval("share taken for the target", [one.taken["cycle"] for one in seen])
    moved = [
        t_interval(
            f"change of {name}, in errors of its reader",
            [one.moved["cycle"][name] for one in seen],
        )
        for name in KEPT
    ]
    rendered = [
        t_interval(
            f"between true faces in two tones: change of {name}",
            [one.moved["rendered"][name] for one in seen],
        )
        for name in KEPT
    ]
    without = [
        t_interval("without the cycle loss: share taken", [one.taken["none"] for one in seen]),
        *(
            t_interval(f"without it: change of {name}", [one.moved["none"][name] for one in seen])
            for name in KEPT
        ),
    ]
    return Finding(
        (taken, *moved, *rendered, *without),
        together([above(taken, TAKEN), *(below(figure, 1.0) for figure in moved)]),
        f"{words(taken)} are taken for the target; azimuth moves by {words(moved[0])} and the "
        f"smile by {words(moved[1])} errors of their reader, between true faces in two tones by "
        f"{words(rendered[0])} and {words(rendered[1])}; without the cycle loss "
        f"{words(without[0])} are taken, and they move by {words(without[1])} and "
        f"{words(without[2])}.",
        picture(seen[0]),
    )


def look(s: Settings, seed: int) -> Seen:
    """Train both, and measure both directions."""
    import torch

    from allegory.claims.trained import trained
    from allegory.data.domains import both_domains
    from allegory.runs.measuring.subject import Options, Subject
    from allegory.runs.measuring.translation import reader_of, translation
    from allegory.tools.translate import translate

    taken: dict[str, float] = {}
    moved: dict[str, dict[str, float]] = {}
    rows: list[Tensor] = []
    for name, weight in (("cycle", 10.0), ("none", 0.0)):
        say(f"C15: a CycleGAN, {'cycle loss' if weight else 'no cycle loss'}, seed {seed}")
        run = s.run("cyclegan", seed=seed, cycle=weight, domains=DOMAINS)
        model, data = trained(run), open_data(s.source, run.data)
        found = translation(
            Subject(model, data, Options(seed=seed, features="pixels")), judged=s.judge_images
        ).figures
        taken[name] = over(found, "taken")
        errors = {k: over(found, f"error_{k}") for k in KEPT}
        moved[name] = {k: over(found, f"change_{k}") / errors[k] for k in KEPT}
        test = data.split("test")
        x = data.media.halves(test.take(np.arange(min(SHOWN, len(test)))))[0]  # type: ignore[union-attr]
        to = data.media.names[1]  # type: ignore[union-attr]
        rows += [*([] if rows else [x]), translate(model, x, to)]  # type: ignore[arg-type]
    reader = reader_of(both_domains(data), s.judge_images)  # type: ignore[arg-type]
    moved["rendered"] = {k: far / errors[k] for k, far in between(s, reader).items()}  # type: ignore[arg-type]
    return Seen(taken, moved, torch.cat(rows))


def between(s: Settings, reader: Predicts) -> dict[str, float]:
    """How far what is read differs between renderings of one face in two tones."""
    from allegory.data.settings import DataSettings
    from allegory.runs.measuring.translation import read

    n = min(RENDERED, s.examples or RENDERED)
    how = DataSettings(source=s.source, size=s.size, examples=n, data_seed=RENDERING)
    told = []
    for tones in TONES:
        faces = open_data(s.source, how, factors=(f"skin_tone={tones}",))
        told.append(read(reader, faces.take(np.arange(len(faces)))))
    far = (told[0] - told[1]).abs().mean(0)
    return {k: far[reader.columns.index(k)].item() for k in KEPT}


def over(found: dict[str, Measured], name: str) -> float:
    """The mean of a figure over both directions."""
    values = [figure.value for key, figure in found.items() if key.endswith(f"_{name}")]
    return float(np.mean(values))


def picture(seen: Seen) -> str:
    """Held-out faces, and what is made of them."""
    from allegory.claims import panels
    from allegory.report.sheets import sheet

    labels = ("light", "translated", "without the cycle loss")
    rows = sheet(seen.rows, len(seen.rows) // len(labels), labels=labels)
    title = "Held-out faces, and what is made of them"
    return panels.side_by_side([panels.Panel(title, panels.picture(rows, title))], title=title)


CLAIM = Claim(
    "C15",
    "Without pairs",
    "Two domains can be translated into each other without pairs, and the content stays.",
    "The recipe cyclegan on faces at 32x32 pixels, between the lighter and the darker third of "
    "the scale of skin, both directions together. The claim holds if the 95 % interval over seeds "
    "of the share that an independent classifier takes for the target lies above 0.9, and those "
    "of the change of azimuth and of the smile, read by an independent regressor and in its own "
    "errors, below 1. Shown beside: the same between true faces in two tones, and without the "
    "cycle loss.",
    experiment,
    quick=Settings(
        seeds=3,
        images=2_000,
        source="faces",
        size="32",
        batch=2,
        examples=4_000,
        judge_images=20_000,
    ),
    full=Settings(seeds=5, images=20_000, source="faces", size="32", batch=2),
)
