"""How well classes are told."""

import math

import pytest
import torch

from allegory.errors import UserError
from allegory.measures.classification import classification


def sure(predicted, classes, p=1.0):
    """Probabilities of one who says `predicted` with confidence p."""
    rest = (1 - p) / (classes - 1)
    return torch.full((len(predicted), classes), rest).scatter(1, predicted[:, None], p)


def test_who_is_always_right_and_sure():
    y = torch.arange(30) % 3
    found = classification(y, sure(y, 3))
    assert found.accuracy.mean == found.balanced == found.accuracy.high == 1
    assert found.cross_entropy.mean == 0
    assert found.calibration_error == 0
    assert set(found.classes) == {0, 1, 2}


def test_who_is_right_three_times_of_four_and_says_so_is_calibrated():
    y = torch.zeros(400, dtype=torch.long)
    said = (torch.arange(400) % 4 == 0).long()
    found = classification(y, sure(said, 2, 0.75))
    assert found.accuracy.mean == 0.75
    assert found.accuracy.low < 0.75 < found.accuracy.high
    assert found.calibration_error == pytest.approx(0, abs=1e-4)
    entropy = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    assert found.cross_entropy.mean == pytest.approx(entropy)
    boasts = classification(y, sure(said, 2, 0.95))
    assert boasts.calibration_error == pytest.approx(0.2, abs=1e-4)


def test_a_rare_class_counts_as_much_in_the_mean_over_classes():
    y = torch.tensor([0] * 90 + [1] * 10)
    found = classification(y, sure(torch.zeros(100, dtype=torch.long), 2))
    assert found.accuracy.mean == 0.9
    assert found.balanced == 0.5
    assert found.classes[1].mean == 0
    assert found.classes[1].n == 10
    assert math.isfinite(found.cross_entropy.mean)  # though it was sure and wrong


def test_who_is_missing_is_left_out_and_classes_that_do_not_occur_have_no_figure():
    y = torch.tensor([0, -1, 2, 2])
    found = classification(y, sure(torch.tensor([0, 1, 2, 0]), 4))
    assert found.accuracy.n == 3
    assert {c: share.mean for c, share in found.classes.items()} == {0: 1.0, 2: 0.5}
    with pytest.raises(UserError, match="no example's class"):
        classification(y[1:2], sure(y[1:2].abs(), 4))
