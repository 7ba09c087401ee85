"""Systems side by side: runs and sweeps, with their seeds, measured on the same examples."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.measures.comparison import Measured, compared
from allegory.progress import say
from allegory.recipes.settings import change
from allegory.report.outcomes import text
from allegory.runs.folder import RunFolder
from allegory.runs.measuring.findings import strict
from allegory.runs.measuring.table import GROUPS
from allegory.runs.score import score
from allegory.runs.sweep import SweepFolder
from allegory.runs.watch import shown
from allegory.training.journal import read_journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allegory.runs.score import Question

__all__ = ["System", "compare", "systems_of"]

OWN = "model"
"""The part of a basis that differs between systems that are comparable."""


@dataclass(frozen=True)
class System:
    """Runs that differ in their seed alone."""

    name: str
    runs: Mapping[int, RunFolder]
    """By their seeds."""


def systems_of(paths: Sequence[Path]) -> list[System]:
    """The systems that these folders hold: a sweep has one for each of its settings.

    Runs that differ in their seed alone are one system.

    Raises:
        UserError: a folder holds neither a run nor a sweep, no run of a sweep has been trained, or
            there are fewer than two systems in all.
    """
    found: list[tuple[Path, str, dict[int, RunFolder]]] = []
    alike: dict[str, dict[int, RunFolder]] = {}
    for path in paths:
        folder = SweepFolder(path)
        if folder.settings.exists():
            found += [(path, setting, runs) for setting, runs in _settings(folder)]
            continue
        run = RunFolder(path).run()
        value, seed = change(run, {"seed": 0}).model_dump_json(), run.training.seed
        if seed in alike.setdefault(value, {}):
            raise UserError(f"{path} is {alike[value][seed].path} once more: with the same seed.")
        if not alike[value]:
            found.append((path, "", alike[value]))
        alike[value][seed] = RunFolder(path)
    if len(found) < 2:
        raise UserError("a comparison takes two systems at least: name several runs, or sweeps.")
    named = [(_shared(path, runs), setting, runs) for path, setting, runs in found]
    short = [" ".join(filter(None, (path.name, setting))) for path, setting, _ in named]
    full = [" ".join(filter(None, (str(path), setting))) for path, setting, _ in named]
    first = [str(next(iter(runs.values())).path.resolve()) for *_, runs in named]
    names = [a if short.count(a) == 1 else b for a, b in zip(short, full, strict=True)]
    # what the folders of two systems begin with may be the same: runs/vae, vae-2, vae-3, ...
    names = [a if names.count(a) == 1 else b for a, b in zip(names, first, strict=True)]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{name} is named twice: a comparison is of different systems.")
    return [System(name, runs) for name, (_, _, runs) in zip(names, named, strict=True)]


def _shared(path: Path, runs: Mapping[int, RunFolder]) -> Path:
    """What a system is named after: its folder, or what the folders of its runs begin with."""
    folders = [str(run.path.resolve()) for run in runs.values()]
    alone = len(folders) == 1 or SweepFolder(path).settings.exists()
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*folders, strict=False))
    shared = Path("".join(letters[0] for letters in same).rstrip("0123456789-_=. "))
    return path.resolve() if alone or not shared.name else shared


def _settings(folder: SweepFolder) -> Iterator[tuple[str, dict[int, RunFolder]]]:
    """The settings of a sweep, in words, each with its runs that have been trained."""
    found: dict[str, dict[int, RunFolder]] = {}
    jobs = folder.read().jobs()
    for job in jobs:
        name = ", ".join(f"{field}={text(value)}" for field, value in job.values.items())
        run = folder.run(job)
        if _to_its_end(run):
            found.setdefault(name, {})[job.seed] = run
    if not found:
        raise UserError(f"no run of the sweep {folder.path} has been trained to its end yet.")
    there = sum(map(len, found.values()))
    if there < len(jobs):
        say(f"{folder.path}: {len(jobs) - there} of {len(jobs)} runs have not ended: left out.")
    yield from found.items()


def _to_its_end(folder: RunFolder) -> bool:
    """Whether a run has seen all its images: half a training is no measure of a setting."""
    if not folder.settings.exists() or not folder.weights("last").exists():
        return False
    seen = [record["images"] for record in read_journal(folder.path / "metrics.jsonl")]
    return bool(seen and seen[-1] >= folder.run().training.images)


def compare(systems: Sequence[System], question: Question) -> dict[str, Any]:
    """Ask the same of every run, and compare what the systems come to.

    What a run's folder knows already is not measured again. Figures that do not rest on the same
    are not compared: they are in tables of their own.

    Returns:
        Strict JSON values: "systems", each with "name", "recipe", "seeds", "runs", and "shows",
        what their previews show (`runs.watch.shown`); "tables", each with its "measure", its
        "basis", the names of its "systems", and "figures", each {label, unit, better, values,
        differences, best}: `measures.comparison.Comparison`, and "over" whether the intervals of
        values are over "seeds" or, of single runs, over "examples"; "left_out", for each measure
        why systems have no figures; "notes", sentences.

    Raises:
        UserError: there is nothing to compare.
        Interrupted: asked to stop; what has been measured is kept.
    """
    scores: dict[str, dict[int, dict[str, Any]]] = {}
    for system in systems:
        scores[system.name] = {}
        for seed, run in system.runs.items():
            say(f"{system.name}, seed {seed}")
            scores[system.name][seed] = score(run, question, again=False)
    tables, notes = [], []
    for measure in GROUPS:
        found, said = tables_of(measure, scores)
        tables += found
        notes += said
    left_out = reasons(scores)
    if not tables:
        why = "; ".join(
            f"{m}: {w}" for m, of in left_out.items() for w in dict.fromkeys(of.values())
        )
        raise UserError(f"there is nothing to compare: {why}.")
    about = [
        {
            "name": system.name,
            "recipe": next(iter(scores[system.name].values()))["recipe"],
            "seeds": list(system.runs),
            "runs": [str(run.path) for run in system.runs.values()],
            "shows": shown(next(iter(system.runs.values())).model(device="cpu")),
        }
        for system in systems
    ]
    return dict(strict({"systems": about, "tables": tables, "left_out": left_out, "notes": notes}))


Scores = dict[str, dict[int, dict[str, Any]]]
"""Of each system by its name, by seed: what its run was found to score."""


def tables_of(measure: str, scores: Scores) -> tuple[list[dict[str, Any]], list[str]]:
    """The tables of a group of measures, one for each basis, and why there are several."""
    found: dict[str, dict[str, dict[int, Any]]] = {}
    notes = []
    for name, runs in scores.items():
        groups = {
            seed: one["measures"][measure]
            for seed, one in runs.items()
            if measure in one["measures"]
        }
        bases = {basis_key(group["basis"]) for group in groups.values()}
        if len(bases) > 1:
            notes.append(f"{measure}: the runs of {name} do not rest on the same: left out.")
        elif bases:
            found.setdefault(bases.pop(), {})[name] = groups
    if len(found) > 1:
        notes.append(f"{measure}: {apart([(json.loads(k), list(v)) for k, v in found.items()])}")
    return [table_of(measure, json.loads(key), groups) for key, groups in found.items()], notes


def basis_key(basis: Mapping[str, Any]) -> str:
    """What figures must share to be comparable, as one text."""
    return json.dumps({k: v for k, v in basis.items() if k != OWN}, sort_keys=True)


def apart(bases: Sequence[tuple[dict[str, Any], list[str]]]) -> str:
    """Why systems are not in one table, in a sentence."""
    keys = dict.fromkeys(key for basis, _ in bases for key in basis)
    differ = [key for key in keys if len({json.dumps(basis.get(key)) for basis, _ in bases}) > 1]
    told = [key for key in differ if key != "digest"] or ["held-out examples"]
    groups = " and ".join(f"[{', '.join(names)}]" for _, names in bases)
    return f"{groups} are not comparable, for they differ in {', '.join(told)}."


def table_of(
    measure: str, basis: dict[str, Any], groups: Mapping[str, Mapping[int, Any]]
) -> dict[str, Any]:
    """Systems that can be compared, figure by figure."""
    every = [group for runs in groups.values() for group in runs.values()]
    figures = {}
    for key in dict.fromkeys(key for group in every for key in group["figures"]):
        runs = {
            name: {
                seed: Measured(*(group["figures"][key][part] for part in ("value", "low", "high")))
                for seed, group in of.items()
                if group["figures"].get(key, {}).get("value") is not None
            }
            for name, of in groups.items()
        }
        runs = {name: of for name, of in runs.items() if of}
        if runs:
            figures[key] = figure_of(
                key, [g["figures"][key] for g in every if key in g["figures"]]
            )
            better = figures[key]["better"]
            figures[key] |= asdict(compared(runs, better)) | {
                "over": {name: "seeds" if len(of) > 1 else "examples" for name, of in runs.items()}
            }
    said = [group.get("notes", []) for group in every]
    return {
        "measure": measure,
        "basis": basis,
        "systems": list(groups),
        "figures": figures,
        "notes": [note for note in said[0] if all(note in notes for notes in said)],
    }


def figure_of(key: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a figure is called, its unit, and which way is better."""
    labels = {one["label"] for one in found}
    if len(labels) > 1:  # each run names, say, its own worst group
        labels = {label.split(" (")[0] for label in labels}
    label = labels.pop() if len(labels) == 1 else key.replace("_", " ")
    return {"label": label, "unit": found[0].get("unit", ""), "better": found[0].get("better", "")}


def reasons(scores: Scores) -> dict[str, dict[str, str]]:
    """Why systems have no figures, measure by measure."""
    found: dict[str, dict[str, str]] = {}
    for name, runs in scores.items():
        for one in runs.values():
            for measure, why in one["left_out"].items():
                found.setdefault(measure, {})[name] = why
    return found
