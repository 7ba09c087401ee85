"""Models of claims are trained once, and gone on with where they were interrupted."""

import pytest
import torch

from allegory.claims import trained as module
from allegory.claims.trained import trained
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.folder import RunFolder
from allegory.training.checkpoint import Checkpoints

SMALL = {"source": "line", "examples": 200, "images": 256, "batch": 32, "network": "tiny"}


@pytest.fixture
def run():
    return change(recipe("vae"), SMALL)


def folders(cache):
    return list((cache / "claims" / "trained").iterdir())


def test_the_same_run_is_trained_once(run, cache, monkeypatch):
    first = trained(run)
    monkeypatch.setattr(module, "begin", None)
    again = trained(run)
    assert len(folders(cache)) == 1
    x = torch.zeros(1, 1)
    assert torch.equal(first.encode(x).mean, again.encode(x).mean)


def test_another_run_is_another_model(run, cache):
    trained(run)
    trained(change(run, {"seed": 1}))
    assert len(folders(cache)) == 2


def test_an_interrupted_run_goes_on(run, cache):
    whole = trained(run)
    (path,) = folders(cache)
    checkpoints = Checkpoints(RunFolder(path).checkpoints)
    checkpoints.paths()[-1].unlink()
    (path / "best.safetensors").unlink()
    again = trained(run)
    assert checkpoints.newest().values["images"] == 256
    weights, others = whole.state_dict(), again.state_dict()
    assert all(torch.equal(weights[name], others[name]) for name in weights)
