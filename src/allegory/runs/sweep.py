"""A sweep as a value: a run, the fields that are varied, the seeds; and what lies where in it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from allegory.errors import UserError
from allegory.files import atomic, read_toml
from allegory.recipes.settings import Run, change, field_names
from allegory.report.outcomes import Value, text
from allegory.runs.folder import RunFolder
from allegory.runs.measuring.table import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Job", "Sweep", "SweepFolder", "chosen_folder", "parse_over", "parse_seeds", "vary"]

MOST_SEEDS = 1_000
"""A larger number of them is a mistake for a seed."""
FIXED = {"seed": "give --seeds", "source": "sweep over one source at a time"}
"""Fields that are not varied, and what to do instead."""


@dataclass(frozen=True)
class Job:
    """One run of a sweep."""

    values: Mapping[str, Value]
    seed: int

    @property
    def name(self) -> str:
        """Its folder within that of the sweep: "beta=4,latents=8/seed=0", or "seed=0"."""
        fields = ",".join(f"{k}={quote(text(v), safe='')}" for k, v in self.values.items())
        return f"{fields}/seed={self.seed}" if fields else f"seed={self.seed}"

    def __str__(self) -> str:
        fields = "".join(f"{k}={text(v)}, " for k, v in self.values.items())
        return f"{fields}seed={self.seed}"


class Sweep(BaseModel):
    """Runs that differ in some fields and in their seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Run
    """What they share."""
    over: dict[str, tuple[Value, ...]]
    """The varied fields with their values."""
    seeds: tuple[int, ...]
    measures: tuple[str, ...] | None = None
    """Groups of measures to evaluate; None for those of `allegory evaluate`."""

    def jobs(self) -> list[Job]:
        """Every combination for the first seed, then for the next: an early look at the whole."""
        grid = list(itertools.product(*self.over.values()))
        return [
            Job(dict(zip(self.over, values, strict=True)), seed)
            for seed in self.seeds
            for values in grid
        ]

    def run_of(self, job: Job) -> Run:
        """The run of a job."""
        return change(self.run, {**job.values, "seed": job.seed})

    def continues(self, other: Sweep) -> bool:
        """Whether each run of the other is one of this: values and seeds may be added."""
        runs = {job.name: self.run_of(job) for job in self.jobs()}
        return all(runs.get(job.name) == other.run_of(job) for job in other.jobs())


@dataclass(frozen=True)
class SweepFolder:
    """A sweep on disk."""

    path: Path

    @property
    def settings(self) -> Path:
        """The sweep as a value."""
        return self.path / "sweep.toml"

    @property
    def page(self) -> Path:
        """The page."""
        return self.path / "sweep.html"

    @property
    def picture(self) -> Path:
        """The plots of the page."""
        return self.path / "sweep.png"

    def run(self, job: Job) -> RunFolder:
        """The folder of a run."""
        return RunFolder(self.path / job.name)

    def write(self, sweep: Sweep) -> None:
        """Write the sweep as TOML."""
        with atomic(self.settings) as file:
            tomli_w.dump(sweep.model_dump(exclude_none=True), file)

    def is_of(self, sweep: Sweep) -> bool:
        """Whether it holds a part of this sweep; not where its file is damaged."""
        try:
            return sweep.continues(self.read())
        except UserError:
            return False

    def read(self) -> Sweep:
        """The sweep.

        Raises:
            UserError: the file is damaged or missing.
        """
        try:
            return Sweep.model_validate(read_toml(self.settings))
        except ValidationError as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"{self.settings} does not hold a sweep: {reason}.") from None


def parse_over(words: Sequence[str]) -> dict[str, list[str]]:
    """What "--over beta=1,2,4" says, each.

    Raises:
        UserError: one says nothing, or a field is varied twice.
    """
    over: dict[str, list[str]] = {}
    for word in words:
        name, _, values = word.partition("=")
        name = name.strip().replace("-", "_")
        found = [value.strip() for value in values.split(",") if value.strip()]
        if not name or not found:
            raise UserError(
                f"--over takes a field and its values, such as beta=1,2,4 (given: '{word}')."
            )
        if name in over:
            raise UserError(f"--over {name} is given twice: put its values into one list.")
        over[name] = found
    return over


def parse_seeds(words: str) -> list[int]:
    """Seeds: a number of them ("3": 0, 1, 2), or themselves ("0,1,5"; "7," is one).

    Raises:
        UserError: these are no seeds.
    """
    parts = [part.strip() for part in words.split(",")]
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if not all(part.isdecimal() for part in parts):
        raise UserError(
            f"--seeds is how many, such as 3, or a list, such as 0,1,5 (given: '{words}')."
        )
    if "," in words:
        return [int(part) for part in parts]
    if int(words) > MOST_SEEDS:
        raise UserError(
            f"--seeds {words} asks for so many seeds; for that one alone say --seeds {words}, "
            "with the comma."
        )
    return list(range(int(words)))


def vary(
    run: Run,
    over: Mapping[str, Sequence[Any]],
    seeds: Sequence[int],
    measures: Sequence[str] | None = None,
) -> Sweep:
    """The sweep of a run over these values; each is checked, as text or as it is.

    Raises:
        UserError: no such field or group of measures (with the nearest), a value out of its range,
            or nothing to vary.
    """
    if not seeds:
        raise UserError("a sweep needs a seed: --seeds must be at least 1.")
    if not over and len(seeds) == 1:
        raise UserError(
            "say what to vary, such as --over beta=1,2,4,8,16, or give several --seeds."
        )
    if measures is not None:
        measures = tuple(group.name for group in chosen(measures))
    values = {name: tuple(_typed(run, name, given)) for name, given in over.items()}
    sweep = Sweep(run=run, over=values, seeds=tuple(dict.fromkeys(seeds)), measures=measures)
    for job in sweep.jobs():
        sweep.run_of(job)
    return sweep


def _typed(run: Run, name: str, given: Sequence[Any]) -> Iterator[Value]:
    """The values of a field, of its own type, without repetitions.

    Raises:
        UserError: there are none, or one is not a value of this field.
    """
    if name in FIXED:
        raise UserError(f"'{name}' can't be varied: {FIXED[name]}.")
    if not given:
        raise UserError(f"'{name}' has no values to be varied over.")
    seen = set()
    for value in given:
        changed = change(run, {name: value})
        value = getattr(getattr(changed, field_names(run)[name]), name)
        if not isinstance(value, bool | int | float | str):
            raise UserError(f"'{name}' can't be varied: its values are no numbers or words.")
        if value not in seen:
            seen.add(value)
            yield value


def chosen_folder(out: str | Path | None, name: str, sweep: Sweep) -> SweepFolder:
    """The folder of a sweep: `out`, or the first of runs/NAME, runs/NAME-2 … that is free or its.

    Raises:
        UserError: `out` holds a run, or another sweep.
    """
    if out is None:
        for number in itertools.count(1):
            path = Path("runs") / (name if number == 1 else f"{name}-{number}")
            folder = SweepFolder(path)
            if not path.exists() or folder.is_of(sweep):
                return folder
    folder = SweepFolder(Path(str(out)))
    if RunFolder(folder.path).settings.exists():
        raise UserError(f"{out} holds a run: choose another --out for the sweep.")
    if folder.settings.exists() and not sweep.continues(folder.read()):
        raise UserError(
            f"{out} holds another sweep: 'allegory resume {out}' goes on with that. To extend it, "
            "ask for all of its values and seeds and more, with the same options; or choose "
            "another --out."
        )
    return folder
