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
import time
from pathlib import Path

import numpy as np

import allegory
from allegory.data.open import open_data

SIDE = 32
LOPSIDED = 0.95
PARTS = {"train": 1000, "validation": 500, "test": 2000}
"""Positives of each split; there are as many negatives."""
TONES = ("darkest", "dark", "light", "lightest")
"""Quarters of the scale of skin tones; objects have a colour of it, too."""
FEWEST = 200
"""Photographs that a group must have for the test."""
NOISE = {"faces": 90.0, "photographs": 90.0}
"""Deviation of the noise on each value of a picture, in grey levels of 255."""
IMAGES = 20_000
METHODS = {
    "classifier": ("classifier", {}),
    "dbvae": ("dbvae", {}),
    "dbvae-histograms": ("dbvae", {"density": "histograms"}),
    "jtt": ("jtt", {"first_images": IMAGES // 10}),
    "afr": ("afr", {"first_images": 7 * IMAGES // 10}),
}
"""Recipe, and what differs from its defaults: the stages have their default share of the run."""


def faces(args):
    """Rendered faces and objects: (pictures, what is known of each) for each split and label."""
    for seed, (split, n) in enumerate(PARTS.items(), start=1):
        tones = "any" if split == "test" else f"{LOPSIDED:.0%} 0.5..1"
        for label, source in (("positive", "faces"), ("negative", "objects")):
            factors = (f"skin_tone={tones}",) if source == "faces" else ()
            data = open_data(source, size=str(SIDE), examples=n, data_seed=seed, factors=factors)
            tone = data.columns["skin_tone"].values
            group = np.array(TONES)[np.minimum((4 * tone).astype(int), 3)]
            yield data.store, split, label, group


def photographs(args):
    """Photographs, likewise: the largest group is the one that most are of."""
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
    fewer = min(1.0, len(others) / sum(PARTS.values()))
    for split in ("test", "validation", "train"):
        n = PARTS[split]
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
        for x, split, label, group in make(args)
    ]
    x, split, label, group = (np.concatenate(column) for column in zip(*parts, strict=True))
    x += NOISE[args.task] * np.random.default_rng(0).standard_normal(x.shape, dtype=np.float32)
    x = x.clip(0, 255).round().astype(np.uint8)
    np.savez(path, x=x, split=split, label=label, group=group)
