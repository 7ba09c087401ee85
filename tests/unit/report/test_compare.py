"""The cells of a comparison: as many digits as the interval is worth."""

import pytest

from allegory.report.compare import cell, label, numbers


@pytest.mark.parametrize(
    ("mean", "low", "high", "shown", "around"),
    [
        (0.94443, 0.94102, 0.94784, "0.9444", "0.9410 … 0.9478"),
        (-0.00182, -0.0133, 0.00966, "−0.002", "−0.013 … 0.010"),
        (1234.5, 1200.0, 1270.0, "1,234", "1,200 … 1,270"),
        (12.34, 11.0, 13.7, "12.3", "11.0 … 13.7"),
        (0.5, 0.5, 0.5, "0.5", "0.5 … 0.5"),
        (0.5, None, None, "0.5", ""),
        (2e-9, 1e-9, 3e-9, "2e−09", "1e−09 … 3e−09"),
    ],
)
def test_digits_are_those_that_the_interval_leaves(mean, low, high, shown, around):
    assert numbers({"mean": mean, "low": low, "high": high}) == (shown, around)


def test_a_cell_has_the_difference_and_who_is_best():
    figure = {
        "label": "accuracy", "unit": "", "better": "higher", "best": "b",
        "values": {"a": {"mean": 0.5, "low": 0.4, "high": 0.6},
                   "b": {"mean": 0.9, "low": 0.8, "high": 1.0}},
        "differences": {"b": {"mean": 0.4, "low": None, "high": None}},
    }  # fmt: skip
    assert cell(figure, "a") == ("0.50", "0.40 … 0.60", "", False)
    assert cell(figure, "b") == ("0.90", "0.80 … 1.00", "+0.4", True)
    assert cell(figure, "c") == ("–", "", "", False)
    assert label(figure) == "accuracy ↑"
