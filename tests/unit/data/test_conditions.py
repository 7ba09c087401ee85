"""Conditions on columns: known answers, and sentences for what can't be read."""

import numpy as np
import pytest

from allegory.data.conditions import rows_where
from allegory.data.dataset import Column
from allegory.errors import UserError

COLUMNS = {
    "age": Column("number", np.array([1.0, 2.0, np.nan, 4.0])),
    "label": Column("category", np.array([0, 1, -1, 1]), ("cat", "dog")),
    "file_name": Column("text", np.array(["a.png", "b.png", "c.png", "d.png"])),
}


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("label=dog", [1, 3]),
        ("label = cat", [0]),
        ("age=1..2", [0, 1]),
        ("age=2..", [1, 3]),
        ("age=..2", [0, 1]),
        ("age=4", [3]),
        ("file_name=c.png", [2]),
    ],
)
def test_rows_of_which_it_holds(condition, rows):
    assert rows_where(COLUMNS, condition, "data").tolist() == rows


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("age", "COLUMN=LOW..HIGH"),
        ("age=", "COLUMN=LOW..HIGH"),
        ("agee=3", "did you mean 'age'"),
        ("label=dgo", "did you mean 'dog'"),
        ("age=young", "range of numbers"),
        ("age=9..", "no example of 'data'"),
    ],
)
def test_what_is_wrong_is_told(condition, says):
    with pytest.raises(UserError, match=says):
        rows_where(COLUMNS, condition, "data")
