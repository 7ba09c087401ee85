"""A sweep from the command line: stopped, continued, and told as JSON."""

import json
import signal
import time


def test_a_sweep_is_stopped_and_goes_on(shell, folder):
    options = ("--network", "tiny", "--latents", "4", "--batch", "8", "--evaluations", "10")
    sweep = ("sweep", "vae", folder, "--over", "beta=1,4", *options, "--images", "2000")
    sweep = (*sweep, "--out", "swept")
    process = shell.start(*sweep, "--seeds", "1")
    while not list(shell.home.glob("swept/beta=1/seed=0/checkpoints/*.safetensors")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "allegory resume swept" in err
    assert "reconstruction" in shell("resume", "swept")
    assert "run 1 of 2: beta=1, seed=0" in shell.err
    assert "going on from" in shell.err
    found = json.loads(shell(*sweep, "--seeds", "1", "--json"))
    assert "2 done already" in shell.err
    assert "training" not in shell.err
    assert [run["run"] for run in found["runs"]] == ["beta=1/seed=0", "beta=4/seed=0"]
    shell("resume", "swept", "--images", "9000", code=2)
    assert "is a sweep" in shell.err


def test_the_same_command_finds_its_folder(shell):
    sweep = ("sweep", "vae", "ring", "--over", "latents=1,2", "--seeds", "1", "--images", "64")
    sweep = (*sweep, "--network", "tiny", "--examples", "100", "--evaluations", "2")
    first, again = (shell.json(*sweep) for _ in range(2))
    assert first == again
    assert first["sweep"] == "runs/vae-ring-sweep"
