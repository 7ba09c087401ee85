"""One process at a time in a folder."""

import subprocess
import sys
import threading

import pytest
from tests.examples import pictures, run_for

from allegory.errors import UserError
from allegory.runs import kept as module
from allegory.runs.alone import alone
from allegory.runs.features import features_for

HOLD = """
import pathlib, sys, time
from allegory.runs.alone import alone
with alone(pathlib.Path(sys.argv[1])):
    print("in", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def waiting(monkeypatch):
    """Set once somebody says that they wait."""
    said = threading.Event()
    monkeypatch.setattr(
        "allegory.runs.alone.say", lambda message: "waiting" in message and said.set()
    )
    return said


def test_who_comes_second_waits_says_so_and_goes_on_when_the_first_is_killed(tmp_path, waiting):
    folder = tmp_path / "new"
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as first:
        assert first.stdout.readline() == b"in\n"
        ended = []

        def second():
            with alone(folder):
                ended.append(first.poll())

        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(60)
        assert not ended
        first.kill()
        first.wait()
        thread.join(60)
    assert ended[0] is not None


def test_it_lets_go_when_the_block_fails(tmp_path):
    with pytest.raises(ValueError, match="failed"), alone(tmp_path):
        raise ValueError("failed")
    with alone(tmp_path):
        pass


def test_a_folder_that_can_not_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot write"), alone(tmp_path / "file"):
        pass


def test_of_two_that_ask_at_once_one_trains_the_feature_network(cache, monkeypatch, waiting):
    data, run = pictures(40), run_for("features", images=64, batch=16)
    begun, fits, fit = threading.Event(), [], module.fit

    def slow(*arguments):
        fits.append(threading.get_ident())
        begun.set()
        waiting.wait(60)
        fit(*arguments)

    monkeypatch.setattr(module, "fit", slow)
    second = threading.Thread(target=lambda: begun.wait(60) and features_for(data, run))
    second.start()
    features_for(data, run)
    second.join(60)
    assert waiting.is_set()
    assert len(fits) == 1
