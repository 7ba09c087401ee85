"""Positives and negatives from two sources: one data set, split and told apart as it should be."""

import numpy as np
import pytest
from PIL import Image

import allegory
from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.media import Images


def pictures(n, side=8, seed=0, channels=3):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, channels), dtype=np.uint8)


def folder(path, x, rows=()):
    """A folder of these pictures, and a metadata.csv of these rows after the file names."""
    path.mkdir()
    for i, one in enumerate(x):
        Image.fromarray(one.squeeze()).save(path / f"{i:03}.png")
    if rows:
        head, *body = rows
        lines = [f"file_name,{head}", *(f"{i:03}.png,{row}" for i, row in enumerate(body))]
        (path / "metadata.csv").write_text("\n".join(lines))
    return path


@pytest.fixture
def two(tmp_path):
    return (
        folder(tmp_path / "faces", pictures(30)),
        folder(tmp_path / "others", pictures(20, seed=1)),
    )


def labels(data):
    column = data.table()["label"]
    return [column.names[k] for k in column.values]


def test_positives_come_first_and_are_told_apart(two):
    faces, others = two
    data = open_data(faces, negatives=str(others))
    assert data.name == str(faces)
    assert labels(data) == ["positive"] * 30 + ["negative"] * 20
    assert np.array_equal(data.store[:30], open_data(faces).store)
    assert np.array_equal(data.store[30:], open_data(others).store)


def test_each_split_has_its_share_of_both(two):
    faces, others = two
    data = open_data(faces, negatives=str(others))
    for name, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        column = data.split(name).table()["label"].values
        assert (column == 1).sum() == round(share * 30)
        assert (column == 0).sum() == round(share * 20)
    rows = np.sort(np.concatenate(list(data.splits.values())))
    assert np.array_equal(rows, np.arange(50))


@pytest.mark.parametrize(("side", "channels"), [(17, 3), (8, 1), (5, 1)])
def test_negatives_are_read_like_the_positives(tmp_path, side, channels):
    faces = folder(tmp_path / "faces", pictures(12))
    others = folder(tmp_path / "others", pictures(9, side=side, channels=channels))
    data = open_data(faces, negatives=str(others))
    assert data.media == Images("RGB", 8, 8)
    assert len(data) == 21
    grey = open_data(others, negatives=str(faces))
    mode = "L" if channels == 1 else "RGB"
    assert grey.media == Images(mode, side, side)


def test_positives_are_read_as_the_settings_say(two):
    faces, others = two
    data = open_data(faces, negatives=str(others), size="6x4", mode="grey", examples=10)
    assert data.media == Images("L", 6, 4)
    assert labels(data).count("positive") == labels(data).count("negative") == 10


def test_what_one_side_does_not_know_is_missing(tmp_path):
    rows = ("age,race,note", *(f"{i},{'ab'[i % 2]},n{i}" for i in range(12)))
    faces = folder(tmp_path / "faces", pictures(12), rows)
    others = folder(tmp_path / "others", pictures(8, seed=1), ("hue", *map(str, range(8))))
    table = open_data(faces, negatives=str(others)).table()
    assert table["race"].names == ("a", "b")
    assert table["race"].values.tolist() == [0, 1] * 6 + [-1] * 8
    assert np.isnan(table["age"].values[12:]).all()
    assert table["age"].values[:12].tolist() == list(range(12))
    assert table["note"].values[12:].tolist() == [""] * 8
    assert np.isnan(table["hue"].values[:12]).all()


def test_categories_of_both_sides_are_one_column(tmp_path):
    first = ("kind", *("cb"[i % 2] for i in range(12)))
    second = ("kind", *("ba"[i % 2] for i in range(8)))
    faces = folder(tmp_path / "faces", pictures(12), first)
    others = folder(tmp_path / "others", pictures(8, seed=1), second)
    column = open_data(faces, negatives=str(others)).table()["kind"]
    assert [column.names[k] for k in column.values] == [*("cb" * 6), *("ba" * 4)]


def test_a_column_of_two_kinds_is_told(tmp_path):
    faces = folder(tmp_path / "faces", pictures(12), ("age", *map(str, range(12))))
    second = ("age", *("young" if i % 2 else "old" for i in range(8)))
    others = folder(tmp_path / "others", pictures(8, seed=1), second)
    with pytest.raises(UserError, match="'age' holds numbers in one source and categories"):
        open_data(faces, negatives=str(others))


def test_words_that_repeat_in_one_source_alone_are_text(tmp_path):
    first = ("by", *("cb"[i % 2] if i < 11 else "" for i in range(12)))
    faces = folder(tmp_path / "faces", pictures(12), first)
    second = ("by", *(f"n{i}" for i in range(8)))
    others = folder(tmp_path / "others", pictures(8, seed=1), second)
    words = [*("cb" * 6)[:11], "", *(f"n{i}" for i in range(8))]
    for a, b, expected in ((faces, others, words), (others, faces, words[12:] + words[:12])):
        column = open_data(a, negatives=str(b)).table()["by"]
        assert column.kind == "text"
        assert column.values.tolist() == expected


def test_an_empty_column_is_as_none(tmp_path):
    faces = folder(tmp_path / "faces", pictures(12), ("age,x", *(f"{i}," for i in range(12))))
    others = folder(tmp_path / "others", pictures(8, seed=1), ("age,x", *[","] * 8))
    table = open_data(faces, negatives=str(others)).table()
    assert table["age"].values[:12].tolist() == list(range(12))
    assert np.isnan(table["age"].values[12:]).all()
    assert table["x"].values.tolist() == [-1] * 20


def test_labels_that_a_source_has_are_kept_under_another_name(tmp_path):
    faces = tmp_path / "faces"
    faces.mkdir()
    for name, seed in (("asian", 0), ("black", 1)):
        folder(faces / name, pictures(6, seed=seed))
    others = folder(tmp_path / "others", pictures(8, seed=2))
    data = open_data(faces, negatives=str(others))
    assert data.columns["label"].names == ("negative", "positive")
    own = data.table()["own_label"]
    assert own.names == ("asian", "black")
    assert own.values.tolist() == [0] * 6 + [1] * 6 + [-1] * 8


@pytest.mark.parametrize("which", ["faces", "others"])
def test_where_one_source_has_splits_of_its_own_the_other_is_cut(tmp_path, which):
    parts = ("split", *("test" if i < 5 else "train" for i in range(20)))
    x = {"faces": pictures(20), "others": pictures(20, seed=1)}
    made = {name: folder(tmp_path / name, x[name], parts if name == which else ()) for name in x}
    data = open_data(made["faces"], negatives=str(made["others"]))
    test = data.split("test")
    own = 1 if which == "faces" else 0
    assert (test.table()["label"].values == own).sum() == 5
    assert (test.table()["label"].values == 1 - own).sum() == 2
    start = 0 if which == "faces" else 20
    assert set(range(start, start + 5)) <= set(data.splits["test"].tolist())


def test_the_same_source_twice_is_told(two):
    faces, _ = two
    with pytest.raises(UserError, match="positives and negatives are the same"):
        open_data(faces, negatives=str(faces))


def test_pictures_that_are_in_both_are_counted(tmp_path, capsys):
    faces = folder(tmp_path / "faces", pictures(12))
    others = folder(tmp_path / "others", np.concatenate([pictures(12)[:3], pictures(9, seed=1)]))
    open_data(faces, negatives=str(others))
    assert "3 of 12 positives are among the negatives as well" in capsys.readouterr().err


def test_vectors_are_joined_as_well_and_other_shapes_told(tmp_path):
    rng = np.random.default_rng(0)
    for name, size in (("a", 3), ("b", 3), ("c", 2)):
        np.save(tmp_path / f"{name}.npy", rng.normal(size=(20, size)).astype(np.float32))
    data = open_data(tmp_path / "a.npy", negatives=str(tmp_path / "b.npy"))
    assert data.store.shape == (40, 3)
    with pytest.raises(UserError, match=r"their examples are 3 float32 and\s+2 float32"):
        open_data(tmp_path / "a.npy", negatives=str(tmp_path / "c.npy"))
    faces = folder(tmp_path / "faces", pictures(12))
    with pytest.raises(UserError, match="can't be joined"):
        open_data(faces, negatives=str(tmp_path / "a.npy"))


@pytest.mark.parametrize(
    ("negatives", "answer"),
    [
        ("objectz", "did you mean 'objects'"),
        ("no/such/folder", "no such file or folder"),
        ("empty", "no pictures in"),
    ],
)
def test_negatives_that_are_not_there_are_told(two, tmp_path, monkeypatch, negatives, answer):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=answer):
        open_data(two[0], negatives=negatives)


def test_opening_again_takes_it_from_the_cache(two, cache):
    faces, others = two
    first = open_data(faces, negatives=str(others))
    stores = sorted(path.name for path in (cache / "packed").iterdir())
    again = open_data(faces, negatives=str(others))
    assert sorted(path.name for path in (cache / "packed").iterdir()) == stores
    assert first.fingerprint == again.fingerprint


def test_negatives_are_named(two):
    faces, others = two
    assert len(open_data(faces, negatives=others)) == 50
    with pytest.raises(UserError, match=r"are no ndarray: numpy\.save writes a file"):
        open_data(faces, negatives=pictures(20))
    with pytest.raises(UserError, match="are no ndarray"):
        allegory.train("dbvae", faces, negatives=pictures(20))


def test_what_is_wrong_with_the_negatives_is_checked_as_well(two):
    faces, others = two
    (others / "broken.png").write_bytes(b"nothing")
    found = allegory.check(faces, negatives=others)
    assert found.examples == 50
    assert found.labels["label"] == {"negative": 20, "positive": 30}
    assert [one["path"] for one in found.skipped] == ["broken.png"]
