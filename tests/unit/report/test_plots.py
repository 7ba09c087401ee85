"""Ticks, numbers and plots."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegory.report.plots import Series, histogram, plot
from allegory.report.ticks import log_ticks, short, ticks

STYLES = ["line", "marks", "dots", "bars"]
SVG = "{http://www.w3.org/2000/svg}"


def test_a_histogram_counts_values_as_they_weigh():
    values, weights = [0.1, 0.1, 0.9], [1.0, 0.0, 3.0]
    bars = histogram(values, low=0.0, high=1.0, bins=2, name="", colour=0, weights=weights)
    assert bars.y == [0.5, 1.5]
    assert histogram(values, low=0.0, high=1.0, bins=2, name="", colour=0).y == pytest.approx(
        [4 / 3, 2 / 3]
    )


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_are_few_even_and_inside(low, width):
    found = ticks(low, low + width)
    assert 2 <= len(found) <= 7
    assert found[0] >= low - 1e-6 * width
    assert found[-1] <= low + width * (1 + 1e-6)


@given(st.floats(1e-6, 1e6), st.floats(1.1, 1e9))
def test_logarithmic_ticks_are_few_and_inside(low, ratio):
    found = log_ticks(low, low * ratio)
    assert 2 <= len(found) <= 11
    assert all(low * 0.999 <= v <= low * ratio * 1.001 for v in found)


def test_round_numbers():
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert ticks(-3, 7) == [-2, 0, 2, 4, 6]
    assert log_ticks(1, 100) == [1, 2, 5, 10, 20, 50, 100]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.03125, "0.0312"), (12.5, "12.5"), (-201.23, "−201.2"), (1240, "1,240"),
     (20000, "20k"), (1.5e6, "1.5M"), (1e-5, "1e−05"), (float("nan"), "–")],
)  # fmt: skip
def test_short_numbers(value, text):
    assert short(value) == text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "values", [[1.0, 3.0, 2.0], [5.0, 5.0, 5.0], [0.0, float("nan"), float("inf")], [], [1e20]]
)
def test_a_plot_is_well_formed_whatever_the_numbers(style, log, values):
    series = [Series("a < b & c", range(len(values)), values, style)]
    drawn = plot(series, title='say "x"', x_label="<x>", y_label="&", log=log)
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label") == 'say "x"'
    assert "nan" not in drawn
    assert "inf" not in drawn.replace("inside", "")


def test_marks_say_their_numbers():
    root = ElementTree.fromstring(plot([Series("loss", [1000], [2.5], "dots")], title="t"))
    assert [e.text for e in root.iter(f"{SVG}title")] == ["loss: 1,000, 2.5"]


def test_equal_axes_have_equal_units():
    drawn = plot([Series("", [0, 1], [0, 1], "dots")], title="t", equal=True)
    a, b = ElementTree.fromstring(drawn).iter(f"{SVG}circle")
    across = float(b.get("cx")) - float(a.get("cx"))
    assert across == pytest.approx(float(a.get("cy")) - float(b.get("cy")), abs=0.2)


def test_a_histogram_is_a_density():
    bars = histogram([0.0, 0.5, 1.0, 2.0, 9.0], low=0, high=2, bins=4, name="n", colour=0)
    assert list(bars.x) == [0.25, 0.75, 1.25, 1.75]
    assert sum(bars.y) * 0.5 == pytest.approx(4 / 5)
