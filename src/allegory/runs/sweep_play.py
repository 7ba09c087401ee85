"""Play a sweep: train and measure each run that is not done yet, and keep the tables current."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allegory.errors import Interrupted, UserError
from allegory.progress import say
from allegory.report.outcomes import Outcome, tabulate, text
from allegory.report.ticks import duration
from allegory.runs import play
from allegory.runs.sweep_results import flatten, keep, kept, results, write_results
from allegory.training.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from allegory.data.dataset import Dataset
    from allegory.data.settings import DataSettings
    from allegory.report.outcomes import Row
    from allegory.runs.folder import RunFolder
    from allegory.runs.sweep import Job, Sweep, SweepFolder

    Score = Callable[[Path], Mapping[str, Any]]

__all__ = ["Swept", "play_sweep"]


@dataclass(frozen=True)
class Swept:
    """A sweep that has been played."""

    folder: SweepFolder
    sweep: Sweep
    outcomes: Sequence[Outcome]
    """Its runs, in their order."""

    def table(self) -> list[Row]:
        """A row for each combination of values: its figures over the seeds."""
        return tabulate(self.outcomes)

    def results(self) -> dict[str, Any]:
        """All of it as JSON values; `runs.sweep_results.results` says which."""
        return results(self.sweep, self.outcomes)


class Opened:
    """The data that runs share, opened once; anew only where a field of the data is varied."""

    def __init__(self) -> None:
        self.settings: DataSettings | None = None
        self.data: Dataset | None = None

    def __call__(self, sweep: Sweep, job: Job) -> Dataset:
        """The data of a job."""
        run = sweep.run_of(job)
        if self.data is None or run.data != self.settings:
            self.data = play.data_of(run)
            self.settings = run.data
        return self.data


def play_sweep(sweep: Sweep, folder: SweepFolder, score: Score) -> Swept:
    """Train and measure every run of the sweep that is not done; what is done is left alone.

    A run that fails for a reason that a person can mend is written down with it, and the sweep
    goes on; it is tried again when its folder is removed.

    Args:
        sweep: what to run.
        folder: where; it may hold a part of this sweep already.
        score: measures the run in a folder: JSON values, of which every number is kept.

    Raises:
        UserError: the data can't be opened, or every run failed.
        Interrupted: asked to stop; everything is saved, and the same call goes on.
    """
    if World.from_environment().size > 1:
        raise UserError("a sweep trains each run in one process: start it without torchrun.")
    jobs, opened = sweep.jobs(), Opened()
    left = [job for job in jobs if kept(folder, sweep, job) is None]
    if left:
        opened(sweep, left[0])
    folder.write(sweep)
    say(plan_text(sweep, folder, len(jobs) - len(left)))
    began = time.monotonic()
    try:
        for done, job in enumerate(left):
            pace = (time.monotonic() - began) / done if done else 0.0
            say(f"run {jobs.index(job) + 1} of {len(jobs)}: {job}{ahead(pace, len(left) - done)}")
            keep(folder, sweep, played(sweep, job, folder, opened, score))
            write_results(folder, sweep, so_far(folder, sweep))
    except (Interrupted, KeyboardInterrupt):
        say(f"'allegory resume {folder.path}' goes on with the whole sweep.")
        raise Interrupted from None
    outcomes = so_far(folder, sweep)
    write_results(folder, sweep, outcomes)
    if all(outcome.failed is not None for outcome in outcomes):
        raise UserError(f"every run of the sweep failed; the first: {outcomes[0].failed}")
    return Swept(folder, sweep, outcomes)


def played(sweep: Sweep, job: Job, folder: SweepFolder, opened: Opened, score: Score) -> Outcome:
    """Train a run, from its newest checkpoint where it has one, and measure it."""
    place = folder.run(job)
    figures: dict[str, float] = {}
    failed = None
    try:
        play.begin(sweep.run_of(job), place, opened(sweep, job), page=False)
        figures, failed = measured(place, score)
        play.report(place)
    except UserError as error:
        failed = str(error)
    if failed is not None:
        say(f"{job} failed: {failed} The sweep goes on.")
    return Outcome(job.name, job.values, job.seed, figures, failed)


def measured(place: RunFolder, score: Score) -> tuple[dict[str, float], str | None]:
    """The figures of a trained run; or none, and why it can't be measured."""
    try:
        return flatten(score(place.path)), None
    except UserError as error:
        return {}, str(error)


def so_far(folder: SweepFolder, sweep: Sweep) -> list[Outcome]:
    """The runs that are done, in their order."""
    found = [kept(folder, sweep, job) for job in sweep.jobs()]
    return [outcome for outcome in found if outcome is not None]


def plan_text(sweep: Sweep, folder: SweepFolder, done: int) -> str:
    """How many runs of how many images lie ahead, in a line."""
    runs = [sweep.run_of(job) for job in sweep.jobs()]
    over = " x ".join(f"{name} {', '.join(map(text, v))}" for name, v in sweep.over.items())
    lengths = {run.training.images for run in runs}
    total = sum(run.training.images for run in runs)
    each = f"{lengths.pop():,} images each, " if len(lengths) == 1 else ""
    seeds = counted(sweep.seeds)
    ready = f"; {done} done already" if done else ""
    return (
        f"sweep: {len(runs)} runs ({over}; {seeds}), {each}{total:,} images in all, "
        f"in {folder.path}{ready}."
    )


def counted(seeds: Sequence[int]) -> str:
    """The seeds, in words."""
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def ahead(pace: float, left: int) -> str:
    """How long the runs that are left may take, once one was timed."""
    return f" (about {duration(pace * left)} left)" if pace else ""
