"""Fashion-MNIST from files, and the download behind it, without a network."""

import gzip
import hashlib
import io
import struct
from types import SimpleNamespace
from urllib.error import HTTPError, URLError

import numpy as np
import pytest

from allegory.data import download as module
from allegory.data.download import download
from allegory.data.open import open_data
from allegory.data.sources import fashion
from allegory.errors import UserError

CONTENT = np.random.default_rng(0).bytes(700_000)
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes())


@pytest.fixture
def files(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for part, n in (("train", 40), ("t10k", 10)):
        pictures = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(pictures))
        labels = np.arange(n, dtype=np.uint8) % 10
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    monkeypatch.setattr(fashion, "INSTALLED", tmp_path)
    return tmp_path


def test_the_installed_files_are_read(files):
    data = open_data("fashion")
    assert data.store.shape == (50, 28, 28, 1)
    assert data.splits["test"].tolist() == list(range(40, 50))
    assert len(data.splits["validation"]) == 4
    label = data.columns["label"]
    assert [label.names[i] for i in label.values[:2]] == ["T-shirt/top", "Trouser"]


def test_a_broken_file_is_named(files):
    (files / "train-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(UserError, match="train-images"):
        open_data("fashion")


class Response(io.BytesIO):
    def __init__(self, content, status):
        super().__init__(content)
        self.status = status
        self.headers = {"Content-Length": str(len(content))}


def serve(monkeypatch, *, cut=None, ranges=True):
    """Answer requests with CONTENT; the first one breaks off after `cut` bytes."""
    asked = []

    def urlopen(request, timeout):
        start = request.get_header("Range", "bytes=0-")[6:-1] if ranges else "0"
        asked.append(int(start))
        if int(start) == len(CONTENT):
            raise HTTPError(request.full_url, 416, "range", {}, io.BytesIO())
        response = Response(CONTENT[int(start) :], 206 if int(start) else 200)
        if cut is not None and len(asked) == 1:
            response.truncate(cut)
        return response

    monkeypatch.setattr(module, "urlopen", urlopen)
    return SimpleNamespace(asked=asked)


def test_download_says_what_and_checks(tmp_path, monkeypatch, capsys):
    server = serve(monkeypatch)
    path = tmp_path / "deep" / "x.gz"
    download("http://there/x.gz", path, MD5, "the thing")
    download("http://there/x.gz", path, MD5, "the thing")
    assert server.asked == [0]
    assert path.read_bytes() == CONTENT
    assert f"downloading the thing: http://there/x.gz to {path}" in capsys.readouterr().err
    with pytest.raises(UserError, match="its MD5 is"):
        download("http://there/x.gz", tmp_path / "y.gz", "0" * 32, "the thing")
    assert list(tmp_path.glob("y*")) == []


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_is_taken_up(tmp_path, monkeypatch, ranges):
    server = serve(monkeypatch, cut=300_000, ranges=ranges)
    path = tmp_path / "x.gz"
    with pytest.raises(UserError, match="broke off; with a connection, try again"):
        download("http://there/x.gz", path, MD5, "the thing")
    assert not path.exists()
    download("http://there/x.gz", path, MD5, "the thing")
    assert path.read_bytes() == CONTENT
    assert server.asked == [0, 300_000 if ranges else 0]


def test_a_part_that_is_whole_is_enough(tmp_path, monkeypatch):
    serve(monkeypatch)
    (tmp_path / "x.gz.part").write_bytes(CONTENT)
    download("http://there/x.gz", tmp_path / "x.gz", MD5, "the thing")
    assert (tmp_path / "x.gz").read_bytes() == CONTENT


def test_offline_is_said_in_a_sentence(tmp_path, monkeypatch):
    def offline(request, timeout):
        raise URLError("Name or service not known")

    monkeypatch.setattr(module, "urlopen", offline)
    monkeypatch.setattr(fashion, "INSTALLED", tmp_path)
    with pytest.raises(
        UserError, match=r"Fashion-MNIST .* from http.*: Name or service not known"
    ):
        open_data("fashion")
