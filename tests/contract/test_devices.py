"""What holds on another device: nothing is left behind, and nobody waits for it in every step."""

import importlib
from unittest import mock

import pytest
import torch
from PIL import Image
from tests.elsewhere import ELSEWHERE, elsewhere
from tests.examples import (
    GAMES,
    SYSTEMS,
    data_for,
    game_for,
    known_to,
    paired_by,
    pictures,
    run_for,
    weights_of,
)

from allegory.training import precision
from allegory.training.trainer import Trainer


def played(name, kind, device):
    """A trainer in the middle of a run."""
    run = run_for(name, precision="float32")
    data = data_for(kind)
    settings = run.training.model_copy(update={"device": device})
    trainer = Trainer(game_for(run, data), data.split("train"), data.split("validation"), settings)
    with trainer.working():
        trainer.round()
        trainer.guard()
    return trainer


@pytest.mark.parametrize(("name", "kind"), [game for game in GAMES if game[0] in SYSTEMS])
def test_a_game_is_played_there_as_here_and_no_step_waits(name, kind):
    here = weights_of(played(name, kind, "cpu"))
    with elsewhere() as device:
        trainer = played(name, kind, ELSEWHERE.type)
        tensors = {k: v.cpu() for k, v in trainer.state().tensors.items()}
        with trainer.working():
            device.waits = 0
            trainer.round()
            assert device.waits == 0
    for key, value in here.items():
        torch.testing.assert_close(tensors[key], value, rtol=1e-4, atol=1e-5, msg=key)


def test_what_lies_on_two_devices_is_told():
    with elsewhere() as device:
        there = torch.ones(3, device=ELSEWHERE)
        with pytest.raises(RuntimeError, match="are elsewhere"):
            there + torch.ones(3)
        with pytest.raises(RuntimeError, match=r"numpy\(\)"):
            there.numpy()
        with pytest.raises(RuntimeError, match="generator"):
            torch.rand(3, generator=torch.Generator(), device=ELSEWHERE)
        assert device.waits == 0
        assert float((2 * there).sum()) == 6.0
        assert device.waits == 1


@pytest.fixture
def chosen():
    """On a machine where "auto" is another device."""
    real = precision.choose_device

    def choose(wanted):
        return ELSEWHERE if wanted == "auto" else real(wanted)

    with elsewhere(), mock.patch.object(precision, "choose_device", choose):
        yield


MEASURED = ("--features", "pixels", "--samples", "40", "--examples", "20", "--draws", "2")
VERBS = {
    "vae": [
        ["reconstruct", "run", "data", "--out", "r.png"],
        ["interpolate", "run", "--out", "i.png"],
        ["traverse", "run", "--image", "data/even/000.png", "--out", "t.png"],
        ["encode", "run", "data", "--out", "codes.csv"],
        ["invert", "run", "data", "-n", "1", "--out", "found"],
        ["outliers", "run", "data", "--out", "o.csv"],
        ["balance", "run", "--out", "b.csv"],
        ["sample", "run", "--draw", "codes", "--out", "c.png"],
        ["evaluate", "run", *MEASURED],
    ],
    "cgan": [["sample", "run", "--label", "all"], ["traverse", "run", "--label", "odd"]],
    "cyclegan": [["translate", "run", "data/even/000.png", "--to", "odd", "--out", "odd.png"]],
    "diffusion": [
        ["sample", "run", "-n", "9", "--steps", "2"],
        ["inpaint", "run", "data/even/000.png", "--mask", "left", "--steps", "2"],
    ],
}


@pytest.mark.filterwarnings("ignore:get_parser")
@pytest.mark.parametrize("name", VERBS)
def test_commands_work_there(name, chosen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALLEGORY_CACHE", str(tmp_path / "cache"))
    for i, picture in enumerate(pictures(220, 8, 8).store):
        folder = tmp_path / "data" / ("even" if i % 2 == 0 else "odd")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / f"{i:03d}.png")
    small = ("--images", "64", "--network", "tiny", "--latents", "3", "--batch", "16")
    options = known_to(name, (*small, "--evaluations", "1"))
    pairs = paired_by(name, "label=even", "label=odd")
    verbs = [["train", name, "data", *options, *pairs, "--out", "run"], *VERBS[name]]
    for verb, *arguments in verbs:
        importlib.import_module(f"allegory.cli.{verb}").command(arguments)
