"""allegory translate on folders as people have them: what can be read, and what is told."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from tests.examples import pairs, run_for

from allegory.cli.main import main
from allegory.models.build import build
from allegory.models.files import save_weights, write_card
from allegory.runs.folder import RunFolder
from allegory.tools.translate import one_way
from hostile import write_hostile, write_odd

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

TARGETS = {"pix2pix": ["colour"], "cyclegan": ["colour", "grey"]}


@pytest.fixture(scope="module", params=TARGETS)
def folder(request, tmp_path_factory):
    """A run's folder, as far as a model is loaded from it."""
    path = tmp_path_factory.mktemp(request.param) / request.param
    path.mkdir()
    blueprint = run_for(request.param).game.blueprint(pairs())
    torch.manual_seed(0)
    write_card(path, blueprint, {})
    save_weights(path / "best.safetensors", build(blueprint))
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A folder of hostile files, odd ones below it, and the smallest and thinnest pictures."""
    root = tmp_path_factory.mktemp("mixed")
    reasons = write_hostile(root)
    write_odd(root / "odd" / "deep down")
    for size in ((1, 1), (1, 40), (37, 2), (90, 61)):
        pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / "odd" / "{}x{}.png".format(*size))
    return root, reasons


def translated(folder, source, out, *options, capsys):
    main(["translate", str(folder), str(source), "--out", str(out), "--json", *options])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("native", [False, True])
def test_a_hostile_folder_is_translated_but_for_what_is_named(
    folder, mixed, native, tmp_path, capsys
):
    root, reasons = mixed
    options = ["--native"] if native else []
    for to in TARGETS[folder.name]:
        found = translated(folder, root, tmp_path / to, "--to", to, *options, capsys=capsys)
        told = {one["path"]: one["reason"] for one in found["skipped"]}
        assert told.keys() >= reasons.keys()
        assert all(words in told[name] for name, words in reasons.items())
        there = [p for p in (root / "odd").rglob("*") if p.is_file()]
        assert len(found["translated"]) == len(there)
        for path in there:
            (answer,) = (tmp_path / to / path.parent.relative_to(root)).glob(f"{path.name}*")
            with Image.open(path) as before, Image.open(answer) as after:
                turned = "rotated" in path.name
                assert after.size == (before.size[::-1] if turned else before.size)


def test_no_weights_are_read_but_those_of_the_way_that_is_asked_for(folder):
    whole = load_file(folder / "best.safetensors")
    mine = {k: v for k, v in whole.items() if "b_to_a" not in k}
    save_file(mine, folder / "last.safetensors")
    found = RunFolder(folder).model("last", lambda model: one_way(model, "colour"))
    assert found.targets == ("colour",)
    assert found.state_dict().keys() == mine.keys()
    x = torch.rand(2, 1, 12, 9)
    all_of_it = RunFolder(folder).model("best")
    assert torch.equal(found.translate(x, "colour"), all_of_it.translate(x, "colour"))


def test_an_original_is_never_replaced(folder, tmp_path, capsys):
    Image.new("RGB", (16, 16)).save(tmp_path / "mine.png")
    before = (tmp_path / "mine.png").read_bytes()
    words = ["translate", str(folder), str(tmp_path / "mine.png"), "--to", "colour", "--out"]
    for out in (tmp_path, tmp_path / "mine.png"):
        assert main([*words, str(out)]) == 2
        assert "would replace the original" in capsys.readouterr().err
    assert (tmp_path / "mine.png").read_bytes() == before
