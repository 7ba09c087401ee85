"""The model card of a run: README.md, as model hubs show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allegory.media import Images, Pairs, Vectors
from allegory.report.facts import flat, setting
from allegory.report.scores import basis_text, rows
from allegory.report.ticks import duration
from allegory.tools.requires import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allegory.media import Media

__all__ = ["Facts", "model_card"]

TASKS = (
    ("translate", "image-to-image"),
    ("sample", "unconditional-image-generation"),
    ("classify", "image-classification"),
)
"""What hubs call what a model of pictures does; the first that it does."""
FEW = 5_000
"""Examples below which a generative model may know single ones by heart."""


@dataclass(frozen=True)
class Facts:
    """What the run says of itself."""

    title: str
    recipe: str
    about: str
    """What the recipe is, in a sentence."""
    source: str
    """The data, without the folders that lead to them."""
    examples: int | None
    media: Media
    does: Sequence[str]
    """What the model does, in words."""
    tools: Sequence[str]
    """Those that work for it."""
    settings: Mapping[str, Any]
    images: int
    """Seen in training."""
    seconds: float
    weights: int
    scores: Mapping[str, Any] | None
    """evaluation.json."""
    findings: Sequence[str]
    """What the run's health record says is wrong, in sentences."""
    picture: str | None
    """A file of samples beside the card."""


def model_card(facts: Facts) -> str:
    """The card, as Markdown with the head that hubs read."""
    parts = [
        _head(facts),
        f"# {facts.title}",
        facts.about,
        f"![Samples of the model]({facts.picture})" if facts.picture else "",
        _use(facts),
        _data(facts),
        _training(facts),
        _measures(facts),
        _intended(),
        _limits(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(facts: Facts) -> str:
    lines = [
        "---",
        "# license: choose one before you upload this folder",
        "library_name: allegory",
    ]
    tasks = [task for tool, task in TASKS if tool in facts.tools]
    if tasks and not isinstance(facts.media, Vectors):
        lines.append(f"pipeline_tag: {tasks[0]}")
    lines += ["tags:", "- allegory", f"- {facts.recipe}", "---"]
    return "\n".join(lines)


def _use(facts: Facts) -> str:
    does = "".join(f"- {line}\n" for line in facts.does)
    code = ["import allegory", "", 'model = allegory.load("FOLDER")  # this one, downloaded']
    if "sample" in facts.tools:
        code.append("x = model.sample(16, rng=0)")
    if "encode" in facts.tools:
        code.append("codes = model.encode(x).mean  # of x (n, *model.media.shape)")
    if "translate" in facts.tools:
        code.append("y = model.translate(x, model.targets[0])  # x (n, channels, h, w) in [-1, 1]")
    python = "\n".join(code)
    return (
        f"## What it does\n\n{does}\n```python\n{python}\n```\n\n"
        "The weights are safetensors, all else is JSON and TOML: nothing in this folder is ever "
        "executed."
    )


def _data(facts: Facts) -> str:
    count = f"{facts.examples:,} examples" if facts.examples else "a number of examples not noted"
    return (
        f"## Data\n\n“{facts.source}”: {count}, {_each(facts.media)}. No example of it is in this "
        "folder. Where they come from and who may use them this card does not know: say so here "
        "before you upload it."
    )


def _each(media: Media) -> str:
    if isinstance(media, Vectors):
        return f"rows of {media.shape[0]} numbers"
    if isinstance(media, Pairs):
        return f"{media.names[0]} and {media.names[1]}, {media.width} × {media.height} pixels"
    kind = "grey" if media.mode == "L" else "colour"
    what = "spectrograms of sounds" if isinstance(media, Images) and media.sound else kind
    return f"{media.width} × {media.height} pixels, {what}"


def _training(facts: Facts) -> str:
    took = f", in {duration(facts.seconds)}" if facts.seconds > 0 else ""
    table = _table(
        ("setting", "value"), [(name, setting(value)) for name, value in flat(facts.settings)]
    )
    return (
        f"## Training\n\nRecipe `{facts.recipe}`; {facts.weights:,} weights; {facts.images:,} "
        f"images seen{took}. The weights are averages over training. `run.toml` holds all of:\n\n"
        f"<details><summary>Settings</summary>\n\n{table}\n\n</details>"
    )


def _measures(facts: Facts) -> str:
    measures = (facts.scores or {}).get("measures", {})
    if not measures:
        return (
            "## Measures\n\nNothing was measured: `allegory evaluate` does, on examples that were "
            "held out of training."
        )
    parts = [
        "## Measures\n\nOn examples that were held out of training, by `allegory evaluate`. Each "
        "table says what its figures rest on: figures that rest on other things are not to be "
        "compared with them. Intervals are at 95 %."
    ]
    for name, group in measures.items():
        asks = f"{MEASURES[name].asks} " if name in MEASURES else ""
        notes = "".join(f"\n\n{note}" for note in group.get("notes", ()))
        table = _table(("measure", "value", "95 % interval", ""), rows(group))
        parts.append(
            f"### {name.capitalize()}\n\n{asks}{basis_text(group['basis'])}\n\n{table}{notes}"
        )
    return "\n\n".join(parts)


def _intended() -> str:
    return (
        "## Intended use\n\nTo study and show what a model of this kind learns from these data, "
        "and for work on data of the same kind. What it says of an example holds for examples "
        "like those that it learned from, and for no others. It is not made to judge people."
    )


def _limits(facts: Facts) -> str:
    lines = [
        "It repeats what its data have too much of, and lacks what they lack: `allegory audit` "
        "shows both.",
        *facts.findings,
    ]
    measures = (facts.scores or {}).get("measures", {})
    if "sample" in facts.tools:
        if facts.examples and facts.examples < FEW:
            lines.append(
                f"Its data are {facts.examples:,} examples: with so few, samples may be near "
                "copies of some."
            )
        if "memorisation" not in measures:
            lines.append("Whether its samples copy training examples was not measured.")
    if "classify" in facts.tools and "groups" not in measures:
        lines.append("How well it tells different groups was not measured.")
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
