"""Checkpoints are whole or not there, bounded in number, and never execute anything."""

import errno
import os

import pytest
import torch

from allegory.errors import UserError
from allegory.training.checkpoint import Checkpoint, Checkpoints


def state(number):
    return Checkpoint({"game/w": torch.full((64,), float(number))}, {"step": number})


def number_of(checkpoint):
    return checkpoint.values["step"]


def test_the_last_two_are_kept(tmp_path):
    kept = Checkpoints(tmp_path)
    for i in range(5):
        kept.save(state(i), i)
    assert [p.name for p in kept.paths()] == [
        "000000000003.safetensors",
        "000000000004.safetensors",
    ]
    assert number_of(kept.newest()) == 4


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text"])
def test_a_torn_one_falls_back_to_the_one_before(tmp_path, capsys, damage):
    kept = Checkpoints(tmp_path)
    kept.save(state(1), 1)
    kept.save(state(2), 2)
    path = kept.paths()[-1]
    whole = path.read_bytes()
    torn = {
        "cut": whole[: len(whole) // 2],
        "flip": whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:],
        "empty": b"",
        "text": b"not a checkpoint",
    }
    path.write_bytes(torn[damage])
    assert number_of(kept.newest()) == 1
    assert "is damaged" in capsys.readouterr().err


def test_every_cut_of_the_file_is_noticed(tmp_path, capsys):
    kept = Checkpoints(tmp_path)
    kept.save(state(1), 1)
    path = kept.paths()[0]
    whole = path.read_bytes()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        assert kept.newest() is None
    capsys.readouterr()


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    kept = Checkpoints(tmp_path)
    kept.save(state(1), 1)
    with pytest.raises(UserError, match="'game/w' are not finite"):
        kept.save(state(float("nan")), 2)
    assert number_of(kept.newest()) == 1


def test_a_full_disk_is_told_and_the_old_one_stays(tmp_path, monkeypatch):
    kept = Checkpoints(tmp_path)
    kept.save(state(1), 1)

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left on device"):
        kept.save(state(2), 2)
    monkeypatch.undo()
    assert number_of(kept.newest()) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_there_is_none(tmp_path):
    assert Checkpoints(tmp_path / "nowhere").newest() is None
