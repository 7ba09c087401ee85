"""The folder of a run: what lies where, and how its model is loaded."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from zipfile import BadZipFile

from allegory.errors import UserError, unknown
from allegory.files import atomic
from allegory.progress import say
from allegory.tools.requires import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from allegory.capabilities import Model
    from allegory.recipes.settings import Run

__all__ = ["RunFolder", "Weights"]

Weights = Literal["best", "last", "raw"]


@dataclass(frozen=True)
class RunFolder:
    """A run on disk. `run.toml` alone rebuilds it; nothing in it is ever executed."""

    path: Path

    @property
    def settings(self) -> Path:
        """The run as a value."""
        return self.path / "run.toml"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"

    @property
    def evaluation(self) -> Path:
        """The newest figures of every group of measures."""
        return self.path / "evaluation.json"

    @property
    def health(self) -> Path:
        """What `runs.health` found at each evaluation."""
        return self.path / "health.jsonl"

    @property
    def drawing(self) -> Path:
        """By which weights the training examples of the newest epoch were drawn."""
        return self.path / "weights.npz"

    def drawn_by(self) -> NDArray[np.float32] | None:
        """Those weights, (n,) in the order of the training split; None where there are none."""
        import numpy as np

        if not self.drawing.exists():
            return None
        try:
            with np.load(self.drawing, allow_pickle=False) as arrays:
                found: NDArray[np.float32] = arrays["weights"]
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            say(f"{self.drawing} is damaged ({error}): the next evaluation makes it anew.")
            return None
        return found

    def weights(self, which: Weights) -> Path:
        """File of the averaged weights, at the lowest held-out loss or the last."""
        return self.path / f"{which}.safetensors"

    def run(self) -> Run:
        """The run as a value.

        Raises:
            UserError: this is not the folder of a run.
        """
        from allegory.recipes.settings import read_run

        if not self.settings.exists():
            raise self.missing()
        return read_run(self.settings)

    def missing(self) -> UserError:
        """The error for a folder that is none of a run."""
        if not self.path.is_dir():
            return UserError(f"no such run: there is no folder {self.path}.")
        return UserError(
            f"{self.path} is not the folder of a run: run.toml or model.json is missing."
        )

    def model(
        self,
        which: Weights = "best",
        part: Callable[[Any], Any] | None = None,
        device: str = "auto",
    ) -> Model:
        """The kept model.

        Args:
            which: "best" averaged weights by held-out loss (the last where nothing was held out),
                the "last" averaged ones, or the "raw" weights of the newest checkpoint.
            part: as of `load_model`.
            device: that it computes on; "auto": a GPU where there is one.

        Raises:
            UserError: there is no such run, no weights in it yet, or no such device.
        """
        from allegory.training.precision import choose_device

        found: Any = self._model(which, part)
        model: Model = found.to(choose_device(device))
        return model

    def _model(self, which: Weights, part: Callable[[Any], Any] | None) -> Model:
        """The same, on the processor."""
        from allegory.models.files import load_model

        if which not in get_args(Weights):
            raise unknown("weights", which, get_args(Weights))
        if not (self.path / "model.json").exists():
            raise self.missing()
        if which == "raw":
            return load_model(self.path, self.from_checkpoint("game/model."), part)
        for choice in (which, "last"):
            if self.weights(choice).exists():
                return load_model(self.path, self.weights(choice), part)
        return load_model(self.path, self.from_checkpoint("average/"), part)

    def from_checkpoint(self, prefix: str) -> dict[str, Any]:
        """Tensors of the newest checkpoint whose names begin so, without it."""
        from allegory.training.checkpoint import Checkpoints

        newest = Checkpoints(self.checkpoints).newest()
        if newest is None:
            raise UserError(
                f"{self.path} holds no weights yet: 'allegory resume {self.path}' trains them."
            )
        tensors = newest.tensors.items()
        return {k.removeprefix(prefix): v for k, v in tensors if k.startswith(prefix)}

    def scores(self) -> dict[str, Any] | None:
        """The newest figures of every group of measures, if there are any."""
        if not self.evaluation.exists():
            return None
        try:
            scores: dict[str, Any] = json.loads(self.evaluation.read_text(encoding="utf-8"))
            if not isinstance(scores, dict):
                raise ValueError("it holds no JSON object")
        except ValueError as error:
            raise UserError(
                f"{self.evaluation} is damaged ({error}): 'allegory evaluate {self.path}' makes "
                "it anew."
            ) from error
        return scores

    def evaluations(self) -> list[dict[str, Any]]:
        """All evaluations, the oldest first; lines that can't be read are passed over."""
        try:
            lines = (self.path / "evaluations.jsonl").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []
        found = []
        for line in lines:
            with contextlib.suppress(ValueError):
                scores = json.loads(line)
                found += [scores] if isinstance(scores, dict) else []
        return found

    def keep_scores(
        self, scores: Mapping[str, Any], pictures: Mapping[str, NDArray[np.uint8]]
    ) -> None:
        """Keep an evaluation, strict JSON values: evaluations.jsonl has all of them, a line each.

        evaluation.json has the newest figures of every group of measures: a group that was not
        measured this time stays as it was, with what it rests on.

        Args:
            scores: of `runs.evaluate.Evaluation`.
            pictures: (H, W, C) each, written into the file that the scores of its group name.
        """
        from allegory.report.sheets import write_picture

        for group, picture in pictures.items():
            write_picture(picture, self.path / scores["measures"][group]["picture"])
        with atomic(self.evaluation) as file:
            text = json.dumps(self.merged(scores), indent=2, allow_nan=False)
            file.write((text + "\n").encode())
        try:
            with (self.path / "evaluations.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(scores, allow_nan=False) + "\n")
        except OSError as error:
            raise UserError(f"cannot write '{self.path}': {error.strerror or error}") from error

    def merged(self, scores: Mapping[str, Any]) -> dict[str, Any]:
        """These scores, with groups that only the evaluation before has."""
        try:
            before = (self.scores() or {}).get("measures", {})
        except UserError:
            before = {}
        known = {**before, **scores["measures"]}
        left_out = {k: why for k, why in scores["left_out"].items() if k not in known}
        measures = {name: known[name] for name in MEASURES if name in known}
        return {**scores, "measures": measures, "left_out": left_out}


def new_folder(out: str | Path | None, name: str) -> RunFolder:
    """The folder for a new run: `out`, or the next free of runs/NAME, runs/NAME-2 and so on.

    Raises:
        UserError: `out` holds a run already.
    """
    if out is not None:
        folder = RunFolder(Path(out))
        if folder.settings.exists():
            raise UserError(
                f"{out} already holds a run: 'allegory resume {out}' goes on with it; "
                "or choose another --out."
            )
        return folder
    number, path = 1, Path("runs") / name
    while path.exists():
        number += 1
        path = Path("runs") / f"{name}-{number}"
    return RunFolder(path)
