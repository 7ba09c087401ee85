"""A run that is killed at any moment and resumed ends as the run undisturbed, bit for bit."""

import random
import signal
import time

import pytest
from safetensors import safe_open
from tests.examples import SYSTEMS, known_to, paired_by

OPTIONS = (
    "--images", "2400", "--batch", "8", "--network", "tiny", "--latents", "4", "--seed", "3",
    "--evaluations", "15",
)  # fmt: skip
KILLS = 3


def final(run):
    """The weights and moments that a run ends with."""
    with safe_open(max((run / "checkpoints").iterdir()), framework="pt") as file:
        names = [k for k in file.keys() if not k.startswith("window/")]  # noqa: SIM118
        return {k: file.get_tensor(k).numpy().tobytes() for k in names}


@pytest.mark.parametrize("recipe", [*SYSTEMS, "cgan", "progressive"])
def test_sigkill_at_random_moments(shell, folder, recipe):
    options = [
        *known_to(recipe, OPTIONS, stage=1800),
        *paired_by(recipe, "label=even", "label=odd"),
    ]
    shell("train", recipe, folder, "--out", "undisturbed", *options)
    chance = random.Random(0)
    process = shell.start("train", recipe, folder, "--out", "killed", *options)
    kills = 0
    while kills < KILLS:
        wait_for_checkpoints(shell.home / "killed", process)
        time.sleep(chance.uniform(0, 0.4))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        process = shell.start("resume", "killed")
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert kills > 0
    assert final(shell.home / "killed") == final(shell.home / "undisturbed")
    assert curve(shell.home / "killed") == curve(shell.home / "undisturbed")


def wait_for_checkpoints(run, process):
    """Until a checkpoint appears that was not there, or the process ends."""
    before = set(run.glob("checkpoints/*.safetensors"))
    while process.poll() is None:
        if set(run.glob("checkpoints/*.safetensors")) - before:
            return
        time.sleep(0.01)


def curve(run):
    """The losses that a run recorded."""
    import json

    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [(r["images"], r.get("train"), r.get("held_out")) for r in records]


def test_ctrl_c_saves_and_says_how_to_go_on(shell, folder):
    process = shell.start("train", "vae", folder, "--out", "run", *OPTIONS)
    wait_for_checkpoints(shell.home / "run", process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "allegory resume run" in err
    shell("resume", "run")
    assert (shell.home / "run/report.html").exists()
