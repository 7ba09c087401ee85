"""The audit of a data set: a quick model of it, or one that is there, and all that it shows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from allegory.capabilities import Decodes
from allegory.errors import UserError
from allegory.files import atomic
from allegory.measures.balance import MOST, balance
from allegory.measures.clusters import clusters
from allegory.measures.duplicates import near_duplicates
from allegory.measures.fidelity.features import plain_features
from allegory.measures.rarity import effective_size
from allegory.measures.reconstruction import squared_errors
from allegory.measures.suspects import label_suspects
from allegory.progress import say, track
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.report.audit.audited import Audited, Strange
from allegory.report.audit.copies import labelled_apart
from allegory.report.audit.latent_map import map_data
from allegory.report.audit.page import write_audit
from allegory.runs.at_work import at_work
from allegory.runs.features import features_for
from allegory.runs.folder import RunFolder
from allegory.runs.inputs import open_for
from allegory.runs.outliers import detector_of
from allegory.runs.quick import images_for, with_quick_model, with_run
from allegory.tools.concern import concern
from allegory.tools.detector_file import FEWEST
from allegory.tools.encode import encode_all, known_table, write_table
from allegory.tools.outliers import normal_parts, outlier_table
from allegory.tools.plane import in_the_plane
from allegory.tools.requires import require
from allegory.tools.running import home
from allegory.tools.spread import directions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.dataset import Dataset
    from allegory.measures.fidelity.features import Features
    from allegory.measures.suspects import Suspects
    from allegory.runs.quick import Begun

__all__ = ["MAP", "audit"]

MAP = "map.json"
"""What a program draws the map from."""

FEATURE_IMAGES = 40_000
"""Images that the feature network learns from, at most."""
MAPPED, DIRECTIONS, KINDS, COLUMNS = 2_000, 6, 12, 3
"""Examples on the map, directions, kinds, and columns whose labels are judged, at most."""
FALSE_ALARMS = (0.01, 0.05)
"""Share of usual examples that are called outliers: the first, where enough are held out."""


def audit(
    source: str | Path | None = None,
    *,
    run: str | Path | None = None,
    out: str | Path | None = None,
    size: str = "auto",
    mode: str = "auto",
    seed: int = 0,
) -> tuple[Path, dict[str, Any]]:
    """Audit a source, and leave audit.html, weights.csv, outliers.csv and map.json in a folder.

    Args:
        source: a source; None: the data of `run`.
        run: whose model looks at it; None: a quick one is trained, in the folder's "run", where a
            stopped audit goes on.
        out: the folder; None: audits/ and the source's name.
        size: of pictures that the quick model sees, as in training.
        mode: likewise, their channels.
        seed: of all that is drawn.

    Returns:
        The page, and what it says in numbers: JSON values.

    Raises:
        UserError: the source can't be opened, the model can't encode, or a run is to see another
            size.
        Interrupted: asked to stop; the same call goes on.
    """
    name = None if source is None else str(source)
    if run is not None:
        if (size, mode) != ("auto", "auto"):
            raise UserError("--size and --mode are of the quick model: that of a run has its own.")
        begun = with_run(RunFolder(Path(run)), name)
        with at_work(folder := _folder(out, begun.data.name)):
            return _write(look(begun, seed), folder, begun)
    if name is None:
        raise UserError("name a source, such as a folder of pictures, or a run with --run.")
    with at_work(folder := _folder(out, name)):
        begun = with_quick_model(name, RunFolder(folder / "run"), size, mode)
        return _write(look(begun, seed), folder, begun)


def _write(found: Audited, folder: Path, begun: Begun) -> tuple[Path, dict[str, Any]]:
    page = folder / "audit.html"
    table = {"weight": found.balance.weights, "rarity": found.balance.rarity}
    write_table(known_table(table, found.data), folder / "weights.csv")
    write_table(_outliers(found), folder / "outliers.csv")
    write_audit(found, page, run=begun.folder.path)
    with atomic(folder / MAP) as file:
        file.write(json.dumps(map_data(found), allow_nan=False).encode())
    return page, summary(found) | {"run": str(begun.folder.path)}


def _folder(out: str | Path | None, source: str) -> Path:
    if out is not None:
        return Path(out)
    name = Path(source.replace(":", "-")).expanduser().resolve().stem
    return Path("audits") / (name or "data")


def look(begun: Begun, seed: int) -> Audited:
    """Everything that the page shows."""
    model = require(begun.model, "audit")
    about = concern(model, begun.data)
    if len(about) < len(begun.data):
        say(f"the codes of this model are about {about.name}: the audit is of those.")
    data = replace(about, name=begun.data.name)
    codes, _ = encode_all(model, data, shown=True)
    with track("looking for what is alike", len(data)) as advance:
        weighed = balance(codes.astype(np.float64), advance=advance)
    columns = data.table()
    features = _features(data)
    described = features.of_data(data)
    say("looking for near-duplicates and labels in doubt.")
    pairs = near_duplicates(data, described, features, seed)
    suspects = _suspects(np.concatenate([described.numpy(), codes], 1), data, seed)
    strange = _strange(begun.folder, model, data, weighed.rarity, seed)
    mapped = _mapped(len(data), seed)
    say(f"laying out {len(mapped):,} examples on a map.")
    return Audited(
        data=data,
        check=begun.check,
        model=model,
        codes=codes,
        balance=weighed,
        mapped=mapped,
        places=in_the_plane(codes[mapped], seed),
        directions=directions(codes, columns, DIRECTIONS),
        clusters=clusters(codes, weighed.rarity, columns, KINDS, seed),
        strange=strange,
        pairs=pairs,
        suspects=suspects,
        features=features.name,
        seen_by=_seen_by(begun.folder),
    )


def _seen_by(folder: RunFolder) -> str:
    run = folder.run()
    return f"{run.recipe}, trained on {run.training.images:,} images: {folder.path}"


def _features(data: Dataset) -> Features:
    """What pairs and labels are compared by: a network that is trained once and kept."""
    images = images_for(data, FEATURE_IMAGES)
    if len(data.splits.get("train", ())) < 2:
        return plain_features(data.media)
    return features_for(data, change(recipe("features"), {"images": images, "evaluations": 2}))


def _suspects(
    features: NDArray[np.floating], data: Dataset, seed: int
) -> dict[str, Suspects | None]:
    """Labels in doubt of the first columns of categories, "label" before all."""
    columns = data.table()
    names = [
        name
        for name, column in columns.items()
        if column.kind == "category" and name != "split" and 1 < len(column.names) <= MOST
    ]
    names.sort(key=lambda name: name != "label")
    return {name: label_suspects(features, columns[name], seed) for name in names[:COLUMNS]}


def _strange(
    folder: RunFolder, model: Any, data: Dataset, rarity: NDArray[np.float64], seed: int
) -> Strange:
    """What the run's outlier detector says.

    Where too little was held out, how little comes back of an example; else how rare it is.
    """
    known, held_out = normal_parts(concern(model, open_for(folder.run(), model.media)))
    if len(held_out) >= FEWEST and len(known):
        # half of what is held out sets the threshold
        enough = len(held_out) // 2 + 1 >= 1 / FALSE_ALARMS[0]
        detector = detector_of(folder, false_alarms=FALSE_ALARMS[0 if enough else 1], seed=seed)
        # the other scores take three times as long
        found = detector.judge(data, (), shown=True)
        order = np.argsort(-found.scores[detector.score].numpy(), kind="stable")
        return Strange(detector, found, order, None)
    if not isinstance(model, Decodes):
        return Strange(None, None, np.argsort(-rarity, kind="stable"), None)
    errors = _errors(model, data)
    return Strange(None, None, np.argsort(-errors, kind="stable"), errors)


@torch.inference_mode()
def _errors(model: Any, data: Dataset) -> NDArray[np.float64]:
    """The mean squared error of each example's reconstruction, (n,)."""
    parts = []
    for rows in np.array_split(np.arange(len(data)), -(-len(data) // 256)):
        x = data.take(rows, device=home(model))
        back = model.decode(model.encode(x).mean)
        parts.append(squared_errors(x, back, data.media).cpu())
    return np.asarray(torch.cat(parts).double().numpy())


def _mapped(n: int, seed: int) -> NDArray[np.int64]:
    """Rows for the map, at most MAPPED, drawn at random."""
    if n <= MAPPED:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).permutation(n)[:MAPPED])


def _outliers(found: Audited) -> dict[str, NDArray[np.generic]]:
    strange = found.strange
    if strange.detector is not None and strange.found is not None:
        return outlier_table(found.data, strange.found, strange.detector.score)
    if strange.errors is not None:
        table = known_table({"squared_error": strange.errors}, found.data)
    else:
        table = known_table({"rarity": found.balance.rarity}, found.data)
    return {name: column[strange.order] for name, column in table.items()}


def summary(found: Audited) -> dict[str, Any]:
    """What the page says in numbers, as JSON values."""
    strange = found.strange.found
    names = [found.name(int(row)) for row in found.strange.order[:10]]
    return {
        "source": found.data.name,
        "examples": len(found.data),
        "skipped": len(found.check.skipped),
        "exact_copies": sum(len(group) - 1 for group in found.check.duplicates),
        "near_duplicates": len(found.pairs.rows),
        "copies_labelled_differently": len(labelled_apart(found)),
        "outliers": None if strange is None else int(strange.outlier.sum()),
        "most_unusual": names,
        "labels_in_doubt": {
            name: {"judge_right": s.accuracy, "in_doubt": len(s.rows) if s.able else None}
            for name, s in found.suspects.items()
            if s is not None
        },
        "kinds": [{"share": c.share, "rarity": c.rarity} for c in found.clusters],
        "directions": [{"name": d.name, "share": d.share} for d in found.directions],
        "effective": effective_size(found.balance.weights),
    }
