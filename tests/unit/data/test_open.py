"""Opening sources by name, path and from memory."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from allegory.data.dataset import Column
from allegory.data.open import open_data
from allegory.data.settings import DataSettings
from allegory.data.sources import SOURCES
from allegory.errors import UserError
from allegory.media import Images, Vectors

GREY = np.random.default_rng(0).integers(0, 256, (30, 9, 7), dtype=np.uint8)


@pytest.mark.parametrize(
    ("array", "shape"),
    [
        (GREY, (9, 7, 1)),
        (np.repeat(GREY[..., None], 3, axis=3), (9, 7, 3)),
        (np.repeat(GREY[:, None], 4, axis=1), (9, 7, 4)),
        (GREY / 255, (9, 7, 1)),
        ((GREY / 255).astype(np.float16), (9, 7, 1)),
        (GREY / 127.5 - 1, (9, 7, 1)),
        (GREY.astype(np.float32), (9, 7, 1)),
        (GREY.astype(np.int64), (9, 7, 1)),
        (torch.from_numpy(GREY), (9, 7, 1)),
        (torch.from_numpy(GREY / 127.5 - 1).requires_grad_(), (9, 7, 1)),
        ((torch.from_numpy(GREY) / 255).bfloat16(), (9, 7, 1)),
    ],
)
def test_pictures_of_any_layout_and_range(array, shape):
    data = open_data(array)
    assert data.store.shape == (30, *shape)
    assert data.store.dtype == np.uint8
    np.testing.assert_allclose(data.store[..., 0].astype(int), GREY, atol=1)
    assert data.take(np.arange(3)).shape == (3, shape[2], 9, 7)


def test_black_and_white_is_scaled():
    for dtype in (np.bool_, np.uint8, np.float32):
        data = open_data((GREY > 99).astype(dtype))
        assert np.unique(data.store).tolist() == [0, 255]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (GREY * 2.0, "from 0 to 510"),
        (GREY / 255 * 3, "from 0 to 3:"),
        (GREY.astype(np.int32) - 9, "from -9"),
        (np.where(np.arange(30)[:, None, None] == 4, np.nan, GREY / 255), "row 4"),
        (np.where(np.arange(30)[:, None] == 7, np.inf, np.zeros((30, 2))), "row 7"),
        (np.zeros((3, 5, 5, 5)), r"\(3, 5, 5, 5\)"),
        (np.zeros((2, 3, 4, 5, 6)), "must be"),
        (np.zeros((0, 4, 4)), "holds no examples"),
        (np.array(5.0), "holds no examples"),
        (np.array(["a", "b"]), "numbers"),
        (np.zeros((3, 2), complex), "numbers"),
        ([1, 2], "list"),
    ],
)
def test_what_cannot_be_meant_is_refused(array, words):
    with pytest.raises(UserError, match=words):
        open_data(array)


def test_vectors_are_scaled_by_the_training_part():
    x = np.random.default_rng(0).normal(3, 2, (200, 3))
    x[:, 2] = 5
    data = open_data(x)
    assert isinstance(data.media, Vectors)
    train = data.store[data.splits["train"]]
    np.testing.assert_allclose(data.media.offset, train.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(data.media.scale, [*train.std(axis=0)[:2], 1], rtol=1e-5)
    np.testing.assert_array_equal(data.take(np.arange(200)), x.astype(np.float32))
    assert open_data(x[:, 0]).media.shape == (1,)


def test_an_array_can_be_opened_again_by_its_name():
    data = open_data(GREY, size="4x5", mode="rgb")
    again = open_data(data.name)
    assert again.media == data.media == Images("RGB", 4, 5)
    np.testing.assert_array_equal(again.store, data.store)
    assert open_data(GREY.copy(), size="4x5", mode="rgb").name == data.name
    assert open_data(GREY[::-1], size="4x5", mode="rgb").name != data.name
    with pytest.raises(UserError, match="no longer"):
        open_data("array:0123")


def test_npy_and_npz(tmp_path):
    np.save(tmp_path / "a.npy", GREY)
    assert len(open_data(tmp_path / "a.npy")) == 30
    labels, scores = np.arange(30) % 3, np.linspace(0, 1, 30)
    words = np.array(["yes", "no"] * 15)
    np.savez(tmp_path / "b.npz", images=GREY, y=labels, score=scores, word=words, other=[1, 2])
    data = open_data(str(tmp_path / "b.npz"), examples=10)
    assert set(data.columns) == {"label", "score", "word"}
    assert data.columns["label"].names == ("0", "1", "2")
    rows = np.searchsorted(scores, data.columns["score"].values)
    np.testing.assert_array_equal(data.store[..., 0], GREY[rows])
    np.testing.assert_array_equal(data.columns["label"].values, labels[rows])
    assert data.columns["word"].names == ("no", "yes")
    np.savez(tmp_path / "c.npz", one=GREY, two=GREY)
    with pytest.raises(UserError, match="must call its examples x, images or data"):
        open_data(tmp_path / "c.npz")


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_broken_and_pickled_arrays_are_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"nonsense")
    with pytest.raises(UserError, match=f"cannot read .*{name}"):
        open_data(tmp_path / name)
    values = np.array([{}, {}], dtype=object)
    if name.endswith("y"):
        np.save(tmp_path / name, values, allow_pickle=True)
    else:
        np.savez(tmp_path / name, x=values)
    with pytest.raises(UserError, match="cannot read"):
        open_data(tmp_path / name)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("facess", "did you mean 'faces'"),
        ("qqqqqq", "built in are faces"),
        ("./nowhere", "no such file or folder: .*nowhere"),
        ("some/where", "no such file or folder"),
        ("x.npz", "no such file: .*x.npz"),
    ],
)
def test_unknown_sources(source, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=words):
        open_data(source)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sizee": "8"}, "did you mean 'size'"),
        ({"size": "8y"}, "size"),
        ({"size": "0"}, "sides go from 1"),
        ({"validation": 0.9}, "validation"),
        ({"examples": 0}, "examples"),
    ],
)
def test_bad_settings(fields, words):
    with pytest.raises(UserError, match=words):
        open_data(GREY, **fields)


def test_a_file_of_another_kind_is_no_source(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(UserError, match="a source is a folder"):
        open_data(tmp_path / "a.txt")


def test_fields_replace_settings_and_a_data_set_stays():
    data = open_data("digits", DataSettings(size="16", validation=0.2), size="4", binarize=True)
    assert data.media == Images("L", 4, 4, binary=True)
    assert len(data.splits["validation"]) == 359
    assert open_data(data) is data
    with pytest.raises(UserError, match="open already"):
        open_data(data, size="4")


def test_digits():
    data = open_data("digits")
    assert data.store.shape == (1797, 8, 8, 1)
    assert data.store.max() == 255
    assert isinstance(data.columns["label"], Column)
    assert np.bincount(data.columns["label"].values).min() > 170


def test_stacked_digits():
    data, digits = open_data("stacked-digits", examples=500), open_data("digits")
    assert data.media == Images("RGB", 8, 8, binary=False)
    table = data.table()
    assert list(table) == ["red", "green", "blue", "mode"]
    known = {
        row.tobytes(): digit
        for row, digit in zip(digits.store, digits.columns["label"].values, strict=True)
    }
    for i in range(0, 500, 50):
        stack = [known[np.ascontiguousarray(data.store[i, :, :, c]).tobytes()] for c in range(3)]
        assert [table[name].values[i] for name in ("red", "green", "blue")] == stack
        assert table["mode"].names[table["mode"].values[i]] == "".join(map(str, stack))
    again = open_data("stacked-digits", examples=500, data_seed=1)
    assert again.fingerprint != data.fingerprint
    assert open_data("stacked-digits", examples=5, size="16").media.height == 16


@pytest.mark.parametrize("name", ["line", "ring", "grid", "swiss-roll", "moons"])
def test_toys(name):
    data = open_data(name, examples=100)
    assert data.store.shape == (100, 1 if name == "line" else 2)
    assert np.isfinite(data.log_density(np.asarray(data.store, np.float64))).all()
    assert name in SOURCES
    for wrong in ({"size": "8"}, {"flip": True}, {"binarize": True}):
        with pytest.raises(UserError, match=name):
            open_data(name, examples=100, **wrong)


def test_opening_needs_no_torch():
    code = (
        "import sys; from allegory.data.open import open_data;"
        "from allegory.data.check import check;"
        "open_data('ring'); check('ring').text(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
