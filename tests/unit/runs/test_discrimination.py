"""What a model's own discriminator says of training, held-out and generated examples."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from allegory.runs.evaluate import evaluate
from allegory.runs.measuring.subject import Options
from fakes import OnlySamples, points

OPTIONS = Options(examples=60, samples=80)


class Judges(OnlySamples):
    """Rates examples by a function of them."""

    def __init__(self, media, realness):
        super().__init__(media)
        self.realness = realness

    def features(self, x):
        return x.flatten(1)


def measured(data, realness, **changes):
    model = Judges(data.media, realness)
    found = evaluate(model, data, measures=["discrimination"], options=OPTIONS, **changes).scores
    group = found["measures"]["discrimination"]
    return group["figures"], group


def by_heart(data):
    """Who knows the training examples, and takes all else for generated."""
    seen = data.split("train").take(range(len(data.split("train"))))
    return lambda x: 0.1 + 0.8 * (x[:, None] == seen).all(2).any(1).float()


def test_who_can_not_tell():
    figures, group = measured(points(200), lambda x: torch.full((len(x),), 0.5))
    assert [figures[side]["value"] for side in ("train", "held_out", "samples", "area")] == [
        0.5
    ] * 4
    assert "overfitting" not in figures
    assert "left out: training examples are not rated above samples" in group["notes"][-1]
    basis = group["basis"]
    assert (basis["n_train"], basis["n_real"], basis["n_generated"]) == (60, 40, 80)


def test_who_tells_by_what_examples_have_in_common():
    # the ring lies round the square that samples are drawn from, but for some of its noise
    figures, _ = measured(points(200), lambda x: (2 * x.square().sum(1) - 3).sigmoid())
    assert figures["area"]["low"] > 0.6
    assert figures["overfitting"]["low"] < 0 < figures["overfitting"]["high"]


def test_who_tells_by_heart_is_caught():
    data = points(200)
    figures, _ = measured(data, by_heart(data))
    assert figures["train"]["value"] == pytest.approx(0.9)
    assert figures["held_out"]["value"] == figures["samples"]["value"] == pytest.approx(0.1)
    assert figures["area"]["value"] == 0.5
    assert figures["overfitting"]["value"] == pytest.approx(1)


def test_without_a_split_of_its_own_there_is_no_overfitting():
    data = points(200)
    untested = replace(data, splits={**data.splits, "test": np.arange(0)})
    for figures, group in (
        measured(untested, by_heart(data)),
        measured(data, by_heart(data), own=False),
    ):
        assert set(figures) == {"held_out", "samples", "area"}
        assert "Overfitting is left out: " in group["notes"][-1]


def test_a_sure_judge_is_said_to_be_cut():
    data = points(200)
    judge = by_heart(data)
    _, group = measured(data, lambda x: (judge(x) - 0.1) / 0.8)
    assert "100.0% of P(real) are 0 or 1 to rounding" in group["notes"][-1]
