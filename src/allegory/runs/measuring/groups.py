"""Measures of groups: whether a classifier serves them equally well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allegory.errors import unknown
from allegory.measures.estimate import FEWEST
from allegory.measures.grouping import crossed
from allegory.measures.groups import RATES, group_rates
from allegory.runs.measuring.examples import basis_of, each, indices
from allegory.runs.measuring.findings import Figure, Findings

if TYPE_CHECKING:
    from allegory.measures.estimate import Estimate
    from allegory.measures.groups import Groups, Rate
    from allegory.runs.measuring.findings import Better
    from allegory.runs.measuring.subject import Subject

__all__ = ["groups", "ungrouped"]

SHOWN = 24
"""More groups than these are too many for a table: their figures are in the detail."""


def ungrouped(subject: Subject) -> str | None:
    """Groups are columns that are named and known."""
    model, columns = subject.model, subject.data.columns
    there = [name for name, c in columns.items() if c.kind != "text" and name != model.label]
    if not there:
        return "the data have no columns that groups could be made of"
    if not subject.options.group:
        return f"no --group names a column; the data have {', '.join(there)}"
    return None


def groups(subject: Subject) -> Findings:
    """How often the class is told, of each group; held-out examples only.

    Raises:
        UserError: a column or the positive class is not there, or no example is in a group.
    """
    model, options = subject.model, subject.options
    table = subject.held_out.table()
    named, known = crossed(table, options.group, options.bins)
    positive = positive_of(model.classes, options.positive)
    truth = indices(table[model.label], model.classes).numpy()
    told = each(
        subject,
        "groups",
        subject.rng("groups"),
        lambda x: {"class": model.predict_proba(x).argmax(1)},
    )["class"].numpy()
    kept = known & (truth >= 0)
    columns = {
        name: type(c)("category", c.values[kept], c.names)
        for name, c in zip(options.group, named, strict=True)
    }
    found = group_rates(truth[kept], told[kept], columns, positive)
    basis = basis_of(subject) | {"n": found.n, "label": model.label}
    basis |= {"groups": " x ".join(options.group)}
    if positive is not None:
        basis["positive"] = model.classes[positive]
    return Findings(basis, figures_of(found), notes_of(found, len(kept) - found.n), detail(found))


def positive_of(classes: tuple[str, ...], name: str | None) -> int | None:
    """Index of the class that is looked for; None where it is not said and can't be guessed."""
    if name is None:
        return 1 if len(classes) == 2 else None
    if name not in classes:
        raise unknown("class", name, classes)
    return classes.index(name)


def figures_of(found: Groups) -> dict[str, Figure]:
    """The figures: of all, of the worst group, the gap and the variance, then of every group."""
    figures: dict[str, Figure] = {}
    for name, label in RATES.items():
        better: Better = "lower" if name == "fpr" else "higher"
        whole = found.overall.get(name)
        if whole is None or whole.share is None:
            continue
        figures[name] = share_of(label, whole.share, better)
        spread = found.spreads.get(name)
        if spread is not None and spread.worst.share is not None:
            worst = spread.worst.share
            figures |= {
                f"{name} worst": share_of(
                    f"{label}, worst group ({words(spread.worst)})", worst, better
                ),
                f"{name} gap": share_of(f"{label}, gap between groups", spread.gap, "lower"),
                f"{name} variance": Figure(
                    f"{label}, variance over groups", spread.variance, better="lower"
                ),
            }
    for name, label in RATES.items():
        judged = [rate for rate in found.rates.get(name, ()) if rate.enough]
        for rate in judged if len(judged) <= SHOWN else ():
            if rate.share is not None:
                figures[f"{name} of {words(rate)}"] = share_of(
                    f"{label}, {words(rate)}", rate.share
                )
    return figures


def share_of(label: str, share: Estimate, better: Better = "") -> Figure:
    """A share, with the examples that it is one of."""
    return Figure(label, share.mean, share.low, share.high, "", better, share.n)


def notes_of(found: Groups, left_out: int) -> tuple[str, ...]:
    """What the reader of the figures must know."""
    notes = [
        f"No group was seen in training by this measure; a group is judged from {FEWEST} examples "
        "on. The interval of a gap takes it as known which groups are the worst and the best."
    ]
    for name, spread in found.spreads.items():
        notes.append(
            f"Variance of the {RATES[name]} that chance alone gives groups of these sizes: "
            f"{spread.chance:.2g}."
        )
    for name, rates in found.rates.items():
        few = [f"{words(r)} ({r.share.n if r.share else 0})" for r in rates if not r.enough]
        if few:
            notes.append(f"Too few to judge by {RATES[name]}: {', '.join(few)}.")
        if len(rates) - len(few) < 2:
            notes.append(f"No worst group by {RATES[name]}: that takes two that can be judged.")
    if left_out:
        notes.append(f"{left_out:,} examples lack a group or a known class: left out.")
    return tuple(notes)


def detail(found: Groups) -> dict[str, Any]:
    """Every group, also those too small to judge."""
    return {
        name: [
            {
                "group": list(rate.group),
                "n": rate.share.n if rate.share else 0,
                "value": rate.share.mean if rate.share else None,
                "low": rate.share.low if rate.share else None,
                "high": rate.share.high if rate.share else None,
                "enough": rate.enough,
            }
            for rate in rates
        ]
        for name, rates in found.rates.items()
    }


def words(rate: Rate) -> str:
    """The name of a group."""
    return ", ".join(rate.group)
