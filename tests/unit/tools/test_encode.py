"""The table of codes and its files."""

import builtins
import csv

import numpy as np
import pytest

from allegory.errors import UserError
from allegory.tools.encode import encode_table, write_table
from allegory.tools.running import BATCH
from fakes import ellipses, fit, points


def test_the_table_holds_rows_names_codes_and_what_is_known():
    data = ellipses(20, 8).split("test")
    table = encode_table(fit(data, 2), data)
    known = ["across", "down", "light", "tone", "shape"]
    assert list(table) == ["row", "file_name", "z0", "z1", "std0", "std1", *known]
    assert table["row"].tolist() == [16, 17, 18, 19]
    assert table["file_name"].tolist() == [f"00{i}.png" for i in (16, 17, 18, 19)]
    assert set(table["shape"].tolist()) <= {"wide", "tall"}
    assert {len(column) for column in table.values()} == {4}
    assert table["z0"].std() > 0


def test_more_examples_than_a_batch():
    data = points(BATCH + 7)
    model = fit(data, 2)
    expected = model.encode(data.take(np.arange(len(data)))).mean[:, 1]
    np.testing.assert_allclose(encode_table(model, data)["z1"], expected, rtol=1e-4, atol=1e-5)


def test_csv_reads_back_the_same_numbers(tmp_path):
    table = encode_table(fit(points(30), 2), points(30))
    table["angle"][4] = np.nan
    write_table(table, tmp_path / "codes" / "out.csv")
    with (tmp_path / "codes" / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(table)
    assert np.array_equal(np.float32([row["z0"] for row in rows]), table["z0"])
    assert rows[4]["angle"] == ""


def test_npz_reads_back_without_pickle(tmp_path):
    table = {"file": np.array(["a.png", "ü.png"]), "z0": np.array([0.5, -1.0], np.float32)}
    write_table(table, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as found:
        assert found["file"].tolist() == ["a.png", "ü.png"]
        assert np.array_equal(found["z0"], table["z0"])


def test_parquet_reads_back(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_table({"z0": np.array([0.5, -1.0], np.float32)}, tmp_path / "out.parquet")
    assert parquet.read_table(tmp_path / "out.parquet")["z0"].to_pylist() == [0.5, -1.0]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UserError, match=r"allegory\[parquet\]"):
        write_table({"z0": np.zeros(2)}, tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_names_those_that_work(tmp_path):
    with pytest.raises(UserError, match=r"\.csv, \.npz, \.parquet"):
        write_table({}, tmp_path / "out.xlsx")


def test_a_path_that_cannot_be_written_is_a_users_mistake(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write"):
        write_table({"z0": np.zeros(2)}, tmp_path / "file" / "out.csv")
