"""Outlier detection on Fashion-MNIST beside scikit-learn and PyOD: AUROC of each score.

python benchmarks/outliers.py [--run RUN] [--out benchmarks/results/outliers.json]: normal are test
pictures of Fashion-MNIST, strange are digits, noise, plain, flipped and blurred pictures. Our
scores are those of the recipe vae with its defaults (trained here, unless the folder of such a run
is given), fitted on the training and calibrated on the validation split; scikit-learn's
IsolationForest and PyOD's VAE learn from the pixels of the same training split with their own
defaults. PyOD is left out where it is not installed. Last, what there is to be told of
flips: a classifier that is trained on flipped and on unflipped pictures. With --diffusion RUN the
density of a diffusion model alone is asked, of fewer pictures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from torch.nn import functional as F

import allegory
from allegory.files import atomic
from allegory.media import to_bytes
from allegory.tools.outliers import fit_detector
from allegory.tools.regret import likelihood_regret

EACH, FEW = 2_000, 200
"""Pictures of each kind, and of those whose regret is computed, which is slow."""
SIGMA = 1.5
"""Of the blur, in pixels."""
FALSE_ALARMS = 0.05
TOLD = {"network": "tiny", "images": 60_000, "augment": False, "evaluations": 5}
"""The classifier that is told of flips."""


def blurred(x):
    """Pictures blurred by a normal of deviation SIGMA."""
    reach = round(3 * SIGMA)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / SIGMA) ** 2)
    kernel = kernel / kernel.sum()
    x = F.pad(x, (reach,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(x, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def strange_kinds(normal):
    """Name -> strange pictures (n, 1, 28, 28) in [-1, 1]."""
    rng = torch.Generator().manual_seed(0)
    digits = allegory.open_data("digits")
    digits = digits.take(np.arange(min(EACH, len(digits))))
    return {
        "digits": F.interpolate(digits, size=(28, 28), mode="bilinear"),
        "noise": torch.rand(normal.shape, generator=rng) * 2 - 1,
        "plain": (torch.rand(EACH, 1, 1, 1, generator=rng) * 2 - 1).expand_as(normal),
        "upside down": normal.flip(2),
        "mirrored": normal.flip(3),
        "blurred": blurred(normal),
    }


def shown(data, x):
    """Pictures x as a data set of the media of another."""
    store = to_bytes(x).permute(0, 2, 3, 1).numpy()
    return replace(data, store=store, rows=np.arange(len(store)), columns={}, splits={})


def compared(normal, strange):
    """AUROC of each kind, by scores (n,) of normal ones and of those of each kind."""
    found = {}
    for name, values in strange.items():
        truth = np.repeat([0, 1], [len(normal), len(values)])
        found[name] = round(float(roc_auc_score(truth, np.r_[normal, values])), 4)
    return found


def ours(folder, data, normal, strange):
    """AUROCs by each of our scores, with how many are flagged."""
    model = allegory.load(folder)
    began = time.monotonic()
    how = {"false_alarms": FALSE_ALARMS}
    detector = fit_detector(model, data.split("train"), data.split("validation"), **how)
    seconds = {"fit": time.monotonic() - began}
    began = time.monotonic()
    of_normal = detector.judge(shown(data, normal))
    seconds["judge a thousand"] = (time.monotonic() - began) * 1000 / len(normal)
    of_strange = {name: detector.judge(shown(data, x)) for name, x in strange.items()}
    scores = {
        score: compared(
            of_normal.scores[score], {k: f.scores[score] for k, f in of_strange.items()}
        )
        for score in of_normal.scores
    }
    began = time.monotonic()
    regret = [
        likelihood_regret(model, x[:FEW], rng=0).numpy() for x in (normal, *strange.values())
    ]
    seconds["regret of a thousand"] = (time.monotonic() - began) * 1000 / (FEW * len(regret))
    scores["regret"] = compared(regret[0], dict(zip(strange, regret[1:], strict=True)))
    flagged = {
        name: round(float(found.outlier.double().mean()), 4)
        for name, found in {"normal": of_normal, **of_strange}.items()
    }
    return scores, flagged, {name: round(value, 1) for name, value in seconds.items()}


def diffused(folder, normal, strange):
    """AUROCs of −log p of a diffusion model, on few pictures: each takes a hundred calls of it."""
    model = allegory.load(folder)
    found = [
        -torch.cat([model.log_prob(part, rng=0) for part in x[:FEW].split(50)]).numpy()
        for x in (normal, *strange.values())
    ]
    return compared(found[0], dict(zip(strange, found[1:], strict=True)))


def peer(detector, score, train, normal, strange):
    """AUROCs of a detector on pixels by a score of its, and its seconds of training."""
    began = time.monotonic()
    detector.fit(train)
    seconds = round(time.monotonic() - began, 1)
    found = {k: score(flat(x)) for k, x in strange.items()}
    return compared(score(flat(normal)), found), seconds


def flat(x):
    return x.flatten(1).numpy()


def told(data, kind, normal, strange):
    """AUROC of a classifier that has seen flipped training pictures."""
    train = data.split("train")
    x = train.store[train.rows]
    axis = {"upside down": 1, "mirrored": 2}[kind]
    rng = np.random.default_rng(0)
    flipped = rng.random(len(x)) < 0.5
    x = np.where(flipped[:, None, None, None], np.flip(x, axis), x)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "flips.npz", x=x, labels=flipped.astype(np.int64))
        source, out = Path(folder) / "flips.npz", Path(folder) / "run"
        model = allegory.train("classifier", source, out=out, **TOLD).model()
    with torch.inference_mode():
        p = [
            torch.cat([model.predict_proba(b)[:, 1] for b in v.split(250)])
            for v in (normal, strange)
        ]
    return compared(p[0].numpy(), {kind: p[1].numpy()})[kind]


def pyod_detector():
    """PyOD's VAE with its own defaults; None where it is not installed."""
    try:
        from pyod.models.vae import VAE
    except ImportError:
        return None
    return VAE(contamination=FALSE_ALARMS, random_state=0, verbose=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="folder of a run of vae on fashion")
    parser.add_argument("--diffusion", type=Path, help="folder of one of diffusion: that alone")
    parser.add_argument("--out", type=Path, help="where to write the results as JSON")
    options = parser.parse_args()
    data = allegory.open_data("fashion")
    test = data.split("test")
    normal = test.take(np.random.default_rng(0).permutation(len(test))[:EACH])
    strange = strange_kinds(normal)
    if options.diffusion is not None:
        print(json.dumps({"n": FEW, "auroc": diffused(options.diffusion, normal, strange)}))
        return
    folder = options.run or Path(tempfile.mkdtemp()) / "run"
    if options.run is None:
        allegory.train("vae", "fashion", out=folder)
    scores, flagged, seconds = ours(folder, data, normal, strange)
    train = flat(data.split("train").take(np.arange(len(data.split("train")))))
    forest, vae = IsolationForest(random_state=0), pyod_detector()
    peers = {"IsolationForest": (forest, lambda x: -forest.score_samples(x))}
    if vae is None:
        print("PyOD is left out: it is not installed.")
    else:
        peers["PyOD VAE"] = (vae, vae.decision_function)
    for name, (detector, score) in peers.items():
        scores[name], seconds[f"{name}, training"] = peer(detector, score, train, normal, strange)
    flips = {kind: told(data, kind, normal, strange[kind]) for kind in ("upside down", "mirrored")}
    results = {
        "command": "python benchmarks/outliers.py",
        "n": {"normal": len(normal), **{k: len(x) for k, x in strange.items()}, "regret": FEW},
        "auroc": scores,
        "flagged": flagged,
        "false_alarms": FALSE_ALARMS,
        "auroc of a classifier that was told": flips,
        "seconds": seconds,
    }
    print(json.dumps(results, indent=2))
    if options.out is not None:
        with atomic(options.out) as file:
            file.write((json.dumps(results, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
