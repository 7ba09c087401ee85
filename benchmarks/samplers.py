"""Samples of runs beside each other: their distance from held-out data, over steps and solvers.

python benchmarks/samplers.py RUN ... [--samples 2000] [--out FILE]: runs of one data set, of any
recipe. Each draws by its own sampler; a model that denoises also in 1, 2, 4, ... steps of each
solver of --solvers. Fréchet and kernel distance to as many test examples, by the features that
`allegory evaluate` uses, with 95 % intervals over examples; and samples per second of processor
time, of one thread.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

import allegory
from allegory.capabilities import Denoises
from allegory.measures.fidelity import frechet_distance, kernel_distance
from allegory.media import Vectors, to_bytes, to_unit
from allegory.recipes.settings import read_run
from allegory.runs.features import features_for
from allegory.runs.inputs import held_out, open_for
from allegory.tools.sample import sample
from answer import answer


class Judge:
    """Compares samples with test examples."""

    def __init__(self, data, n):
        self.features, self.media = features_for(data), data.media
        self.real = self.features.of_data(held_out(data, n))

    def __call__(self, model):
        """What `model` draws, as far from the test examples as they are said to be."""
        began = time.process_time()
        x = sample(model, len(self.real), rng=0)
        pace = len(x) / (time.process_time() - began)
        if not isinstance(self.media, Vectors):
            x = to_unit(to_bytes(x))  # as files hold them
        drawn, found = self.features.of(x), {}
        for name, distance in (("frechet", frechet_distance), ("kernel", kernel_distance)):
            m = distance(self.real, drawn)
            found[name] = [round(v, 4) for v in (m.value, m.low, m.high)]
        return {**found, "samples a second": round(pace, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--samples", type=int, default=2_000)
    parser.add_argument("--solvers", nargs="*", default=["dpm++", "heun"])
    parser.add_argument("--steps", nargs="+", type=int, default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    first = allegory.load(options.runs[0])
    run = read_run(options.runs[0] / "run.toml")
    judge = Judge(open_for(run, first.media), options.samples)
    result = {"torch": torch.__version__, "samples": len(judge.real), "data": run.data.source}
    for path in options.runs:
        model, name = allegory.load(path), path.name
        ways = {"own": model}
        if isinstance(model, Denoises):
            ways |= {
                f"{solver}, {steps}": model.drawn_by(solver=solver, steps=steps)
                for solver in options.solvers
                for steps in options.steps
            }
        recipe = read_run(path / "run.toml")
        found = {"recipe": recipe.recipe, "images": recipe.training.images}
        for way, one in ways.items():
            found[way] = judge(one)
            print(name, way, found[way], flush=True)
        result[name] = found
    answer(result, options.out)


if __name__ == "__main__":
    main()
