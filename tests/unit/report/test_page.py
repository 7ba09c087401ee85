"""The page of a run, for models that can more or less."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from allegory.data.dataset import Skipped
from allegory.report.curves import POINTS, curves_section, last
from allegory.report.page import write_report
from allegory.report.scores import scores_section
from allegory.report.sheets import write_picture
from allegory.report.ticks import duration
from fakes import LinearCoder, LinearGenerator, OnlySamples, ellipses, fit, points

ALWAYS = ["Learning curves", "Scores", "Data", "Settings", "What to do next"]
OF_A_CODER = ["Reconstructions", "Latent axes", "Interpolations", "Latents"]
SETTINGS = {"recipe": "beta-vae", "data": {"source": "my <faces>"}, "game": {"beta": 4.0}}
SCORES = {
    "model": "new",
    "measures": {
        "density": {
            "basis": {"n": 40, "model": "new"},
            "figures": {
                "elbo": {"label": "ELBO", "value": -201.23, "low": None, "high": None},
                "best": {"label": "best", "value": None, "low": 1.0, "high": 2.0, "n": 7},
            },
        },
        "disentanglement": {
            "basis": {"n": 39, "reference": "test split", "model": "old"},
            "figures": {"mig": {"label": "MIG", "value": 0.25, "low": 0.2, "high": 0.3}},
            "notes": ["few examples"],
            "detail": {
                "importance": {
                    "latents": [0, 3],
                    "factors": ["smile", "turn"],
                    "values": [[0.1, 0.9], [0.75, 0.25]],
                }
            },
            "picture": "evaluation-disentanglement.png",
        },
    },
    "left_out": {"prediction": "no such columns"},
}


def records(n=30):
    found = []
    for k in range(1, n + 1):
        parts = {"reconstruction": 100 / k, "kl": 5.0, "total": 100 / k + 5}
        rates = {"images_per_second": 500.0, "learning_rate": 1e-3, "gradient_norm": 2.0}
        found.append({"images": 100 * k, "seconds": k / 5, "train": parts, "rates": rates})
        if k % 5 == 0:
            found.append({"images": 100 * k, "held_out": parts})
    return found


def report(tmp_path, model, data, **changes):
    given = {"settings": SETTINGS, "curves": records(), "scores": SCORES} | changes
    path = write_report(tmp_path / "my run", model, data, **given)
    assert path == tmp_path / "my run" / "report.html"
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    page = path.read_text(encoding="utf-8")
    Balanced().feed(page)
    return page


def headings(page):
    return re.findall(r"<h2>(.*?)</h2>", page)


class Balanced(HTMLParser):
    """Fails where tags do not close in order, where a picture lacks a text, or a link leaves."""

    VOID = frozenset({"meta", "img", "input", "source", "br"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "img":
            assert attrs["alt"]
        for name in ("src", "href", "srcset"):
            assert attrs.get(name, "#").startswith(("#", "data:image/"))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    "data", [ellipses(60, 16), ellipses(60, 8, "L"), points(60), points(60, 1)]
)
def test_a_model_that_can_everything_fills_every_section(tmp_path, data):
    page = report(tmp_path, fit(data, 1 if data.media.shape == (1,) else 3), data)
    assert headings(page) == ["Samples", *OF_A_CODER, *ALWAYS]
    assert "url(" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_a_plain_autoencoder_shows_no_samples(tmp_path):
    data = ellipses(60, 16)
    page = report(tmp_path, fit(data, 3, LinearCoder), data)
    assert headings(page) == [*OF_A_CODER, *ALWAYS]
    assert "allegory sample" not in page
    assert "on a straight line" in page


def test_a_model_that_only_samples(tmp_path):
    data = ellipses(60, 16)
    page = report(tmp_path, OnlySamples(data.media), data)
    assert headings(page) == ["Samples", *ALWAYS]
    assert "allegory encode" not in page


def test_axes_are_named_and_have_sliders(tmp_path):
    data = ellipses(300, 16)
    page = report(tmp_path, fit(data, 4), data)
    assert re.search(r"<strong>across \(0\.\d\d\)</strong>", page)
    assert page.count('<input type="range"') == 4


def test_a_run_without_history_is_shown(tmp_path):
    data = replace(points(30), splits={}, columns={})
    page = report(tmp_path, fit(data, 2), data, settings={}, curves=[], scores=None)
    assert headings(page) == ["Samples", *OF_A_CODER, "Data", "What to do next"]


def test_what_comes_from_outside_is_escaped(tmp_path):
    evil = "<script>alert('x')</script>"
    data = ellipses(40, 8)
    data = replace(
        data, name=evil, skipped=(Skipped(evil, evil),), columns={evil: data.columns["tone"]}
    )
    page = report(
        tmp_path,
        fit(data, 2),
        data,
        notes=[evil],
        scores={
            "measures": {
                evil: {
                    "basis": {evil: evil},
                    "figures": {evil: {"label": evil, "value": 1.0, "low": None, "high": None}},
                    "notes": [evil],
                    "detail": {"importance": {"latents": [0], "factors": [evil], "values": [[1]]}},
                }
            },
            "left_out": {evil: evil},
        },
        settings={evil: {evil: evil}},
    )
    assert evil not in page
    assert page.count("<script>") == 1


def test_commands_are_for_this_run(tmp_path):
    data = points(30)
    page = report(tmp_path, fit(data, 2), data)
    folder = str(tmp_path / "my run").replace("'", "&#x27;")
    assert f"allegory sample &#x27;{folder}&#x27; -n 64 --out samples.png" in page
    assert "&#x27;my &lt;faces&gt;&#x27; --out codes.csv" in page


def test_every_group_of_scores_has_a_table_that_says_what_it_rests_on(tmp_path):
    section = scores_section(SCORES, tmp_path)
    density, disentanglement, left_out = section.body.split("<h3>")[1:]
    assert "40 examples." in density
    assert "<td>−201.2</td>" in density
    assert "n = 7" in density
    assert "39 examples; reference: test split." in disentanglement
    assert "few examples" in disentanglement
    assert "other weights" in disentanglement
    assert "other weights" not in density
    assert "<img" not in section.body
    assert "no such columns" in left_out
    cells = re.findall(r'scope="row">(z\d)</th><td style="--part:([\d.]+)', disentanglement)
    assert cells == [("z3", "0.750"), ("z0", "0.100")]


def test_the_picture_of_a_group_is_shown_where_it_is_there(tmp_path):
    picture = np.full((8, 6, 1), 99, np.uint8)
    write_picture(picture, tmp_path / "evaluation-disentanglement.png")
    assert scores_section(SCORES, tmp_path).body.count("<img") == 1


@pytest.mark.parametrize("scores", [None, {}, {"measures": {}}, {"reconstruction": {"mean": 1}}])
def test_scores_without_groups_have_no_section(tmp_path, scores):
    assert scores_section(scores, tmp_path) is None


def test_the_same_run_gives_the_same_page(tmp_path):
    data = ellipses(40, 8)
    pages = [report(tmp_path, fit(data, 2), data) for _ in range(2)]
    assert pages[0] == pages[1]


def test_curves_are_thinned_and_skip_what_is_not_finite():
    curves = [
        {"images": k, "train": {"total": float("nan") if k == 7 else 1.0}} for k in range(999)
    ]
    section = curves_section(curves)
    assert section.body.count("<circle") <= POINTS
    assert "nan" not in section.body
    assert section.body.count("<svg class") == 1


def test_one_part_is_not_drawn_twice():
    curves = [{"images": k, "train": {"reconstruction": 2.0, "total": 2.0}} for k in range(9)]
    assert curves_section(curves).body.count("<figure>") == 1


def test_the_last_number():
    assert last(records(), "held_out", "total") == pytest.approx(100 / 30 + 5)
    assert last([], "held_out", "total") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (320, "5 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


def test_the_parts_of_the_page_are_package_data():
    import allegory.report

    folder = Path(allegory.report.__file__).parent
    assert {"page.html", "page.js", "style.css"} <= {p.name for p in folder.iterdir()}
    assert np.all([(folder / name).stat().st_size for name in ("page.html", "page.js")])


def test_a_model_that_only_decodes_moves_along_directions(tmp_path):
    data = ellipses(60, 8)
    model = LinearGenerator(data.media, fit(data, 3).axes)
    page = report(tmp_path, model, data)
    assert headings(page) == ["Samples", "Latent axes", "Interpolations", *ALWAYS]
    assert "<code>d0</code>" in page
    assert "<code>z0</code>" not in page
    assert "directions are those along which examples change most" in page
