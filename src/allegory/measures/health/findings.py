"""What figures say of a run, in words: what is wrong, the number behind it, and what to try."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allegory.measures.health.figures import Figures

__all__ = ["Finding", "findings"]

WINDOW = 3
"""Evaluations in a row that must say the same: one alone may be a passing state."""
BETTER = 0.9
"""A figure that came down to this part of what it was over those is on the mend."""
ERRORS = 4.0
"""Standard errors that a difference must have: by chance alone it would not happen in a lifetime
of evaluations, also where the normal law fits the tails badly."""

ALIKE = 0.2
"""Spread below which samples are alike: 4 % of the variance of the data. Samples of blurred models
keep a third of the spread or more."""
LOST = 0.5
"""Part of the recall that was or can be reached below which modes are lost. Half: recall of equal
sets varies by a few per cent, and that of models that come along goes up."""
REACHED = 0.1
"""Recall from which a fall means something: 26 of 256 examples."""
SHIFT = 0.1
"""Of the full range, 25 of 255 levels: seen at a glance. Healthy models end below 0.03."""
CONTRAST = 2.0
"""Factor of the deviation within pictures, above that of the data or below what was reached."""
COPIED = 0.3
"""Share of samples tied to training examples: what is fitted a little closer than held-out
examples is no copy."""
SURE = 0.99
"""Accuracy at which log(1 - D) has hardly a slope left."""
FAR = 0.05
"""Distance above which samples are plainly not the data; blurred models end about there, and two
halves of the data are within 0.005 of 0."""
BY_HEART = 0.5
"""Held-out examples are then rated nearer to samples than to training examples."""
TINY = 1e-3
"""Figures below are taken for this: it is small beside every limit."""
BALANCE = 100.0
"""Factor by which the ratio of the players' gradients leaves its own median: it wanders by about
10 in healthy runs, since a gradient grows as the other player learns."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong."""

    name: str
    number: float
    """The figure behind it."""
    sentence: str
    advice: str
    """What to try."""


def findings(history: Sequence[Figures], *, begin: int = 0) -> tuple[Finding, ...]:
    """What is wrong at the last of these evaluations, in a row.

    A finding needs three evaluations that agree, and figures that are not on the mend.

    Args:
        history: figures of all evaluations so far.
        begin: images before which nothing is judged: early samples resemble nothing.
    """
    seen = [figures for figures in history if figures.images >= begin]
    recent = seen[-WINDOW:]
    if len(recent) < WINDOW:
        return ()
    found = [
        _samples(seen, recent),
        _memorisation(recent),
        _saturated(recent),
        _by_heart(recent),
        _balance(seen),
    ]
    return tuple(finding for finding in found if finding is not None)


def _samples(seen: Sequence[Figures], recent: Sequence[Figures]) -> Finding | None:
    """What samples look like: one cause is named, since it moves the figures of the others."""
    return _alike(recent) or _colour(seen, recent) or _lost(seen, recent)


def _stays(recent: Sequence[Figures], severity: Callable[[Figures], float]) -> bool:
    """Whether the severity, above 1 where something is wrong, stays so and is not on the mend."""
    first, *_, last = found = [severity(figures) for figures in recent]
    return min(found) > 1.0 and last > BETTER * first


def _alike(recent: Sequence[Figures]) -> Finding | None:
    if not _stays(recent, lambda f: ALIKE / max(f.spread, TINY)):
        return None
    spread = recent[-1].spread
    return Finding(
        "mode collapse",
        spread,
        f"mode collapse: samples differ only {spread:.0%} as much as the data do, and "
        f"{recent[-1].duplicates:.0%} of them are near copies of others.",
        _against_collapse(recent[-1]),
    )


def _lost(seen: Sequence[Figures], recent: Sequence[Figures]) -> Finding | None:
    """Whether modes are lost: asked of models with a discriminator alone.

    A decoder that draws means has samples on thin sheets, and a low recall, when all is well.
    """
    now, best = recent[-1], max(figures.recall for figures in seen)
    # pictures that lack detail have a low recall from the start: theirs has to fall
    reach = now.recall_of_data if now.contrast is None else best
    nearer = now.distance < BETTER * recent[0].distance
    if now.accuracy is None or reach < REACHED or nearer:
        return None
    if not _stays(recent, lambda f: LOST * reach / max(f.recall, TINY)):
        return None
    before = "two halves of the data" if now.contrast is None else "at best so far"
    return Finding(
        "mode collapse",
        now.recall,
        f"mode collapse: only {now.recall:.0%} of the data lie among the samples "
        f"({before}: {reach:.0%}).",
        _against_collapse(now),
    )


def _against_collapse(now: Figures) -> str:
    if now.accuracy is None:
        return "Try a lower --lr or --beta, more --images, or a larger --network."
    return "Try a lower --lr, a larger --batch, a stronger gradient penalty, or another --seed."


def _colour(seen: Sequence[Figures], recent: Sequence[Figures]) -> Finding | None:
    now = recent[-1]
    if now.shift is None or now.contrast is None:
        return None
    # young and blurred models have little contrast, which is no drift: it has to fall
    reached = min(max(figures.contrast or 0.0 for figures in seen), 1.0)
    if _stays(recent, lambda f: min((f.shift or 0) / SHIFT, (f.shift_z or 0) / ERRORS)):
        number = now.shift
        what = f"the mean of a channel is off by {number:.0%} of the full range"
    elif _stays(recent, lambda f: (f.contrast or 0.0) / CONTRAST) or _stays(
        recent, lambda f: reached / max(f.contrast or 0.0, TINY) / CONTRAST
    ):
        number = now.contrast
        what = f"samples have {number:.2g} times the contrast of the data"
    else:
        return None
    advice = "Try a lower --lr; if the data have odd colours too, 'allegory check' shows them."
    return Finding("colour drift", number, f"colour drift: {what}.", advice)


def _memorisation(recent: Sequence[Figures]) -> Finding | None:
    if not _stays(recent, lambda f: min((f.copies or 0) / COPIED, -(f.copies_z or 0) / ERRORS)):
        return None
    share = recent[-1].copies or 0.0
    return Finding(
        "memorisation",
        share,
        f"memorisation: about {share:.0%} of the samples are tied to single training examples "
        f"({abs(recent[-1].copies_z or 0):.1f} standard errors).",
        "Try more data, --flip, a smaller --network, or fewer --images.",
    )


def _saturated(recent: Sequence[Figures]) -> Finding | None:
    if not _stays(recent, lambda f: f.distance / FAR if (f.accuracy or 0.0) >= SURE else 0.0):
        return None
    accuracy = recent[-1].accuracy or 0.0
    return Finding(
        "discriminator saturated",
        accuracy,
        f"discriminator saturated: it rates held-out examples above samples in {accuracy:.1%} of "
        f"pairs, and samples come no nearer to the data (distance {recent[-1].distance:.2f}).",
        "Try a stronger gradient penalty, a slower or smaller discriminator, or a lower --lr.",
    )


def _by_heart(recent: Sequence[Figures]) -> Finding | None:
    def severity(f: Figures) -> float:
        return min((f.by_heart or 0) / BY_HEART, (f.by_heart_z or 0) / ERRORS)

    if not _stays(recent, severity):
        return None
    now = recent[-1]
    part = now.by_heart or 0.0
    return Finding(
        "overfitted discriminator",
        part,
        f"overfitted discriminator: it knows its training examples by heart, P(real) is "
        f"{now.realness_of_train:.3g} for them and {now.realness_of_held_out:.3g} for held-out "
        f"ones ({part:.0%} of the way down to samples).",
        "Try augmentation, more data, or a smaller discriminator.",
    )


def _balance(seen: Sequence[Figures]) -> Finding | None:
    """Whether the ratio of two players' gradients has left where it used to be."""
    recent, before = seen[-WINDOW:], seen[:-WINDOW]
    names = sorted(recent[-1].gradients)
    if recent[-1].accuracy is None or len(names) != 2:
        return None
    usual = [ratio for f in before if (ratio := _ratio(f, names)) is not None]
    if len(usual) < WINDOW:
        return None
    middle = statistics.median(usual)
    away = [(_ratio(f, names) or middle) / middle for f in recent]
    for sign, (name, other) in ((1, names), (-1, names[::-1])):
        if all(factor**sign > BALANCE for factor in away):
            grown = away[-1] ** sign
            return Finding(
                "loss of balance",
                grown,
                f"loss of balance: the gradient of '{name}' has grown {grown:,.0f} times against "
                f"that of '{other}'.",
                "Try a lower --lr, or a stronger gradient penalty.",
            )
    return None


def _ratio(figures: Figures, names: Sequence[str]) -> float | None:
    first, second = (figures.gradients.get(name, 0.0) for name in names)
    return first / second if first > 0 and second > 0 else None
