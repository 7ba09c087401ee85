"""Filmstrips with readings, and shaded tables."""

import xml.etree.ElementTree as ElementTree

import torch

from allegory.report.filmstrips import ReadStrip, film_strips
from allegory.report.matrix import Shares, matrices

SVG = "{http://www.w3.org/2000/svg}"


def strip(name, track, colour=0):
    n = len(track)
    frames = torch.linspace(-1, 1, n * 3 * 4 * 6).view(n, 3, 4, 6)
    return ReadStrip(name, "<said>", frames, [f"{k}°" for k in range(n)], track, colour)


def drawn(*strips):
    found = film_strips(strips, title="a & b", numbers="turn", track="smile", limits=(0, 1))
    return ElementTree.fromstring(found)


def heights(svg):
    return [float(dot.get("cy")) for dot in svg.iter(f"{SVG}circle")]


def test_every_frame_has_its_picture_and_its_numbers():
    svg = drawn(strip("one", [0.0, 0.5, 1.0]), strip("two", [1.0, -0.001, 0.25]))
    pictures = list(svg.iter(f"{SVG}image"))
    assert len(pictures) == 6
    assert all(p.get("href").startswith("data:image/png;base64,") for p in pictures)
    # frames keep their proportions
    assert all(float(p.get("width")) > 1.4 * float(p.get("height")) for p in pictures)
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert words.count("1.00") == words.count("0.00") == words.count("2°") == 2
    assert {"one", "two", "<said>", "turn", "smile"} <= set(words)


def test_the_track_rises_with_its_values_and_stays_in_its_row():
    low, middle, high, beyond = heights(drawn(strip("one", [0.0, 0.5, 1.0, 100.0])))
    assert low - middle == middle - high > 0
    assert 0 < high - beyond < low - high


def test_a_shaded_table_writes_every_share():
    table = Shares("<one>", ["z0", "z3"], [[0.1, 0.9], [0.0, 1.0]], [False, True])
    svg = ElementTree.fromstring(matrices([table, table], ["a", "b"], title="t"))
    cells = [float(cell.get("fill-opacity")) for cell in svg.iter(f"{SVG}rect")]
    assert len(cells) == 8
    assert cells[2] < cells[0] < cells[1] < cells[3] == 1
    marked = [t.text for t in svg.iter(f"{SVG}text") if t.get("font-weight")]
    assert marked == ["z3", "z3"]


def test_a_table_without_rows_is_drawn():
    ElementTree.fromstring(matrices([Shares("none", [], [], [])], ["a"], title="t"))


def test_tables_that_do_not_fit_lie_below():
    table = Shares("t", ["z0", "z1"], [[0.5] * 4] * 2, [False] * 2)
    svg = ElementTree.fromstring(matrices([table] * 3, list("abcd"), title="t"))
    places = [g.get("transform")[10:-1].split() for g in svg.iter(f"{SVG}g")]
    (x0, y0), (x1, y1), (x2, y2) = [tuple(map(int, place)) for place in places]
    assert x0 == x2 == y0 == y1 == 0
    assert x1 > 0
    *_, width, height = map(int, svg.get("viewBox").split())
    assert 2 * x1 <= width
    assert height == 2 * y2
