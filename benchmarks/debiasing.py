"""Detectors that learned from a lopsided set, on an even one: which serves the worst group best?

python benchmarks/debiasing.py faces: rendered faces, 95 % of them light, from rendered objects.
python benchmarks/debiasing.py photographs --data FACES --negatives OTHER: photographs of faces, a
folder whose metadata.csv has a column "race", 95 % of them of one group, from other photographs.

All at 32x32. Training and validation examples are lopsided alike; test examples are even over the
groups. No recipe is told a group, and nothing was chosen by one: how hard the task is (the noise,
the number of examples and of images) was chosen by the baseline alone, so that it errs; all else
are the recipes' defaults. Data and sweeps stay in --work, where what is done is not done again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import allegory
from allegory.data.open import open_data

SIDE = 32
LOPSIDED = 0.95
SIZES = {
    "faces": {"train": 1000, "validation": 500, "test": 2000},
    "photographs": {"train": 500, "validation": 250, "test": 2000},
}
"""Positives of each split; there are as many negatives, or as many as there are."""
NOISE = {"faces": 90.0, "photographs": 140.0}
"""Deviation of the noise on each value of a picture, in grey levels of 255."""
TONES = ("darkest", "dark", "light", "lightest")
"""Quarters of the scale of skin tones; objects have a colour of it, too."""
IMAGES = 20_000
METHODS = {
    "classifier": ("classifier", {}),
    "dbvae": ("dbvae", {}),
    "dbvae-histograms": ("dbvae", {"density": "histograms"}),
    "dbvae-even": ("dbvae", {"alpha": 1e9}),
    "jtt": ("jtt", {"first_images": IMAGES // 10}),
    "afr": ("afr", {"first_images": 7 * IMAGES // 10}),
}
"""Recipe, and what differs from its defaults: stages have their default share of the run.
"dbvae-even" draws as the classifier does: what it gains, the shared encoder gains."""
FIGURES = {
    "groups": ("accuracy worst", "accuracy variance", "accuracy gap", "tpr worst", "tpr gap"),
    "classification": ("accuracy", "class negative"),
}
"""Of the measures, those that are kept beside all groups."""


def faces(args, sizes):
    """Rendered faces and objects: (pictures, split, label, groups), one after the other."""
    for seed, (split, n) in enumerate(sizes.items(), start=1):
        tones = "any" if split == "test" else f"{LOPSIDED:.0%} 0.5..1"
        for label, source in (("positive", "faces"), ("negative", "objects")):
            factors = (f"skin_tone={tones}",) if source == "faces" else ()
            data = open_data(source, size=str(SIDE), examples=n, data_seed=seed, factors=factors)
            tone = data.columns["skin_tone"].values
            group = np.array(TONES)[np.minimum((4 * tone).astype(int), 3)]
            yield data.store, split, label, group


def photographs(args, sizes):
    """Photographs, likewise: the largest group is the one that nearly all are of."""
    rng = np.random.default_rng(0)
    data, others = (
        open_data(folder, size=str(SIDE), mode="rgb") for folder in (args.data, args.negatives)
    )
    race = data.columns["race"]
    names, races = np.array(race.names), race.values
    large = np.bincount(races[races >= 0]).argmax()
    rows = {k: list(rng.permutation(np.flatnonzero(races == k))) for k in range(len(names))}
    rest = [k for k in rows if k != large]
    pool = list(rng.permutation(len(others)))
    fewer = min(1.0, len(others) / sum(sizes.values()))
    for split in ("test", "validation", "train"):
        n = sizes[split]
        if split == "test":
            wanted = dict.fromkeys(rows, n // len(rows))
        else:
            few = round((1 - LOPSIDED) * n)
            wanted = {k: few // len(rest) + (i < few % len(rest)) for i, k in enumerate(rest)}
            wanted[large] = n - few
        found = [rows[k].pop() for k, count in wanted.items() for _ in range(count)]
        yield data.store[np.sort(found)], split, "positive", names[races[np.sort(found)]]
        found = np.sort([pool.pop() for _ in range(int(fewer * n))])
        yield others.store[found], split, "negative", np.full(len(found), "")


def packed(args, path):
    """All of it in one file, with noise."""
    make = {"faces": faces, "photographs": photographs}[args.task]
    parts = [
        (np.asarray(x, dtype=np.float32), *(np.full(len(x), w) for w in (split, label)), group)
        for x, split, label, group in make(args, SIZES[args.task])
    ]
    x, split, label, group = (np.concatenate(column) for column in zip(*parts, strict=True))
    x += NOISE[args.task] * np.random.default_rng(0).standard_normal(x.shape, dtype=np.float32)
    x = x.clip(0, 255).round().astype(np.uint8)
    np.savez(path, x=x, split=split, label=label, group=group)


def trained(args, path, name, seed):
    """The folder of a run; it is trained where it has not been."""
    folder = args.work / args.task / f"{name}-{seed}"
    recipe, fields = METHODS[name]
    if not (folder / "report.html").exists():
        how = {"images": IMAGES, "network": "tiny", "evaluations": 5, "device": "cpu"}
        if (folder / "run.toml").exists():
            allegory.resume(folder)
        else:
            allegory.train(recipe, path, out=folder, seed=seed, **how, **fields)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=tuple(SIZES))
    parser.add_argument("--data", type=Path, help="folder of faces with metadata.csv")
    parser.add_argument("--negatives", type=Path, help="folder of other photographs")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--methods", nargs="+", default=tuple(METHODS), choices=tuple(METHODS))
    parser.add_argument("--work", type=Path, default=Path("runs/debiasing"))
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results/debiasing.json"
    )
    args = parser.parse_args()
    if args.task == "photographs" and not (args.data and args.negatives):
        parser.error("photographs take --data and --negatives")
    (args.work / args.task).mkdir(parents=True, exist_ok=True)
    path = args.work / f"{args.task}.npz"
    if not path.exists():
        packed(args, path)
    folders = [trained(args, path, name, k) for k in range(args.seeds) for name in args.methods]
    found = allegory.compare(
        *folders, measures=["groups", "classification"], group=["group"], examples=100_000
    )
    result = summary(args, path, found)
    kept = json.loads(args.out.read_text()) if args.out.exists() else {}
    args.out.write_text(json.dumps(kept | {args.task: result}, indent=2) + "\n")
    show(result)


def summary(args, path, found):
    """What is kept of a comparison: how many examples there are, and the figures."""
    with np.load(path) as arrays:
        columns = [arrays[name] for name in ("split", "label", "group")]
    counts = {}
    for split, label, group in zip(*columns, strict=True):
        of = counts.setdefault(f"{split} {label}", {})
        of[str(group)] = of.get(str(group), 0) + 1
    figures = {}
    for table in found["tables"]:
        for name, figure in table["figures"].items():
            if name in FIGURES[table["measure"]] or " of " in name:
                kept = ("label", "better", "values", "differences", "best")
                figures[f"{table['measure']}: {name}"] = {k: figure[k] for k in kept}
    return {
        "side": SIDE,
        "noise": NOISE[args.task],
        "images": IMAGES,
        "seeds": args.seeds,
        "methods": {name: dict(METHODS[name][1]) for name in args.methods},
        "examples": counts,
        "figures": figures,
    }


def show(result):
    """Print the figures, a row each."""
    for name, figure in result["figures"].items():
        best = f"best: {figure['best']}" if figure["best"] else "none is best"
        print(f"{name} ({best})")
        for system, value in figure["values"].items():
            more = figure["differences"].get(system)
            aside = f"; {words(more, '+')}" if more else ""
            print(f"    {system:20} {words(value)}{aside}")


def words(value, sign=""):
    ends = (
        "" if value["low"] is None else f" ({value['low']:{sign}.4f} … {value['high']:{sign}.4f})"
    )
    return f"{value['mean']:{sign}.4f}{ends}"


if __name__ == "__main__":
    main()
