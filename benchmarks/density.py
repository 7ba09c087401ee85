"""Density of a diffusion model against the truth, on the toys whose density is known.

python benchmarks/density.py [--seeds 1] [--images N] [--out FILE]: the recipe diffusion-toy with
its defaults on each toy. Of held-out points: the mean of the true log-density less the model's, in
nats, an estimate of KL(data ‖ model), with its standard error; and how far as many samples lie
from the data (sliced Wasserstein), over how far other data do. The same figures as of claim C19.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import allegory
from allegory.data.open import open_data
from allegory.measures.wasserstein import sliced_wasserstein
from allegory.tools.sample import sample
from answer import answer

TOYS = ("line", "ring", "grid", "swiss-roll", "moons")
EXAMPLES, POINTS, DIRECTIONS = 50_000, 1_000, 64
ASKED = 0.05
"""Nats."""


def look(toy, seed, fields, folder):
    """Train on a toy, and compare density and samples with the truth."""
    began = time.process_time()
    run = allegory.train(
        "diffusion-toy", toy, out=folder, examples=EXAMPLES, seed=seed, evaluations=5, **fields
    )
    seconds, model = time.process_time() - began, run.model()
    data = open_data(toy, examples=EXAMPLES)
    test, train = (data.split(name) for name in ("test", "train"))
    real, other = (side.take(np.arange(len(test))) for side in (test, train))
    x = real[:POINTS]
    truth = torch.from_numpy(data.log_density(x.double().numpy()))
    with torch.inference_mode():
        gap = truth - model.log_prob(x, rng=0).double()
    directions = torch.randn(DIRECTIONS, real.shape[1], generator=torch.Generator().manual_seed(0))
    drawn = sample(model, len(real), rng=seed)
    far = sliced_wasserstein(drawn, real, directions) / sliced_wasserstein(other, real, directions)
    return {
        "nats": round(float(gap.mean()), 4),
        "standard error": round(float(gap.std()) / len(gap) ** 0.5, 4),
        "distance of samples": round(far, 2),
        "seconds of training": round(seconds, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--images", type=int, help="instead of the recipe's")
    parser.add_argument("--toys", nargs="+", choices=TOYS, default=TOYS)
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    fields = {} if options.images is None else {"images": options.images}
    result = {"torch": torch.__version__, "asked": ASKED, **fields}
    with tempfile.TemporaryDirectory() as folder:
        for toy in options.toys:
            result[toy] = [
                look(toy, seed, fields, Path(folder) / f"{toy}-{seed}")
                for seed in range(options.seeds)
            ]
            print(toy, result[toy], flush=True)
    answer(result, options.out)


if __name__ == "__main__":
    main()
