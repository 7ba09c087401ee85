"""Folders: what is found, what is skipped, what is known of the pictures."""

import shutil
import time

import numpy as np
import pytest
from PIL import Image

from allegory.data.check import check
from allegory.data.open import open_data
from allegory.data.scan import scan
from allegory.errors import UserError
from allegory.media import Images
from hostile import write_good, write_hostile, write_odd


def picture(path, colour=(9, 9, 9), size=(8, 6)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def test_hostile_files_are_all_named_and_the_rest_opens(tmp_path):
    good = write_good(tmp_path, 100)
    hostile = write_hostile(tmp_path)
    data = open_data(tmp_path)
    assert len(data) == len(good) == 100
    assert data.media == Images("RGB", 24, 24)
    reasons = {s.path: s.reason for s in data.skipped}
    assert set(reasons) == set(hostile)
    for name, words in hostile.items():
        assert words in reasons[name]
    text = check(tmp_path).text()
    assert all(name in text for name in hostile)


def test_pictures_come_in_natural_order_and_right(tmp_path):
    for i in (1, 2, 10, 11):
        picture(tmp_path / f"img{i}.PNG", (i, i, i))
    data = open_data(tmp_path)
    assert data.columns["file_name"].values.tolist() == [f"img{i}.PNG" for i in (1, 2, 10, 11)]
    np.testing.assert_array_equal(data.store[:, 0, 0, 0], [1, 2, 10, 11])
    assert not data.store.flags.writeable


def test_odd_pictures_open_at_the_size_and_mode_asked_for(tmp_path):
    names = write_odd(tmp_path)
    for mode, channels in (("grey", 1), ("rgb", 3), ("rgba", 4)):
        data = open_data(tmp_path, mode=mode, size="10x12")
        assert data.store.shape == (len(names), 10, 12, channels)


def test_grey_stays_grey_and_differing_sizes_become_64(tmp_path):
    Image.new("L", (30, 40)).save(tmp_path / "a.png")
    Image.new("LA", (50, 40)).save(tmp_path / "b.png")
    assert open_data(tmp_path).media == Images("L", 64, 64)
    picture(tmp_path / "c.png")
    assert open_data(tmp_path).media == Images("RGB", 64, 64)


def test_labels_from_folders(tmp_path):
    for i, name in enumerate(("cat/x/1.png", "cat/2.png", "dog/1.png")):
        picture(tmp_path / name, (i, 0, 0))
    label = open_data(tmp_path).columns["label"]
    assert (label.names, label.values.tolist()) == (("cat", "dog"), [0, 0, 1])
    picture(tmp_path / "loose.png")
    assert "label" not in open_data(tmp_path).columns


def test_split_folders_are_honoured(tmp_path):
    for i, name in enumerate(("train/a/1", "train/b/2", "train/b/3", "test/a/4", "test/b/5")):
        picture(tmp_path / f"{name}.png", (i, 0, 0))
    data = open_data(tmp_path)
    assert data.columns["label"].names == ("a", "b")
    held = data.split("test").table()["file_name"].values.tolist()
    assert held == ["test/a/4.png", "test/b/5.png"]
    assert len(data.split("validation")) == 1


def test_metadata(tmp_path):
    for i in range(6):
        picture(tmp_path / f"é{i}.png", (i, 0, 0))
    lines = ["file_name,age,kind,note,label,split"]
    lines += [f'./e\u0301{i}.png,{i}.5,{"ab"[i % 2]},"n{i}, x",{i % 2},' for i in range(4)]
    lines += ["é4.png,,,,1,test", "gone.png,1,a,b,1,"]
    (tmp_path / "metadata.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    data = open_data(tmp_path)
    columns = data.columns
    assert columns["age"].kind == "number"
    np.testing.assert_array_equal(columns["age"].values, [0.5, 1.5, 2.5, 3.5, np.nan, np.nan])
    assert columns["kind"].names == ("a", "b")
    assert columns["kind"].values.tolist() == [0, 1, 0, 1, -1, -1]
    assert columns["note"].kind == "text"
    assert columns["note"].values.tolist() == ["n0, x", "n1, x", "n2, x", "n3, x", "", ""]
    assert columns["label"].names == ("0", "1")
    assert data.splits["test"].tolist() == [4]
    assert [s.path for s in data.skipped] == ["gone.png"]
    assert any("1 of 6 pictures have no row" in w for w in check(tmp_path).warnings)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"name,age\na.png,3\n", "file_name"),
        (b"", "file_name"),
        (b"file_name,age\n\xff\xfe.png,3\n", "UTF-8"),
        (b"file_name,split\na.png,holdout\n", "holdout"),
    ],
)
def test_bad_metadata_is_refused_in_a_sentence(tmp_path, table, words):
    picture(tmp_path / "a.png")
    (tmp_path / "metadata.csv").write_bytes(table)
    with pytest.raises(UserError, match=words):
        open_data(tmp_path)


def test_other_files_are_counted_and_hidden_ones_passed_over(tmp_path):
    for name in ("a.png", "b.txt", "c.TXT", "README", ".hidden.png", ".cache/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "a.png").touch()
    found = scan(tmp_path)
    assert [f.name for f in found.files] == ["a.png"]
    assert found.ignored == {".txt": 2, "no extension": 1}


def test_names_that_are_no_text_and_linked_folders(tmp_path):
    folder = tmp_path / "here"
    picture(folder / "a.png")
    try:
        shutil.copy(folder / "a.png", bytes(folder) + b"/\xff\xfe.png")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    picture(tmp_path / "there" / "b.png")
    (folder / "link").symlink_to(tmp_path / "there", target_is_directory=True)
    names = open_data(folder).columns["file_name"].values.tolist()
    assert names == ["\\udcff\\udcfe.png", "a.png", "link/b.png"]


def test_nothing_there_and_nothing_readable(tmp_path):
    with pytest.raises(UserError, match=r"it is empty; looked, at any depth, for .*\.png"):
        open_data(tmp_path)
    (tmp_path / "a.mid").touch()
    with pytest.raises(UserError, match=r"it holds 1 \.mid"):
        open_data(tmp_path)
    (tmp_path / "a.png").touch()
    with pytest.raises(UserError, match=r"can be read, of 1: a\.png: an empty file"):
        open_data(tmp_path)


def test_a_change_is_seen_and_the_cache_is_used(tmp_path, monkeypatch):
    picture(tmp_path / "a.png")
    first = open_data(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("allegory.data.sources.folder.decode", None)
        assert open_data(tmp_path).fingerprint == first.fingerprint
        (tmp_path / "README").touch()
        assert check(tmp_path).ignored == {"no extension": 1}
    picture(tmp_path / "b.png")
    assert len(open_data(tmp_path)) == 2


def test_examples_takes_some_of_all(tmp_path):
    for i in range(20):
        picture(tmp_path / f"{i}.png", (i, 0, 0))
    some = open_data(tmp_path, examples=5).store[:, 0, 0, 0].tolist()
    assert len(some) == 5
    assert some == sorted(some) != [0, 1, 2, 3, 4]


def test_one_picture_is_a_source(tmp_path):
    picture(tmp_path / "a.png", (1, 2, 3))
    data = open_data(tmp_path / "a.png")
    assert len(data) == len(data.split("train")) == 1


def test_opening_again_is_fast(tmp_path):
    write_good(tmp_path, 300)
    open_data(tmp_path)
    start = time.perf_counter()
    open_data(tmp_path)
    assert time.perf_counter() - start < 0.5
