"""onnxruntime-web from its package."""

import io
import json
import tarfile

import pytest

from allegory.errors import UserError
from allegory.tools import web_runtime as room
from allegory.tools.web_runtime import SCRIPT, WASM, web_runtime

FILES = {
    "package.json": json.dumps({"name": "onnxruntime-web", "version": "9.9"}).encode(),
    SCRIPT: b"script",
    WASM: b"wasm",
}


def as_folder(path, files):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def as_archive(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("make", [as_folder, as_archive])
def test_a_package_is_read_and_what_it_lacks_is_told(make, tmp_path):
    found = web_runtime(str(make(tmp_path / "whole", FILES)))
    assert (found.version, found.script, found.wasm) == ("9.9", b"script", b"wasm")
    part = {name: content for name, content in FILES.items() if name != WASM}
    with pytest.raises(UserError, match="is not the npm package"):
        web_runtime(str(make(tmp_path / "part", part)))
    other = FILES | {"package.json": b'{"name": "left-pad"}'}
    with pytest.raises(UserError, match="left-pad, not onnxruntime-web"):
        web_runtime(str(make(tmp_path / "other", other)))


def test_what_is_no_package_is_told(tmp_path):
    (tmp_path / "text").write_text("no archive")
    for path in (tmp_path / "text", tmp_path / "nowhere"):
        with pytest.raises(UserError, match="can't read onnxruntime-web from"):
            web_runtime(str(path))


def test_nothing_is_fetched_unless_asked_and_then_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("ALLEGORY_CACHE", str(tmp_path))
    fetched = []

    def download(address, path, md5, what):
        fetched.append(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        as_archive(path, FILES)

    monkeypatch.setattr(room, "download", download)
    with pytest.raises(UserError, match="'--runtime npm' downloads it"):
        web_runtime()
    assert not fetched
    assert web_runtime("npm").version == "9.9"
    assert len(fetched) == 1
    assert web_runtime().version == "9.9"
    assert len(fetched) == 1
