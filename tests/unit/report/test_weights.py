"""What the page says of the weights by which examples were drawn."""

import re

import numpy as np
import pytest
import torch

from allegory.report.weights import weights_section
from fakes import OnlySamples, ellipses, fit, points

CURVES = [
    {"images": 100 * k, "seconds": k, "train": {"total": 1.0}, "rates": {"effective_share": 1 / k}}
    for k in range(1, 5)
]


def uneven(n):
    """A third are never drawn, and one is drawn often."""
    w = np.ones(n, np.float32)
    w[::3] = 0
    w[1] = n / 10
    return w


def test_there_is_no_section_without_weights_or_for_other_examples():
    data = ellipses(60, 8)
    assert weights_section(None, fit(data, 2), data, []) is None
    assert weights_section(np.ones(59, np.float32), fit(data, 2), data, []) is None


def test_pictures_shares_and_latents_before_and_after():
    data = ellipses(90, 8)
    section = weights_section(uneven(90), fit(data, 3), data, CURVES)
    assert "30 are never drawn" in section.lead
    assert section.body.count("<img") == 2
    assert section.body.count("<figcaption>latent z") == 3
    assert "Effective share over images seen" in section.body
    assert "The smallest weights: 0 times" in section.body


def test_shares_of_the_draws_are_those_of_the_weights():
    data = ellipses(90, 8)
    shape = data.table()["shape"].values
    w = np.where(shape == 0, 3.0, 1.0).astype(np.float32)
    section = weights_section(w, OnlySamples(data.media), data, [])
    wide = (shape == 0).mean()
    after = 3 * wide / (3 * wide + 1 - wide)
    assert re.search(rf"<td>wide</td>.*?<td>{wide:.1%}</td><td>{after:.1%}</td>", section.body)
    assert "latent" not in section.body.lower()


@pytest.mark.parametrize("w", [np.ones(60, np.float32), uneven(60)])
def test_vectors(w):
    data = points(60)
    section = weights_section(w, fit(data, 2), data, CURVES)
    assert "<img" not in section.body
    assert section.body.count("<figcaption>latent z") == 2


def test_latents_are_those_of_the_classes_that_are_weighed_apart():
    data = ellipses(90, 8)
    model = fit(data, 2)
    model.label, model.classes, model.predict_proba = "shape", ("wide", "tall"), torch.softmax
    tall = data.table()["shape"].values == 1
    w = np.where(tall, np.arange(90), 5.0).astype(np.float32)
    section = weights_section(w, model, data, [])
    assert f"Codes of {tall.sum()} examples" in section.body
