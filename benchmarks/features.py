"""How good the default feature network is, on Fashion-MNIST: what it knows, and what it notices.

python benchmarks/features.py: accuracy of two classifiers on the features, beside pixels and an
untrained network; and the measures of fidelity for samples that get worse step by step.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

from allegory.data.open import open_data
from allegory.measures.fidelity import (
    density_coverage,
    frechet_distance,
    kernel_distance,
    precision_recall,
    two_sample_accuracy,
)
from allegory.measures.fidelity.features import encoder_features, plain_features
from allegory.models.build import build
from allegory.recipes.table import recipe
from allegory.runs.features import features_for

TRAIN, TEST = 10_000, 5_000


def accuracies(data, features):
    """Of 10 nearest neighbours, and of logistic regression, with labels of 10,000 examples."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    parts = [part(data, "train", TRAIN), part(data, "test", TEST)]
    x, y = (features.of_data(p, shown=False).numpy() for p in parts)
    labels = [p.table()["label"].values for p in parts]
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    models = (KNeighborsClassifier(10, algorithm="brute"), linear)
    return [model.fit(x, labels[0]).score(y, labels[1]) for model in models]


def part(data, name, n):
    """So many examples of a split, drawn by a seed."""
    whole = data.split(name)
    return whole.select(np.random.default_rng(0).permutation(len(whole))[:n])


def blurred(x, times):
    for _ in range(times):
        x = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    return x


def worse(x, labels):
    """Samples that get worse, by what is wrong with them."""
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    yield "the other half", x
    for s in (0.05, 0.1, 0.2, 0.4, 0.8):
        yield f"noise {s}", (x + s * noise).clamp(-1, 1)
    for times in (1, 2, 4, 8):
        yield f"blurred {times} times", blurred(x, times)
    for kinds in (9, 7, 5, 3, 1):
        yield f"{kinds} of 10 kinds", x[torch.from_numpy(labels < kinds)]
    yield "mirrored", x.flip(-1)


def main():
    data = open_data("fashion")
    began, worked = time.monotonic(), time.process_time()
    features = features_for(data)
    spent = time.monotonic() - began, time.process_time() - worked
    print(f"{features.name}: {spent[0]:.0f} s, {spent[1]:.0f} s of processor")
    torch.manual_seed(0)
    untrained = build(recipe("features").game.blueprint(data)).eval()
    for name, found in {
        "pixels": plain_features(data.media),
        "untrained": encoder_features(untrained, "untrained"),
        "features": features,
    }.items():
        neighbours, linear = accuracies(data, found)
        print(f"{name:10} neighbours {neighbours:.3f}  linear {linear:.3f}")
    test = part(data, "test", TEST)
    x, labels = test.take(np.arange(TEST)), test.table()["label"].values
    half = TEST // 2
    real = features.of(x[:half])
    print(f"{'':16} FD      limit   KD       precision recall density coverage accuracy")
    for name, samples in worse(x[half:], labels[half:]):
        fake = features.of(samples)
        fd, kd = frechet_distance(real, fake), kernel_distance(real, fake)
        pr, dc = precision_recall(real, fake), density_coverage(real, fake)
        row = (pr.precision, pr.recall, dc.density, dc.coverage, two_sample_accuracy(real, fake))
        shares = "     ".join(f"{m.value:.3f}" for m in row)
        print(f"{name:16} {fd.value:7.2f} {fd.limit:7.2f} {kd.value:8.4f} {shares}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
