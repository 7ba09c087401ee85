"""The journal of a run: one JSON object a line, and TensorBoard events beside it if asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allegory.errors import UserError
from allegory.files import atomic
from allegory.progress import say

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Journal", "read_journal"]


class Journal:
    """Appends records to metrics.jsonl.

    A record is {"images", "seconds", "train": {part: nats, "total"}, "rates": {…}} or {"images",
    "seconds", "held_out": {part: nats, "total"}}.
    """

    def __init__(self, folder: Path, *, tensorboard: bool = False) -> None:
        self.path = folder / "metrics.jsonl"
        self.writer: Any = None
        if tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise UserError(
                    "--tensorboard needs the package: pip install 'allegory[track]'."
                ) from error

            self.writer = SummaryWriter(str(folder / "tensorboard"))

    def write(self, record: dict[str, Any]) -> None:
        """Add a record."""
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            say(f"a record could not be written to {self.path}: {error.strerror}.")
        if self.writer is None:
            return
        for group in ("train", "held_out", "rates"):
            for name, value in record.get(group, {}).items():
                self.writer.add_scalar(f"{group}/{name}", value, record["images"])
        self.writer.flush()

    def forget_after(self, images: int) -> None:
        """Drop the records of work that was lost, before it is done again."""
        records = [r for r in read_journal(self.path) if r["images"] <= images]
        with atomic(self.path) as file:
            file.write("".join(json.dumps(r) + "\n" for r in records).encode())


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The records; lines that are torn or no record are left out."""
    if not path.exists():
        return []
    records = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(record, dict) and "images" in record:
            records.append(record)
    return records
