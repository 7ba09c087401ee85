"""C9: the discriminator's curve flattens as the generator learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import below, t_interval, together, words
from allegory.claims.points import OnPoints
from allegory.progress import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from allegory.claims.claim import Figure
    from allegory.report.moments import Moment

__all__ = ["CLAIM"]

FLATTER = 0.5
"""Part of the early distance from 1/2 that may be left."""
NEAR = 2.0
"""Distance of samples, in that of as many points of the data, below which G has learned."""
TENTH = 10
TOY = "line"


@dataclass(frozen=True, kw_only=True)
class Settings(OnPoints):
    """The one-dimensional game, watched."""

    moments: int
    """At which the run records curve and points, evenly spaced."""


@dataclass(frozen=True)
class Watched:
    """One game, moment after moment; (moments,) each."""

    images: NDArray[np.float64]
    away: NDArray[np.float64]
    """Mean |P(real) − 1/2| over held-out points and samples, half of the weight each."""
    far: NDArray[np.float64]
    """1-Wasserstein distance of samples from the data, in that of as many points of the data."""
    curves: tuple[Moment, ...]

    def early(self, values: NDArray[np.float64]) -> float:
        """Their mean over the first tenth of the run."""
        return float(values[: self._part].mean())

    def late(self, values: NDArray[np.float64]) -> float:
        """Their mean over the last tenth of it."""
        return float(values[-self._part :].mean())

    @property
    def _part(self) -> int:
        return max(len(self.images) // TENTH, 1)


def experiment(s: Settings) -> Finding:
    """Play the game for each seed, and look at the curve early and late."""
    seen = [watch(s, seed) for seed in range(s.seeds)]

    def figure(name: str, value: Callable[[Watched], float]) -> Figure:
        return t_interval(name, [value(one) for one in seen])

    left = figure("|P(real) − 1/2|, late over early", lambda w: w.late(w.away) / w.early(w.away))
    near = figure("distance of samples, late, in that of the data", lambda w: w.late(w.far))
    rest = (
        figure("mean |P(real) − 1/2|, early", lambda w: w.early(w.away)),
        figure("mean |P(real) − 1/2|, late", lambda w: w.late(w.away)),
        figure("distance of samples, early, in that of the data", lambda w: w.early(w.far)),
    )
    return Finding(
        (left, near, *rest),
        together([below(left, FLATTER), below(near, NEAR)]),
        f"Over held-out points and samples P(real) is {words(rest[0])} away from 1/2 in the first "
        f"tenth of the game and {words(rest[1])} in the last, {words(left)} of it; meanwhile the "
        f"distance of samples from the data falls from {words(rest[2])} to {words(near)} times "
        "that of as many points of the data.",
        picture(seen),
    )


def watch(s: Settings, seed: int) -> Watched:
    """Play one game, and measure what it recorded."""
    from scipy.stats import wasserstein_distance

    from allegory.claims.trained import kept_run
    from allegory.report.moments import read_moments

    say(f"C9: the game on a line, seed {seed}")
    run = s.run(TOY, seed, loss="non-saturating", evaluations=s.moments)
    curves = read_moments(kept_run(run).path)
    data = s.data(TOY)
    x, other = (
        data.split(name).take(np.arange(len(data.split(name))))[:, 0].double().numpy()
        for name in ("test", "train")
    )
    points = [moment.points[:, 0].astype(np.float64) for moment in curves]
    parts = np.array_split(other, max(len(other) // len(points[0]), 1))
    floor = np.mean([wasserstein_distance(part, x) for part in parts])
    sides = zip(curves, points, strict=True)
    return Watched(
        np.array([moment.images for moment in curves], np.float64),
        np.array([(away(moment, x) + away(moment, own)) / 2 for moment, own in sides]),
        np.array([wasserstein_distance(own, x) for own in points]) / floor,
        tuple(curves),
    )


def away(moment: Moment, x: NDArray[np.float64]) -> float:
    """Mean |P(real) − 1/2| at places x (n,), read off the recorded curve."""
    return float(np.abs(np.interp(x, *curve_of(moment)) - 0.5).mean())


def curve_of(moment: Moment) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Places along the line, and P(real) there."""
    assert moment.realness is not None
    low, high = float(moment.low[0]), float(moment.high[0])
    return np.linspace(low, high, len(moment.realness)), moment.realness


def picture(seen: list[Watched]) -> str:
    """The curve of the first seed at some moments, and both measures over the game."""
    import torch

    from allegory.claims.panels import Panel, side_by_side
    from allegory.media import Vectors
    from allegory.report.plots import Series, plot
    from allegory.report.views import show_examples

    first = seen[0]
    chosen = sorted({round(k * (len(first.curves) - 1) / 3) for k in range(4)})
    curves = []
    for colour, k in enumerate(chosen):
        moment = first.curves[k]
        places, realness = (side.tolist() for side in curve_of(moment))
        curves.append(Series(f"{moment.images / 1000:,.0f}k", places, realness, "line", colour))
    shown = plot(
        curves,
        title="P(real) along the line",
        x_label="x, after so many images",
        y_label="P(real)",
        y_range=(0.0, 1.0),
    )
    panels = [Panel("the discriminator's curve, first seed", shown)]
    for title, key in (
        ("mean distance of P(real) from 1/2", "away"),
        ("distance of samples, in that of the data", "far"),
    ):
        lines = [
            Series(f"seed {k}", (w.images / 1000).tolist(), getattr(w, key).tolist(), "marks", k)
            for k, w in enumerate(seen)
        ]
        panels.append(Panel(title, plot(lines, title=title, x_label="thousand images", log=True)))
    last = first.curves[-1]
    made, data = (torch.from_numpy(side) for side in (last.points, last.data))
    drawn = show_examples(
        made, Vectors((0.0,), (1.0,)), "samples and data", columns=1, beside=data
    )
    panels.append(Panel("samples at the end, first seed", drawn))
    return side_by_side(panels, title="The curve flattens")


CLAIM = Claim(
    "C9",
    "The discriminator's curve",
    "As the generator learns, the discriminator can tell real from generated less and less: its "
    "curve of P(real) flattens towards 1/2.",
    "The recipe gan-toy, in small steps, with the non-saturating loss, whose D is a probability, "
    "on the data 'line'. The run records P(real) along the line and 512 samples, by averaged "
    "weights. Early is the first tenth of the run, late the last. The claim holds if the 95 % "
    "interval over seeds of mean |P(real) − 1/2| over held-out points and samples, late over "
    "early, lies below a half, and if the generator did learn: that of the late 1-Wasserstein "
    "distance of samples from the data lies below twice that of as many points of the data.",
    experiment,
    quick=Settings(seeds=3, images=320_000, moments=20),
    full=Settings(seeds=5, images=1_280_000, moments=50),
)
