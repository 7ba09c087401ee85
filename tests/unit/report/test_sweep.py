"""The page and the plots of a sweep."""

import numpy as np
import pytest

from allegory.report.outcomes import Outcome, tabulate, text
from allegory.report.panels import draw_panels
from allegory.report.plots import plot
from allegory.report.sweep import write_sweep
from allegory.report.sweep_plots import axis_of, panels


def outcome(beta, seed, value, **more):
    values = {"beta": beta, **more}
    name = ",".join(f"{k}={v}" for k, v in values.items())
    return Outcome(f"{name}/seed={seed}", values, seed, {"group.error_rate": value, "same": 1.0})


THREE = [outcome(b, s, b + s) for s in (0, 1) for b in (1.0, 4.0, 16.0)]


def test_rows_are_over_the_seeds():
    rows = tabulate(THREE)
    assert [row.values["beta"] for row in rows] == [1.0, 4.0, 16.0]
    assert [row.measures["group.error_rate"].mean for row in rows] == [1.5, 4.5, 16.5]
    assert [o.seed for o in rows[0].outcomes] == [0, 1]


@pytest.mark.parametrize(
    ("value", "word"),
    [(4.0, "4"), (0.1, "0.1"), (True, "true"), ("auto", "auto"), (1e300, "1e+300")],
)
def test_values_are_written_as_a_person_would(value, word):
    assert text(value) == word


def test_a_wide_range_is_spaced_by_its_logarithm():
    axis = axis_of([16.0, 1.0, 4.0])
    assert axis.places[16.0] - axis.places[4.0] == pytest.approx(axis.places[4.0])
    assert [word for _, word in axis.ticks] == ["1", "4", "16"]


def test_a_narrow_range_is_spaced_by_its_difference():
    assert axis_of([2, 4, 8]).places == {2: 2.0, 4: 4.0, 8: 8.0}


def test_words_and_crowded_numbers_are_spaced_evenly():
    assert axis_of(["tiny", "auto", 4.0]).places == {"tiny": 0.0, "auto": 1.0, 4.0: 2.0}
    assert axis_of([0, 100, 1, 2]).places == {0: 0.0, 1: 1.0, 2: 2.0, 100: 3.0}
    assert axis_of([True, False]).places == {True: 0.0, False: 1.0}


def test_many_values_get_round_numbers():
    axis = axis_of([float(v) for v in np.geomspace(1.1, 97, 20)])
    assert len(axis.ticks) < 12
    assert {word for _, word in axis.ticks} >= {"10", "50"}


def test_what_differs_is_plotted_with_its_interval_and_its_runs():
    (panel,) = panels(tabulate(THREE))
    assert panel.title == "group · error rate"
    line, dots = panel.series
    assert list(line.y) == [1.5, 4.5, 16.5]
    low, high = line.spread[0]
    assert (low + high) / 2 == pytest.approx(1.5)
    assert len(dots.y) == 6
    drawn = plot(panel.series, title="x", x_ticks=panel.ticks)
    assert drawn.count('opacity=".5"') == 3
    assert ">16</text>" in drawn


def test_other_fields_are_curves_side_by_side():
    outcomes = [outcome(b, 0, b * k, latents=k) for b in (1.0, 4.0) for k in (2, 8)]
    (panel,) = panels(tabulate(outcomes))
    curves = [s for s in panel.series if s.name]
    assert [s.name for s in curves] == ["latents 2", "latents 8"]
    assert curves[0].x[0] < 1.0 < curves[1].x[0]


def test_panels_as_a_picture():
    made = panels(tabulate([*THREE]))
    one, three = draw_panels(made), draw_panels(made * 3)
    assert one.dtype == np.uint8
    assert three.shape == (2 * one.shape[0], 2 * one.shape[1], 3)
    assert len(np.unique(one.reshape(-1, 3), axis=0)) > 10
    assert (three[one.shape[0] :, one.shape[1] :] == 255).all()


def write(tmp_path, outcomes, planned=None):
    page, picture = tmp_path / "sweep.html", tmp_path / "sweep.png"
    write_sweep(
        page, picture, outcomes, recipe="vae", data="a<b", planned=planned or len(outcomes)
    )
    return page.read_text(encoding="utf-8"), picture


def test_the_page_needs_nothing_else_and_links_to_the_runs(tmp_path):
    page, picture = write(tmp_path, THREE)
    assert 'href="beta%3D4.0/seed%3D1/report.html">1</a>' in page
    assert "a&lt;b" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count('<svg class="plot"') == 1
    assert picture.exists()
    assert "Unfinished" not in page
    assert "Failed" not in page


def test_the_page_says_what_is_missing(tmp_path):
    broken = Outcome("beta=64/seed=0", {"beta": 64.0}, 0, {}, "not finite: <nan>")
    page, _ = write(tmp_path, [*THREE, broken], planned=9)
    assert "7 of 9 runs are done" in page
    assert "1 of 7 runs failed" in page
    assert "not finite: &lt;nan&gt;" in page


def test_seeds_alone_are_a_table_of_one_row(tmp_path):
    runs = [Outcome(f"seed={k}", {}, k, {"a.b": float(k)}) for k in range(3)]
    page, picture = write(tmp_path, runs)
    assert "vae over seeds" in page
    assert "settings of" not in page
    assert not picture.exists()


def test_one_seed_says_that_it_has_no_interval(tmp_path):
    page, _ = write(tmp_path, THREE[:3])
    assert "One seed: there is no interval" in page
    assert "Bars are" not in page


def test_where_nothing_succeeded_there_is_nothing_to_draw(tmp_path):
    page, picture = write(tmp_path, [Outcome("beta=1/seed=0", {"beta": 1.0}, 0, {}, "why")])
    assert "why" in page
    assert not picture.exists()


def test_what_failed_leaves_its_place_on_the_axis():
    broken = Outcome("beta=64/seed=0", {"beta": 64.0}, 0, {}, "why")
    (panel,) = panels(tabulate([*THREE, broken]))
    assert [word for _, word in panel.ticks] == ["1", "4", "16", "64"]
    low, high = panel.x_range
    assert low < panel.ticks[0][0] < panel.ticks[-1][0] < high
    assert max(panel.series[0].x) < panel.ticks[-1][0]
