"""What `check` says of good, messy and hopeless sources."""

import json

import numpy as np
import pytest
from PIL import Image

from allegory.data.check import check
from allegory.data.open import open_data
from allegory.errors import UserError
from hostile import write_good, write_odd


@pytest.fixture
def messy(tmp_path):
    folder = tmp_path / "my pictures"
    for label, n in (("many", 24), ("few", 2)):
        write_good(folder / label, n, seed=n)
    (folder / "many" / "copy.png").write_bytes((folder / "few" / "good0.png").read_bytes())
    (folder / "many" / "broken.png").write_bytes(b"")
    (folder / "notes.txt").touch()
    return folder


def test_a_messy_folder(messy):
    report = check(messy)
    assert (report.kind, report.examples) == ("folder", 27)
    assert report.formats == {"png": 8, "jpeg": 7, "webp": 6, "bmp": 6}
    assert report.sizes == {"24x24": 27}
    assert report.modes == {"RGB": 27}
    assert report.ignored == {".txt": 1}
    assert report.labels == {"label": {"few": 2, "many": 25}}
    assert report.skipped == ({"path": "many/broken.png", "reason": "an empty file (0 bytes)"},)
    assert report.duplicates == (("few/good0.png", "many/copy.png"),)
    assert report.media == {
        "kind": "images",
        "mode": "RGB",
        "height": 24,
        "width": 24,
        "binary": False,
    }
    assert report.splits == {"train": 21, "validation": 3, "test": 3}
    assert report.store_bytes == 27 * 24 * 24 * 3
    assert report.next == f"allegory train vae '{messy}' --network tiny"
    said = " ".join(report.warnings)
    for words in ("few examples", "1 exact copy", "uneven: 25 of 'many', 2 of 'few'"):
        assert words in said


def test_the_report_is_one_json_object_and_readable_text(messy):
    report = check(messy)
    assert json.loads(report.to_json())["labels"] == report.labels
    text = report.text(width=70)
    assert max(map(len, text.splitlines())) <= 70
    for words in ("27", "24x24 RGB", "many/broken.png", "an empty file", "train 21", "next: "):
        assert words in text


def test_check_packs_what_training_opens(messy, capsys):
    check(messy)
    assert "reading pictures" in capsys.readouterr().err
    assert open_data(messy).splits
    assert "reading pictures" not in capsys.readouterr().err


def test_odd_pictures_are_counted(tmp_path):
    write_odd(tmp_path)
    report = check(tmp_path)
    assert (report.animated, report.rotated) == (2, 1)
    assert report.modes["I;16"] == 2
    assert report.modes["CMYK"] == 1
    assert sum(report.formats.values()) == report.examples


def test_pictures_that_do_not_fit_are_told(tmp_path):
    for i in range(4):
        Image.new("RGB", (400, 100 + i)).save(tmp_path / f"{i}.png")
    said = " ".join(check(tmp_path).warnings)
    assert "4 pictures lose over 25%" in said
    assert "enlarged" not in said
    assert "4 pictures are smaller than 256x256" in " ".join(check(tmp_path, size="256").warnings)


def test_built_in_names_and_arrays():
    digits = check("digits")
    assert (digits.kind, digits.examples, digits.formats) == ("built-in", 1797, {})
    assert sum(digits.labels["label"].values()) == 1797
    ring = check("ring", examples=50)
    assert ring.media["kind"] == "vectors"
    assert "vectors of 2" in ring.text()
    array = check(np.random.default_rng(0).random((5, 4, 4)))
    assert array.kind == "array"
    assert "taken as 0..1" in array.warnings[0]


def test_copies_across_given_splits_are_told(tmp_path):
    x = np.random.default_rng(0).random((6, 2))
    x[5] = x[0]
    split = np.array(["train"] * 4 + ["test"] * 2)
    np.savez(tmp_path / "a.npz", x=x, split=split, score=[1, 2, np.nan, 4, 5, 6])
    report = check(tmp_path / "a.npz")
    assert report.duplicates == (("0", "5"),)
    assert report.splits["test"] == 2
    assert "copies on both sides of the given splits: 1 group" in " ".join(report.warnings)
    assert report.numbers["score"] == {"missing": 1, "least": 1.0, "mean": 3.6, "greatest": 6.0}
    assert "1 to 6, mean 3.6, 1 missing" in report.text()


def test_hopeless_sources(tmp_path):
    with pytest.raises(UserError, match="no such file or folder"):
        check(tmp_path / "nowhere")
    with pytest.raises(UserError, match="looked, at any depth"):
        check(tmp_path)
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(UserError, match=r"no picture .* a\.png: not a picture but text"):
        check(tmp_path)
