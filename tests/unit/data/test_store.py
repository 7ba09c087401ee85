"""The packed store: whole or absent, the same for all, never a pickle."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from allegory.data import store
from allegory.data.dataset import Column, Skipped
from allegory.data.store import key_of, packed, saved
from allegory.errors import UserError

ROWS = np.arange(24, dtype=np.uint8).reshape(6, 2, 2, 1)


def build(writer):
    writer.append(ROWS[:4])
    writer.append(ROWS[4:])
    writer.columns["label"] = Column("category", np.arange(6), tuple("abcdef"))
    writer.columns["é/name"] = Column("text", np.array(list("uvwxyz")))
    writer.skipped.append(Skipped("x", "why"))
    writer.info["media"] = None


def test_what_is_packed_comes_back(cache):
    made = packed("k", build)
    again = saved("k")
    for found in (made, again):
        np.testing.assert_array_equal(found.examples, ROWS)
        assert isinstance(found.examples, np.memmap)
        assert found.columns["label"].names == tuple("abcdef")
        assert found.columns["é/name"].values.tolist() == list("uvwxyz")
        assert found.skipped == (Skipped("x", "why"),)
    assert made.fingerprint == again.fingerprint
    assert [p.name for p in (cache / "packed").iterdir()] == ["k"]


def test_fingerprints_name_the_content():
    one = packed("a", build)
    assert packed("b", build).fingerprint == one.fingerprint
    assert len(set(one.digests)) == 6
    for i, rows in enumerate((ROWS[::-1], ROWS[:5], ROWS.reshape(6, 4), ROWS.astype(np.float32))):
        other = packed(f"c{i}", lambda writer, rows=rows: writer.append(rows))
        assert other.fingerprint != one.fingerprint


def test_keys_depend_on_everything():
    assert key_of("a", x=1, y=2) == key_of("a", y=2, x=1)
    assert len({key_of("a", x=1), key_of("a", x=2), key_of("b", x=1), key_of("a", y=1)}) == 4


def test_a_failed_build_leaves_nothing(cache):
    def fail(writer):
        build(writer)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        packed("k", fail)
    assert not list((cache / "packed").iterdir())
    assert saved("k") is None
    with pytest.raises(UserError, match="no examples"):
        packed("k", lambda writer: None)


def test_a_killed_build_leaves_nothing_that_counts(cache):
    code = (
        "import numpy as np, time; from allegory.data.store import packed\n"
        "def build(writer):\n"
        "    writer.append(np.zeros((10, 1), np.uint8)); print('on', flush=True); time.sleep(60)\n"
        "packed('k', build)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    left = list((cache / "packed").iterdir())
    assert [p.name[:5] for p in left] == [".tmp-"]
    assert len(packed("k", build).examples) == 6
    for path in (*left[0].iterdir(), left[0]):
        os.utime(path, (0, time.time() - 2 * store.STALE))
    packed("other", build)
    assert not left[0].exists()


def test_two_that_build_at_once_both_succeed():
    def slow(writer):
        build(writer)
        time.sleep(0.1)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: packed("k", slow), range(4)))
    for one in found:
        np.testing.assert_array_equal(one.examples, ROWS)


@pytest.mark.parametrize("name", ["examples.npy", "columns.npz", "info.json"])
@pytest.mark.parametrize("keep", [0, 40])
def test_a_damaged_store_is_built_again(cache, name, keep):
    packed("k", build)
    file = cache / "packed" / "k" / name
    file.write_bytes(file.read_bytes()[:keep])
    assert saved("k") is None
    np.testing.assert_array_equal(packed("k", build).examples, ROWS)
    assert saved("k") is not None


def test_a_store_that_lacks_something_is_built_again_and_nothing_of_it_stays(cache):
    packed("k", build)
    (cache / "packed" / "k" / "info.json").write_text("{}")
    np.testing.assert_array_equal(packed("k", build).examples, ROWS)
    assert {p.name for p in (cache / "packed").iterdir()} == {"k"}
    assert all(p.is_file() for p in (cache / "packed" / "k").iterdir())


def test_no_pickle_is_read(cache):
    packed("k", build)
    np.save(cache / "packed" / "k" / "examples.npy", np.array([{}] * 6), allow_pickle=True)
    assert saved("k") is None


def test_a_cache_that_cannot_be_written_is_said_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ALLEGORY_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cannot write to the cache .*file: .*ALLEGORY_CACHE"):
        packed("k", build)


def test_a_full_disk_is_said_in_a_sentence(cache, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left on device; make room"):
        packed("k", build)
    assert not list((cache / "packed").iterdir())
