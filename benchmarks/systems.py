"""Generative systems beside each other: one data set, equal time, equal number of samples.

python benchmarks/systems.py DATA --minutes 5 --runs FOLDER [--size 32] [--out FILE]: each of
--recipes, with its defaults, trains for so many minutes of the processor, one thread, on as many
images as it is paced to see in that time. Fréchet and kernel distance of as many samples of each
as there are test examples compared with, and samples a second: see samplers.py, which also takes
the runs that are left in FOLDER, for other solvers and numbers of steps.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

import allegory
from allegory.data.open import open_data
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.training.trainer import Trainer
from answer import answer
from samplers import Judge

SHARE = 0.9
"""Of the time, planned for training: the rest is for evaluations and the report."""
PACED = 15.0
"""Seconds over which a system is paced."""


def pace(run, data):
    """Images a second of the processor, after a warm-up."""
    settings = run.training.model_copy(update={"images": 10**9})
    trainer = Trainer(run.game.build(data), data.split("train"), None, settings)
    with trainer.working():
        for _ in range(10):
            trainer.round()
        began, before = time.process_time(), trainer.images
        while time.process_time() - began < PACED:
            trainer.round()
            trainer.guard()
    return (trainer.images - before) / (time.process_time() - began)


def train(name, fields, seconds, folder):
    """Train by a recipe for so long: the run, and what it took."""
    run = change(recipe(name), fields)
    images = int(SHARE * seconds * pace(run, open_data(run.data.source, run.data)))
    fields = {key: value for key, value in fields.items() if key != "source"}
    began = time.process_time()
    done = allegory.train(name, run.data.source, out=folder / name, images=images, **fields)
    return done, {"images": images, "seconds": round(time.process_time() - began, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="a source, or a path")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training, each")
    parser.add_argument("--recipes", nargs="+", default=["vae", "gan", "diffusion"])
    parser.add_argument("--size", default="auto")
    parser.add_argument("--samples", type=int, default=5_000)
    parser.add_argument("--runs", type=Path, required=True, help="folder to leave the runs in")
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    fields = {"source": options.data, "size": options.size}
    data = open_data(options.data, size=options.size)
    judge = Judge(data, options.samples)
    result = {
        "torch": torch.__version__,
        "data": data.name,
        "shape": data.media.shape,
        "minutes": options.minutes,
        "samples": len(judge.real),
    }
    for name in options.recipes:
        done, took = train(name, fields, 60 * options.minutes, options.runs)
        result[name] = took | judge(done.model())
        print(name, result[name], flush=True)
    answer(result, options.out)


if __name__ == "__main__":
    main()
