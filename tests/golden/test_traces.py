"""A 50-step trace of the loss of each game, as text: nothing drifts unnoticed.

`make golden` rewrites the traces; the commit that does so says why.
"""

import os
from pathlib import Path

import pytest
import torch
from tests.examples import GAMES, trainer_for

from allegory.training.window import Window

TRACES = Path(__file__).parent / "traces"
STEPS = 50


def trace(name, kind):
    """The total loss of every step, in float32 on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    trainer = trainer_for(name, kind, precision="float32", images=8 * STEPS)
    losses = []
    for _ in range(STEPS):
        trainer.window = Window()
        trainer.round()
        losses.append(trainer.window.means()[0]["total"])
    torch.set_num_threads(threads)
    return losses


@pytest.mark.parametrize(("name", "kind"), GAMES)
def test_the_trace_is_the_golden_one(name, kind):
    path = TRACES / f"{name}-{kind}.txt"
    found = trace(name, kind)
    if os.environ.get("ALLEGORY_GOLDEN") == "write":
        TRACES.mkdir(exist_ok=True)
        path.write_text("".join(f"{loss:.6g}\n" for loss in found))
    golden = [float(line) for line in path.read_text().split()]
    # other processors sum in another order, and fifty steps amplify it
    assert found == pytest.approx(golden, rel=2e-2, abs=1e-2)
    assert found[:5] == pytest.approx(golden[:5], rel=1e-4, abs=1e-3)
