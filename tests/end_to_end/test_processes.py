"""Two processes under torchrun play the same game as one."""

import json
import subprocess
import sys

import pytest
from tests.examples import known_to

OPTIONS = (
    "--images", "320", "--batch", "16", "--network", "tiny", "--latents", "4",
    "--precision", "float32",
)  # fmt: skip


def totals(run):
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [r["train"]["total"] for r in records if "train" in r]


@pytest.mark.parametrize("recipe", ["diffusion", "vae"])
def test_two_processes_give_the_losses_of_one(shell, folder, recipe):
    words = ["train", recipe, str(folder), *known_to(recipe, OPTIONS)]
    shell(*words, "--out", "one")
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
        "--master-port", "29517", "-m", "allegory.cli.main", *words, "--out", "two",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=shell.home, env=shell.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    one, two = totals(shell.home / "one"), totals(shell.home / "two")
    assert len(one) == 20
    assert two == pytest.approx(one, rel=1e-4)
