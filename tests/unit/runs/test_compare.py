"""Systems side by side: which they are, what is compared with what, and what is kept."""

import json
import shutil

import numpy as np
import pytest

import allegory
from allegory.cli import compare, evaluate
from allegory.cli.main import main
from allegory.errors import UserError
from allegory.recipes.settings import change, write_run
from allegory.report.compare import write_comparison
from allegory.runs.compare import systems_of
from allegory.runs.folder import RunFolder

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

SMALL = {"images": 64, "network": "tiny", "batch": 16, "evaluations": 1, "device": "cpu"}
ASKED = {"measures": ["classification", "groups"], "group": ["half"]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two classifiers and a sweep of them on vectors whose groups are known; two VAEs."""
    home = tmp_path_factory.mktemp("systems")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLEGORY_CACHE", str(home / "cache"))
        rng = np.random.default_rng(0)
        x = rng.normal(size=(1000, 2)).astype(np.float32)
        label = np.where(x[:, 0] > 0, "yes", "no")
        half = np.where(x[:, 1] > 0, "upper", "lower")
        np.savez(home / "data.npz", x=x, label=label, half=half)
        np.savez(home / "other.npz", x=x + 1, label=label, half=half)
        for name in ("data", "other"):
            allegory.train("classifier", home / f"{name}.npz", out=home / name, **SMALL)
        allegory.sweep(
            "jtt", home / "data.npz", over={}, seeds=3, out=home / "jtt",
            measures=["classification"], first_images=16, **SMALL,
        )  # fmt: skip
        for beta in (1.0, 8.0):
            out = home / f"vae-{beta:g}"
            allegory.train("vae", home / "data.npz", out=out, beta=beta, latents=2, **SMALL)
    return home


@pytest.fixture(autouse=True)
def same_cache(home, monkeypatch):
    monkeypatch.setenv("ALLEGORY_CACHE", str(home / "cache"))


def tables(found):
    return {(table["measure"], *table["systems"]): table for table in found["tables"]}


def test_a_sweep_brings_its_seeds_and_a_run_is_a_system(home):
    found = allegory.compare(home / "jtt", home / "data", **ASKED)
    assert [(s["name"], s["recipe"], s["seeds"]) for s in found["systems"]] == [
        ("jtt", "jtt", [0, 1, 2]),
        ("data", "classifier", [0]),
    ]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    table = tables(found)["groups", "jtt", "data"]
    worst = table["figures"]["accuracy worst"]
    assert worst["label"].startswith("accuracy, worst group")
    assert worst["over"] == {"jtt": "seeds", "data": "examples"}
    assert worst["values"]["jtt"]["n"] == 3
    assert worst["differences"]["data"]["n"] == 1
    assert worst["best"] is None
    seeds = [
        allegory.evaluate(home / "jtt" / f"seed={k}", **ASKED)["measures"]["groups"]["figures"]
        for k in range(3)
    ]
    mean = np.mean([one["accuracy worst"]["value"] for one in seeds])
    assert worst["values"]["jtt"]["mean"] == pytest.approx(mean)


def test_any_systems_by_any_measure(home):
    found = allegory.compare(home / "vae-1", home / "vae-8", measures=["density"], draws=4)
    (table,) = found["tables"]
    assert table["systems"] == ["vae-1", "vae-8"]
    assert table["basis"]["draws"] == 4
    assert "model" not in table["basis"]
    assert set(table["figures"]) >= {"negative_elbo"}


def test_figures_of_other_examples_are_not_put_side_by_side(home):
    found = allegory.compare(home / "data", home / "other", **ASKED)
    assert set(tables(found)) == {
        (measure, name) for measure in ASKED["measures"] for name in ("data", "other")
    }
    assert any(
        "[data] and [other] are not comparable, for they differ in" in n for n in found["notes"]
    )
    for table in found["tables"]:
        for figure in table["figures"].values():
            assert figure["best"] is None
            assert figure["differences"] == {}
    same = allegory.compare(home / "data", home / "other", source=str(home / "data.npz"), **ASKED)
    assert set(tables(same)) == {(measure, "data", "other") for measure in ASKED["measures"]}


def test_the_same_pictures_with_other_columns_are_other_examples(home, tmp_path):
    with np.load(home / "data.npz") as arrays:
        known = dict(arrays)
    known["half"] = known["half"][::-1]
    np.savez(tmp_path / "data.npz", **known)
    allegory.train("classifier", tmp_path / "data.npz", out=tmp_path / "run", **SMALL)
    found = allegory.compare(home / "data", tmp_path / "run", **ASKED)
    assert ("groups", "data", "run") not in tables(found)


def test_what_is_known_is_not_measured_again_and_what_is_not_is(home, capsys):
    asked = {"measures": ["classification"], "examples": 30}
    first = allegory.compare(home / "data", home / "jtt", **asked)
    kept = RunFolder(home / "data").evaluations()
    assert "classification: 30 of 30" in capsys.readouterr().err
    assert allegory.compare(home / "data", home / "jtt", **asked) == first
    assert "classification: 30 of 30" not in capsys.readouterr().err
    assert RunFolder(home / "data").evaluations() == kept
    for other in ({"examples": 29}, {"weights": "last"}, {"seed": 1}, ASKED):
        allegory.compare(home / "data", home / "jtt", **{**asked, **other})
        assert len(RunFolder(home / "data").evaluations()) > len(kept)
        kept = RunFolder(home / "data").evaluations()


def test_weights_that_have_changed_are_measured_again(home, tmp_path):
    allegory.train("classifier", home / "data.npz", out=tmp_path / "run", **SMALL)
    pair = (tmp_path / "run", home / "jtt")
    allegory.compare(*pair, measures=["classification"])
    before = len(RunFolder(tmp_path / "run").evaluations())
    allegory.resume(tmp_path / "run", images=128)
    allegory.compare(*pair, measures=["classification"])
    assert len(RunFolder(tmp_path / "run").evaluations()) == before + 1


def test_what_a_system_can_not_do_is_said_and_the_others_are_compared(home):
    found = allegory.compare(home / "vae-1", home / "data", measures=["density", "classification"])
    assert set(tables(found)) == {("density", "vae-1"), ("classification", "data")}
    assert "Scores" in found["left_out"]["density"]["data"]
    assert "Classifies" in found["left_out"]["classification"]["vae-1"]


def test_mistakes_are_told(home, tmp_path):
    with pytest.raises(UserError, match="two systems at least"):
        allegory.compare(home / "data")
    with pytest.raises(UserError, match="no such run"):
        allegory.compare(home / "data", home / "dta")
    with pytest.raises(UserError, match="with the same seed"):
        allegory.compare(home / "data", home / "data")
    with pytest.raises(UserError, match="named twice"):
        allegory.compare(home / "jtt", home / "data" / ".." / "jtt")
    with pytest.raises(UserError, match="did you mean 'density'"):
        allegory.compare(home / "data", home / "jtt", measures=["densty"])
    with pytest.raises(UserError, match=r"nothing to compare: groups: .*did you mean 'half'"):
        allegory.compare(home / "data", home / "jtt", measures=["groups"], group=["hlf"])


def test_runs_that_differ_in_their_seed_are_one_system(home, tmp_path):
    for seed in (0, 1):
        out = tmp_path / f"plain-{seed}"
        allegory.train("classifier", home / "data.npz", out=out, seed=seed, **SMALL)
    paths = [tmp_path / "plain-0", home / "jtt", tmp_path / "plain-1"]
    assert [(s.name, list(s.runs)) for s in systems_of(paths)] == [
        ("plain", [0, 1]),
        ("jtt", [0, 1, 2]),
    ]


def test_systems_whose_folders_begin_alike_have_names_of_their_own(home, tmp_path):
    ways = [{"seed": 0}, {"seed": 1}, {"lr": 0.01}, {"seed": 1, "lr": 0.01}, {"lr": 0.02}]
    for number, way in enumerate(ways, start=1):
        out = tmp_path / f"plain-{number}"
        run = change(RunFolder(home / "data").run(), way)
        out.mkdir()
        write_run(run, RunFolder(out).settings)
    found = systems_of([tmp_path / f"plain-{number}" for number in range(1, 6)])
    assert [(s.name, list(s.runs)) for s in found] == [
        (str((tmp_path / "plain-1").resolve()), [0, 1]),
        (str((tmp_path / "plain-3").resolve()), [0, 1]),
        ("plain-5", [0]),
    ]


def test_runs_of_a_sweep_that_have_not_ended_are_left_out(home, tmp_path, capsys):
    shutil.copytree(home / "jtt", tmp_path / "jtt")
    settings = RunFolder(tmp_path / "jtt" / "seed=1").settings
    settings.write_text(settings.read_text().replace("images = 64", "images = 65"))
    found = systems_of([tmp_path / "jtt", home / "data"])
    assert [list(system.runs) for system in found] == [[0, 2], [0]]
    assert "1 of 3 runs have not ended: left out" in capsys.readouterr().err


def test_a_sweep_over_values_is_a_system_for_each(home, tmp_path):
    allegory.sweep(
        "classifier", home / "data.npz", over={"lr": [0.001, 0.01]}, seeds=1,
        out=tmp_path / "swept", measures=["classification"], **SMALL,
    )  # fmt: skip
    assert [s.name for s in systems_of([tmp_path / "swept"])] == [
        "swept lr=0.001",
        "swept lr=0.01",
    ]


def test_the_page_and_the_command_line(home, tmp_path, capsys):
    words = ["compare", home / "jtt", home / "data", "--measure", "groups", "--group", "half"]
    page = tmp_path / "compare.html"
    assert main([*map(str, words), "--out", str(page)]) == 0
    out = capsys.readouterr().out
    assert "accuracy, worst group" in out
    html = page.read_text()
    assert html.count("<table") == 2
    for text in ("accuracy, worst group", "in pairs of the same seed", "report.html", "Systems"):
        assert text in html
    assert main([*map(str, words), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [s["name"] for s in found["systems"]] == ["jtt", "data"]
    assert main([*map(str, words), "--out", "compare.png"]) == 2
    assert "compare.html" in capsys.readouterr().err


def test_the_page_shows_what_the_systems_make(home, tmp_path):
    pages = []
    for runs in (("vae-1", "data", "vae-8"), ("jtt", "data")):
        paths = (home / run for run in runs)
        found = allegory.compare(*paths, measures=["density", "classification"], draws=4)
        write_comparison(tmp_path / "page.html", found)
        pages.append((tmp_path / "page.html").read_text())
    assert pages[0].count('class="plot"') == 2
    assert "vae-1: samples" in pages[0]
    assert 'class="plot"' not in pages[1]


def test_names_are_shown_as_they_are(home, capsys):
    scores = allegory.evaluate(home / "data", **ASKED)
    evaluate.show(json.loads(json.dumps(scores).replace("upper", "[b]").replace("lower", "[/i]")))
    out = capsys.readouterr().out
    assert "[b]" in out
    assert "[/i]" in out
    found = json.dumps(allegory.compare(home / "jtt", home / "data", **ASKED))
    compare.show(json.loads(found.replace('"jtt"', '"[/b]"').replace("upper", "[i]")))
    out = capsys.readouterr().out
    assert "[/b]" in out
    assert "[i]" in out


def test_names_are_escaped_on_the_page(home, tmp_path):
    found = allegory.compare(home / "jtt", home / "data", measures=["classification"])
    text = json.dumps(found).replace('"jtt"', '"<b>"')
    write_comparison(tmp_path / "page.html", json.loads(text))
    assert "<b>" not in (tmp_path / "page.html").read_text()
