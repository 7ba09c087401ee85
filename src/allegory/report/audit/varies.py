"""What is over- and under-represented: directions and their ends, kinds, thin regions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from allegory.report.audit.pictures import card, cards, photos, some
from allegory.report.audit.short import thin_tenth
from allegory.report.html import Section, figure
from allegory.report.plots import histogram, plot
from allegory.report.shares import share_table
from allegory.tools.spread import along

if TYPE_CHECKING:
    from allegory.measures.clusters import Cluster
    from allegory.report.audit.audited import Audited
    from allegory.tools.spread import Direction

__all__ = ["directions_section", "kinds_section", "regions_section"]

STEPS = np.linspace(-2.5, 2.5, 11)
"""Frames of a filmstrip, in standard deviations."""
ENDS, KIND, REGION, COLUMNS = 4, 8, 24, 12
"""Examples at each end of a direction, of a kind, and of a region."""
TENTH = 0.1
SKEWED, CHANCE = 1.5, 2.0
"""How many times as many examples one end has as the other, to be said; and by how many standard
errors."""


def directions_section(found: Audited) -> Section | None:
    """The directions in which examples differ most, each with how many lie where."""
    if not found.directions:
        return None
    if found.pictures is None:
        body = f'<div class="plots">{"".join(map(_bars, found.directions))}</div>'
        seen = ""
    else:
        body = "".join(_direction(found, d, k) for k, d in enumerate(found.directions))
        seen = "At the ends are real examples that lie there. "
        if found.decodes:
            seen += "Between them is what the model makes of the mean code on the way. "
    return Section(
        "What varies",
        f"The directions in which the examples differ most, by their codes. {seen}Where the bars "
        "are low, such examples are few. A direction is named after the column that it follows, "
        "with the strength of the correlation from 0 to 1, where there is one.",
        body,
    )


def _bars(d: Direction) -> str:
    """How many vectors lie where along a direction."""
    bars = histogram(d.places.tolist(), low=-3.5, high=3.5, bins=28, name="", colour=0)
    name = d.name or f"{d.share:.0%} of the variance"
    drawn = plot([bars], title=f"Examples along {name}", x_label="standard deviations")
    return f"<figure>{drawn}<figcaption>{escape(name)}</figcaption></figure>"


def _direction(found: Audited, d: Direction, k: int) -> str:
    n = len(d.places)
    low, high = int((d.places < -2).sum()), int((d.places > 2).sum())
    uneven = ""
    if max(low, high) > SKEWED * min(low, high) and abs(low - high) > CHANCE * (low + high) ** 0.5:
        uneven = f" · the {'right' if high < low else 'left'} end is the rarer"
    words = f"{d.share:.0%} of the variance{uneven}"
    name = f"<strong>{escape(d.name)}</strong>" if d.name else ""
    head = f"<figcaption><code>d{k}</code>{name}<span>{escape(words)}</span></figcaption>"
    media = found.pictures
    assert media is not None
    ends = [
        f'<div class="end">{photos(some(found.data, rows[:ENDS]), media, alt, 2)}'
        f"<small>{escape(share)}</small></div>"
        for rows, alt, share in (
            (d.ends[0], "Examples at the low end", f"{low / n:.1%} beyond −2 σ"),
            (d.ends[1], "Examples at the high end", f"{high / n:.1%} beyond +2 σ"),
        )
    ]
    middle = _strip(found, d, k) if found.decodes else ""
    way = f'<div class="way">{ends[0]}{middle}{ends[1]}</div>'
    return f'<figure class="axis direction">{head}{way}</figure>'


def _strip(found: Audited, d: Direction, k: int) -> str:
    """What is decoded along the way, over bars of how many examples lie there."""
    media = found.pictures
    assert media is not None
    strip = along(found.model, found.codes, d, STEPS)
    half = (STEPS[1] - STEPS[0]) / 2
    borders = np.concatenate([[-np.inf], STEPS[1:] - half, [np.inf]])
    share = np.histogram(d.places, borders)[0] / len(d.places)
    bars = "".join(
        f'<div style="--part:{part / share.max():.3f}"><i></i><small>{part:.1%}</small></div>'
        for part in share
    )
    picture = photos(strip, media, f"Along direction {k}", len(STEPS))
    return f'<div class="strip">{picture}<div class="bars">{bars}</div></div>'


def kinds_section(found: Audited) -> Section | None:
    """Neighbourhoods of codes, the largest first."""
    if len(found.clusters) < 2:
        return None
    largest = found.clusters[0].share
    body = cards([_kind(found, c, k, largest) for k, c in enumerate(found.clusters)], "kinds")
    return Section(
        "Kinds of examples",
        "The codes cut into neighbourhoods, the largest first: each with the examples nearest its "
        "middle, its share, its mean rarity (0.5 is usual), and the groups that are more frequent "
        "in it than chance allows.",
        body,
    )


def _kind(found: Audited, cluster: Cluster, k: int, largest: float) -> str:
    media = found.pictures
    words = [
        f"{cluster.share:.1%} of the examples",
        f"mean rarity {cluster.rarity:.2f}",
        *(
            f"{t.column} {t.group}: {t.share:.0%} ({t.overall:.0%} of all)"
            for t in cluster.traits[:3]
        ),
    ]
    inner = f'<div class="meter" style="--part:{cluster.share / largest:.3f}"></div>'
    if media is not None:
        alt = f"Examples of kind {k + 1}"
        inner += photos(some(found.data, cluster.rows[:KIND]), media, alt, 4)
    return card(inner, words)


def regions_section(found: Audited) -> Section:
    """The densest and the thinnest part of the data, and who is in them."""
    rarity, media, data = found.balance.rarity, found.pictures, found.data
    order = np.argsort(rarity, kind="stable")
    tenth = max(1, round(TENTH * len(order)))
    body = ""
    if media is not None:
        # spread over the region, so that one neighbourhood does not fill the sheet
        spread = np.linspace(0, tenth - 1, min(REGION, tenth)).astype(int)
        for words, rows in (
            ("The densest tenth: these have the most like them.", order[:tenth]),
            ("The thinnest tenth: these have hardly any like them.", order[::-1][:tenth]),
        ):
            body += figure(photos(some(data, rows[spread]), media, words, COLUMNS), words)
    moved = thin_tenth(found)
    if moved:
        body += (
            "<h3>Who is in the thinnest tenth</h3>"
            + share_table(moved, "of all", "of the thinnest tenth")
            + '<p class="note">Rarity is that of the whole picture, with background, light and '
            "pose: a group can be small and still look common, or large and varied.</p>"
        )
    return Section(
        "Dense and thin regions",
        "Rarity counts how many examples are alike by their codes; no label has a part in it. "
        "What is dense is over-represented for a model that should serve all kinds alike, what is "
        "thin under-represented, or does not belong.",
        body,
    )
