"""Data sets of a hub, before a hub of our own: what is asked of it, and what is made of it."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.unit.data.test_parquet import pictures, write

from allegory.data.named import source_name
from allegory.data.open import open_data
from allegory.errors import UserError

PARTS = {
    "own/one": ["default/train/0000.parquet"],
    "own/two": ["big/train/0000.parquet", "small/train/0000.parquet", "README.md"],
    "own/none": ["README.md"],
}


@pytest.fixture
def fetched(monkeypatch):
    """A hub that has PARTS; what is fetched from it."""
    fetched = []

    def files_of(owner, *, repo_type, revision):
        assert (repo_type, revision) == ("dataset", "refs/convert/parquet")
        if owner not in PARTS:
            raise ConnectionError(f"404: no data set {owner}\nmore")
        return PARTS[owner]

    def fetch(owner, *, local_dir, allow_patterns, **asked):
        fetched.append((owner, *allow_patterns))
        (part,) = (p.removesuffix("/*") for p in allow_patterns)
        write(Path(local_dir) / part / "train/0000.parquet", pictures(6), label=[0, 1] * 3)

    hub = SimpleNamespace(list_repo_files=files_of, snapshot_download=fetch)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    return fetched


def test_it_is_fetched_once(fetched, capsys):
    data = open_data("hf:own/one")
    assert (len(data.store), data.name) == (6, "hf:own/one")
    assert source_name(data.name) == data.name
    assert "downloading hf:own/one, part 'default'" in capsys.readouterr().err
    again = open_data("hf:own/one", size="4")
    assert again.media.height == 4
    assert fetched == [("own/one", "default/*")]


def test_of_several_parts_one_is_said(fetched):
    with pytest.raises(UserError, match=r"hf:own/two:big; there are big, small"):
        open_data("hf:own/two")
    with pytest.raises(UserError, match="did you mean 'small'"):
        open_data("hf:own/two:sma")
    assert len(open_data("hf:own/two:small").store) == 6
    assert fetched == [("own/two", "small/*")]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("hf:own/none", "not kept as Parquet"),
        ("hf:own/else", r"cannot download hf:own/else: 404: no data set own/else \(is it public"),
    ],
)
def test_what_is_not_there_is_said(fetched, name, answer):
    with pytest.raises(UserError, match=answer):
        open_data(name)


def test_without_its_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match=r"pip install 'allegory\[hub\]'"):
        open_data("hf:own/one")
