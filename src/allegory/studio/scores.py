"""The answers of all players, in one small database beside the runs."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.measures.estimate import proportion

if TYPE_CHECKING:
    from pathlib import Path

    from allegory.runs.folder import RunFolder
    from allegory.studio.quiz import Quiz

__all__ = ["Scores", "machine"]

NAME = "quiz.sqlite"
TABLE = """create table if not exists answers (
    quiz text not null, round integer not null, run text not null, player text not null,
    mode text not null, timed integer not null, wrong integer not null, seconds real,
    at real not null, primary key (quiz, round))"""


class Scores:
    """The database of a folder of runs."""

    def __init__(self, runs: Path) -> None:
        self.path = runs / NAME

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            found = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            found.execute(TABLE)
        except (sqlite3.Error, OSError) as error:
            raise UserError(f"the scores in {self.path.name} can't be kept: {error}.") from error
        return found

    def keep(self, quiz: Quiz, number: int, wrong: bool, seconds: float | None) -> None:
        """Keep an answer.

        Raises:
            UserError: it can't be written.
        """
        row = (quiz.id, number, quiz.run, quiz.player, quiz.mode, quiz.timed, wrong, seconds)
        with closing(self._open()) as database:
            try:
                database.execute(
                    "insert into answers values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, time.time())
                )
            except sqlite3.Error as error:
                raise UserError(f"the answer can't be kept: {error}.") from error

    def of_run(self, quiz: Quiz) -> dict[str, Any]:
        """The share of wrong answers of all players who played in this way, with its interval."""
        with closing(self._open()) as database:
            n, wrong, players = database.execute(
                "select count(*), total(wrong), count(distinct player) from answers "
                "where run = ? and mode = ? and timed = ?",
                (quiz.run, quiz.mode, quiz.timed),
            ).fetchone()
        return {"players": players, **rate(int(wrong), n)}


def rate(wrong: int, n: int) -> dict[str, Any]:
    """A share of wrong answers as JSON values: "mean", "low", "high" (95 %, Wilson), "n"."""
    return asdict(proportion(wrong, n)) if n else {"mean": None, "low": 0.0, "high": 1.0, "n": 0}


def machine(folder: RunFolder) -> dict[str, Any] | None:
    """How often a classifier errs in the same task, as it was last measured; None if never."""
    try:
        found = (folder.scores() or {}).get("measures", {})
        figure = found["two-sample"]["figures"]["logistic"]
        low, high = figure.get("low"), figure.get("high")
        ends = (1 - high, 1 - low) if low is not None and high is not None else (None, None)
        return {"mean": 1 - figure["value"], "low": ends[0], "high": ends[1]}
    except (UserError, KeyError, TypeError):
        return None
