"""The audit of a data set: its page and tables, for all kinds of sources, stopped and resumed."""

import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import allegory
from allegory.cli.main import main
from allegory.errors import Interrupted, UserError
from allegory.runs.folder import RunFolder

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

ALWAYS = ["In short", "At a glance", "Latent map", "What varies"]
END = ["Unusual examples", "Near-duplicates", "What to do next"]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A model and features that learn from next to nothing."""
    for name in ("quick.MOST_IMAGES", "quick.LEAST_IMAGES", "audit.FEATURE_IMAGES"):
        monkeypatch.setattr(f"allegory.runs.{name}", 128)
    monkeypatch.setattr("allegory.tools.plane.ROUNDS", 250)


def draw_folder(folder, n, mode="RGB", labelled=False):
    """Soft spots, an exact copy, and two files that are no pictures."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:12, :10]
    for i in range(n):
        cy, cx = rng.uniform(2, 9, 2)
        spot = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 12)
        picture = (spot[..., None] * rng.uniform(80, 255, 3)).astype(np.uint8)
        name = folder / (("a" if i % 2 else "b") if labelled else "") / f"{i:03}.png"
        name.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).convert(mode).save(name)
        if i == 0:
            Image.fromarray(picture).convert(mode).save(name.with_name("copy.png"))
    (name.parent / "empty.jpg").write_bytes(b"")
    (name.parent / "<evil>.png").write_bytes(b"<script>")
    return folder


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def headings(page):
    return re.findall(r"<h2>(.*?)</h2>", page)


class Whole(HTMLParser):
    """Fails where tags do not close in order, a picture lacks a text, or something is loaded."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in ("meta", "img", "input", "source", "br"):
            self.open.append(tag)
        assert tag != "img" or attrs["alt"]
        assert attrs.get("src", "data:").startswith("data:")
        assert attrs.get("href", "#").startswith(("#", "weights.csv", "outliers.csv"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page_of(path):
    page = path.read_text(encoding="utf-8")
    Whole().feed(page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    return page


def test_a_small_folder_with_broken_files(tmp_path, capsys):
    folder, out = draw_folder(tmp_path / "mine", 30), tmp_path / "out"
    assert main(["audit", str(folder), "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["examples"], found["skipped"], found["exact_copies"]) == (31, 2, 1)
    assert found["outliers"] is None
    assert sorted(p.name for p in out.glob("[!.]*")) == [
        "audit.html",
        "map.json",
        "outliers.csv",
        "run",
        "weights.csv",
    ]
    page = page_of(out / "audit.html")
    assert headings(page) == [*ALWAYS, "Kinds of examples", "Dense and thin regions", *END]
    assert "<li>2 inputs can&#x27;t be used." in page
    assert "<li>1 exact copy and " in page
    assert "&lt;evil&gt;.png" in page
    assert "<evil>" not in page
    assert "Too few examples were" in page
    weights = [float(row["weight"]) for row in read(out / "weights.csv")]
    assert np.mean(weights) == pytest.approx(1)
    errors = [float(row["squared_error"]) for row in read(out / "outliers.csv")]
    assert errors == sorted(errors, reverse=True)
    assert len(errors) == len(weights) == 31


def test_grey_pictures_with_labels_and_enough_of_them_to_say_what_is_unusual(tmp_path):
    folder = draw_folder(tmp_path / "mine", 239, "L", labelled=True)
    with (folder / "metadata.csv").open("w") as file:
        file.write("file_name,tone\n" + "".join(f"a/{i:03}.png,{i}\n" for i in range(1, 239, 2)))
    page, found = allegory.audit(folder, out=tmp_path / "out")
    text = page_of(page)
    assert headings(text)[-4:] == ["Near-duplicates", "Labels in doubt", "Groups", END[-1]]
    assert isinstance(found["outliers"], int)
    assert set(found["labels_in_doubt"]) == {"label"}
    data = json.loads(re.search(r'application/json">(.*?)</script>', text)[1])
    assert len(data["places"]) == len(data["names"]) == 240
    assert [c["name"] for c in data["colours"]] == [
        "rarity",
        "kind",
        "how unusual (−log p)",
        "label",
        "tone",
    ]
    assert None in data["colours"][-1]["values"]
    assert all(len(c["values"]) == 240 for c in data["colours"])
    assert read(tmp_path / "out" / "outliers.csv")[0]["p_value"]


def test_what_stands_out_is_said_first(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3)).astype(np.float32)
    x[:16] += 12 * rng.normal(size=(16, 3))
    np.savez(tmp_path / "x.npz", x=x, label=np.array(["odd"] * 16 + ["usual"] * 384))
    page, _ = allegory.audit(tmp_path / "x.npz", out=tmp_path / "out")
    first = page_of(page).split("<section")[1]
    assert "label “odd”: only 4.0% of all (16)." in first
    assert re.search(r"label “odd”: 4% of all, \d\d% of the thinnest tenth", first)
    assert "usual”" not in first
    assert '<a href="#dense-and-thin-regions">' in first


@pytest.mark.parametrize("labelled", [True, False])
def test_vectors(tmp_path, labelled):
    x = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    known = {"label": np.array(["p", "n"] * 30)} if labelled else {}
    np.savez(tmp_path / "x.npz", x=x, **known)
    page, _ = allegory.audit(tmp_path / "x.npz", out=tmp_path / "out")
    text = page_of(page)
    assert ("Groups" in headings(text)) == labelled
    for name in ("subset.csv", "filled.npz"):  # vectors do not go to folders
        assert f"--out {name}</code>" in text
    assert "<img" not in text
    assert "atlas" not in json.loads(re.search(r'application/json">(.*?)</script>', text)[1])


def test_the_model_of_a_run_serves_for_its_own_data_and_for_others(tmp_path):
    folder = draw_folder(tmp_path / "mine", 40)
    fields = {"network": "tiny", "images": 64, "batch": 8, "evaluations": 1, "latents": 2}
    allegory.train("autoencoder", folder, out=tmp_path / "run", **fields)
    _, own = allegory.audit(run=tmp_path / "run", out=tmp_path / "own")
    assert own["examples"] == 41
    assert own["run"] == str(tmp_path / "run")
    other = draw_folder(tmp_path / "other", 20, "L")
    page, found = allegory.audit(other, run=tmp_path / "run", out=tmp_path / "out")
    assert found["examples"] == 21
    assert "<h2>What varies</h2>" in page_of(page)


def test_a_model_that_does_not_decode_tells_the_rarest(tmp_path):
    folder = draw_folder(tmp_path / "mine", 40)
    fields = {"network": "tiny", "images": 64, "batch": 8, "evaluations": 1}
    allegory.train("features", folder, out=tmp_path / "run", **fields)
    page, found = allegory.audit(run=tmp_path / "run", out=tmp_path / "out")
    assert found["outliers"] is None
    assert "The rarest by their code are first" in page_of(page)
    rows = read(tmp_path / "out" / "outliers.csv")
    assert "squared_error" not in rows[0]
    rarity = [float(row["rarity"]) for row in rows]
    assert rarity == sorted(rarity, reverse=True)


def test_of_many_small_groups_the_smallest_are_named(tmp_path):
    x = np.random.default_rng(0).normal(size=(120, 3)).astype(np.float32)
    label = np.array(["a"] * 100 + [f"b{k // 4}" for k in range(20)])
    label[100] = "c"
    np.savez(tmp_path / "x.npz", x=x, label=label)
    page, _ = allegory.audit(tmp_path / "x.npz", out=tmp_path / "out")
    first = page_of(page).split("<section")[1]
    assert first.count(": only ") == 3
    assert "label “c”: only 0.8% of all (1)." in first
    assert "Also small: 3 more groups." in first


def test_a_stopped_audit_goes_on_and_a_done_one_trains_no_more(tmp_path, monkeypatch, capsys):
    folder = draw_folder(tmp_path / "mine", 30)
    with monkeypatch.context() as patch:
        patch.setattr("allegory.training.world.World.any", lambda *_: True)
        with pytest.raises(Interrupted):
            allegory.audit(folder, out=tmp_path / "out")
    assert not (tmp_path / "out" / "audit.html").exists()
    _, first = allegory.audit(folder, out=tmp_path / "out")
    assert "going on from" in capsys.readouterr().err
    monkeypatch.setattr("allegory.runs.quick.learn", None)
    _, second = allegory.audit(folder, out=tmp_path / "out")
    assert first == second
    assert RunFolder(tmp_path / "out" / "run").run().game.network == "tiny"
    (folder / "005.png").unlink()
    capsys.readouterr()
    _, third = allegory.audit(folder, out=tmp_path / "out")
    assert third["examples"] == first["examples"] - 1
    assert "has changed since" in capsys.readouterr().err


def test_another_source_does_not_take_up_the_model(tmp_path):
    allegory.audit(draw_folder(tmp_path / "mine", 24), out=tmp_path / "out")
    with pytest.raises(UserError, match="another audit"):
        allegory.audit(draw_folder(tmp_path / "other", 24), out=tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a source"),
        (["nowhere"], "nowhere"),
        (["digits", "--size", "big"], "size"),
        (["--run", "nowhere"], "no such run"),
        (["--run", "here", "--size", "32"], "are of the quick model"),
        (["digits", "--rum", "x"], "did you mean '--run'"),
    ],
)
def test_mistakes_are_told_in_a_sentence(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "run.toml").touch()
    assert main(["audit", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_large_pictures_are_seen_at_64(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for i in range(8):
        picture = rng.integers(0, 255, (48, 96, 3), dtype=np.uint8)
        Image.fromarray(picture).save(folder / f"{i}.png")
    allegory.audit(folder, out=tmp_path / "out")
    media = RunFolder(tmp_path / "out" / "run").model().media
    assert (media.height, media.width) == (32, 64)


def test_copies_that_are_labelled_differently_are_told(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3)).astype(np.float32)
    x[30], x[31] = x[3], x[4]
    label = np.array(["p", "n"] * 30)
    label[3], label[30] = "p", "n"
    np.savez(tmp_path / "x.npz", x=x, label=label)
    page, found = allegory.audit(tmp_path / "x.npz", out=tmp_path / "out")
    assert found["exact_copies"] == 2
    assert found["copies_labelled_differently"] == 2
    text = page_of(page)
    assert "2 pairs of copies labelled differently." in text
    assert "<td>row 3</td><td>row 30</td><td>label: p, n</td>" in text
