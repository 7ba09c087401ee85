"""The figures of an evaluation: a table a group of measures, since others are not comparable."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from allegory.report.facts import words
from allegory.report.html import Section, figure, image, notice, table
from allegory.report.ticks import short
from allegory.tools.requires import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["basis_text", "rows", "scores_section"]

COUNTS = {
    "n": "examples",
    "n_train": "training examples",
    "n_real": "held-out examples",
    "n_generated": "generated ones",
}
SHOWN_LATENTS = 16
"""Rows of the heat map at most: the latents that matter most."""
PICTURES = {
    "memorisation": "The most suspicious samples, above the training example nearest to each: "
    "copies look alike. The first are the most suspicious, whatever the share says."
}
"""What the picture of a group shows."""


def basis_text(basis: Mapping[str, Any]) -> str:
    """What all figures of a group rest on, in a line."""
    counts = [f"{basis[name]:,} {what}" for name, what in COUNTS.items() if name in basis]
    aside = {*COUNTS, "model", "digest"}
    rest = [f"{words(name)}: {_text(v)}" for name, v in basis.items() if name not in aside]
    return "; ".join(counts + rest) + "."


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def rows(group: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """The figures of a group: name, value, interval, and what else is to be said of each."""
    found = []
    for score in group["figures"].values():
        low, high = score["low"], score["high"]
        interval = "" if low is None or high is None else f"{short(low)} … {short(high)}"
        value = "–" if score["value"] is None else short(score["value"])
        aside = [f"n = {score['n']:,}"] if "n" in score else []
        aside += [f"{score['better']} is better"] if "better" in score else []
        unit = f" {score['unit']}" if "unit" in score else ""
        found.append((score["label"], value + unit, interval, ", ".join(aside)))
    return found


def scores_section(scores: Mapping[str, Any] | None, run_folder: Path) -> Section | None:
    """The newest figures of every group; None where there are none.

    Args:
        scores: evaluation.json.
        run_folder: where the pictures lie that it names.
    """
    measures = (scores or {}).get("measures", {})
    if not scores or not measures:
        return None
    newest = scores.get("model")
    groups = [_group(name, group, newest, run_folder) for name, group in measures.items()]
    left_out = [(name, why) for name, why in scores.get("left_out", {}).items()]
    aside = f"<h3>Not measured</h3>{table(left_out, ('measure', 'reason'))}" if left_out else ""
    return Section(
        "Scores",
        "How well the model does, as “allegory evaluate” found. Each table says what its figures "
        "rest on: those of other tables, or of runs that were measured otherwise, are not to be "
        "compared with them. Intervals are at 95 %.",
        "".join(groups) + aside,
    )


def _group(name: str, group: Mapping[str, Any], newest: str | None, run_folder: Path) -> str:
    basis = group["basis"]
    head = ("measure", "value", "95 % interval", "")
    parts = [f"<h3>{escape(name.capitalize())}</h3>"]
    if newest is not None and basis.get("model", newest) != newest:
        parts.append(
            notice("Measured on other weights than the newest figures: “allegory evaluate” again.")
        )
    asks = MEASURES[name].asks if name in MEASURES else ""
    parts.append(f'<p class="note">{escape(f"{asks} {basis_text(basis)}".strip())}</p>')
    parts.append(table(rows(group), head))
    parts += [f'<p class="note">{escape(note)}</p>' for note in group.get("notes", ())]
    heat = group.get("detail", {}).get("importance")
    if heat:
        parts.append(_heat(heat))
    picture = run_folder / group["picture"] if "picture" in group else None
    pixels = None if picture is None else _pixels(picture)
    if pixels is not None:
        alt = PICTURES.get(name, name)
        parts.append(figure(image(pixels, alt, kind="pixels"), alt))
    return "".join(parts)


def _pixels(path: Path) -> NDArray[np.uint8] | None:
    """The picture of a group, (height, width, channels); None where it is gone or damaged."""
    try:
        with Image.open(path) as file:
            return np.atleast_3d(np.asarray(file))
    except (OSError, SyntaxError):  # the latter is Pillow's word for a broken PNG
        return None


def _heat(importance: Mapping[str, Any]) -> str:
    """A row a latent, a column a factor: the darker, the more important."""
    values = np.array(importance["values"], dtype=np.float64)
    strongest = np.argsort(-values.max(1), kind="stable")[:SHOWN_LATENTS]
    order = sorted(strongest.tolist(), key=lambda row: (int(values[row].argmax()), row))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in importance["factors"])
    body = "".join(
        f'<tr><th scope="row">z{importance["latents"][row]}</th>'
        + "".join(f'<td style="--part:{v:.3f}">{v:.2f}</td>' for v in values[row])
        + "</tr>"
        for row in order
    )
    more = f" of {len(values)}, the strongest" if len(values) > len(order) else ""
    return figure(
        f'<div class="scroll"><table class="heat"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>",
        f"How important each latent{more} is for reading each factor (columns sum to 1): one dark "
        "cell a row and a column is a code that keeps the factors apart.",
    )
