"""Parquet files with pictures and sounds inside: what the folder that they hold would give."""

import io
import json
import sys

import numpy as np
import pyarrow as pa
import pytest
import soundfile
from PIL import Image
from pyarrow import parquet

from allegory.data.open import open_data
from allegory.errors import UserError

NAMES = ["cat", "dog"]


def png(value, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(file, kind)
    return file.getvalue()


def write(path, values, *, content="image", noted=True, **columns):
    """A table as the package datasets writes it: its features are told in the schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({content: [{"bytes": v, "path": None} for v in values], **columns})
    features = {content: {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": NAMES}}
    if noted:
        told = json.dumps({"info": {"features": features}}).encode()
        table = table.replace_schema_metadata({b"huggingface": told})
    parquet.write_table(table, path)
    return path


def pictures(n, start=0):
    return [png(start + i) for i in range(n)]


def test_pictures_and_what_is_known_of_them(tmp_path):
    path = write(
        tmp_path / "mine.parquet", pictures(9), label=[0, 1, -1] * 3, age=np.arange(9) / 2
    )
    data = open_data(path)
    assert [int(x[0, 0, 0]) for x in data.store] == list(range(9))
    assert data.columns["label"].names == ("cat", "dog")
    assert data.columns["label"].values.tolist() == [0, 1, -1] * 3
    assert data.columns["age"].values.tolist() == (np.arange(9) / 2).tolist()
    assert "split" not in data.columns
    assert np.array_equal(open_data(tmp_path).store, data.store)


def test_the_suffix_may_be_written_large(tmp_path):
    write(tmp_path / "mine" / "DATA.PARQUET", pictures(3), label=[0, 1, 0])
    assert len(open_data(tmp_path / "mine")) == 3


def test_files_called_after_splits_are_these_splits(tmp_path):
    write(tmp_path / "plain/train/0000.parquet", pictures(6), label=[0] * 6)
    write(tmp_path / "plain/test-00000-of-00001.parquet", pictures(4, 50), label=[1] * 4)
    data = open_data(tmp_path)
    assert len(data.splits["test"]) == 4
    values = data.store[data.splits["test"], 0, 0, 0]
    assert sorted(values.tolist()) == [50, 51, 52, 53]


def test_without_notes_bytes_are_found_by_their_type(tmp_path):
    table = pa.table({"id": ["a", "b", "c"], "jpg": [png(7, "JPEG"), png(9, "BMP"), b"rubbish"]})
    parquet.write_table(table, tmp_path / "x.parquet")
    data = open_data(tmp_path / "x.parquet")
    assert [int(x[0, 0, 0]) for x in data.store] == [7, 9]
    assert data.columns["id"].values.tolist() == ["a", "b"]
    assert data.skipped[0].path == "0000002.png"


def test_sounds(tmp_path):
    def wav(pitch):
        file = io.BytesIO()
        tone = np.sin(np.arange(8_000) * pitch).astype(np.float32)
        soundfile.write(file, tone, 8_000, format="WAV")
        return file.getvalue()

    path = write(tmp_path / "s.parquet", [wav(0.1), wav(0.3)], content="audio", noted=False)
    assert open_data(path).media.sound is not None


def test_a_changed_file_is_read_anew(tmp_path):
    path = write(tmp_path / "mine.parquet", pictures(5))
    assert len(open_data(path).store) == 5
    write(path, pictures(7))
    assert len(open_data(path).store) == 7


@pytest.mark.parametrize(
    ("content", "answer"),
    [(b"PAR1 torn", "cannot read"), (None, "none has bytes")],
)
def test_what_holds_nothing_is_refused(tmp_path, content, answer):
    path = tmp_path / "x.parquet"
    if content is None:
        parquet.write_table(pa.table({"text": ["a"], "n": [1]}), path)
    else:
        path.write_bytes(content)
    for _ in range(2):  # nothing half-done is taken for the whole
        with pytest.raises(UserError, match=answer):
            open_data(path)


def test_files_must_have_the_same_columns(tmp_path):
    write(tmp_path / "a.parquet", pictures(3), label=[0] * 3)
    write(tmp_path / "b.parquet", pictures(3), kind=[0] * 3)
    with pytest.raises(UserError, match="no column 'label'"):
        open_data(tmp_path)


def test_without_its_library_it_says_what_to_install(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", pictures(3))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UserError, match=r"pip install 'allegory\[parquet\]'"):
        open_data(path)
