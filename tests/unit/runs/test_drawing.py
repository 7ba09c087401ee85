"""The weights by which a run draws its examples: kept, shown, and no part of its course."""

import numpy as np
import pytest
import torch

import allegory
from allegory.errors import UserError
from allegory.runs.folder import RunFolder

FIELDS = {"network": "tiny", "batch": 8, "evaluations": 2, "device": "cpu", "images": 160}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("drawing") / "mine.npz"
    x = rng.integers(0, 255, (60, 8, 8, 3), dtype=np.uint8)
    np.savez(path, x=x, label=np.array(["a", "b", "a"] * 20), tone=x.mean((1, 2, 3)))
    return path


def test_the_weights_of_the_last_epoch_are_kept_and_shown(source, tmp_path):
    run = allegory.train("dbvae", source, out=tmp_path / "run", latents=2, **FIELDS)
    kept = run.folder.drawn_by()
    drawn = run.folder.from_checkpoint("weights/")[""]
    assert torch.equal(torch.from_numpy(kept), drawn)
    assert len(kept) == len(allegory.open_data(source).split("train"))
    page = run.folder.report.read_text(encoding="utf-8")
    assert "<h2>Weights</h2>" in page
    assert "latent z" in page


def test_a_run_that_weighs_nothing_keeps_nothing(source, tmp_path):
    run = allegory.train("classifier", source, out=tmp_path / "run", **FIELDS)
    assert run.folder.drawn_by() is None
    assert "<h2>Weights</h2>" not in run.folder.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("recipe", ["dbvae", "jtt", "afr"])
@pytest.mark.parametrize("left", [59, 60])
def test_it_does_not_go_on_with_other_examples_than_those_that_it_weighed(
    source, tmp_path, recipe, left
):
    with np.load(source) as arrays:
        known = dict(arrays)
    mine = tmp_path / "mine.npz"
    np.savez(mine, **known)
    stages = {} if recipe == "dbvae" else {"first_images": 64}
    allegory.train(recipe, mine, out=tmp_path / "run", **FIELDS, **stages)
    np.savez(mine, **{name: values[::-1][:left] for name, values in known.items()})
    with pytest.raises(UserError, match="it can't go on"):
        allegory.resume(tmp_path / "run", images=320)


def test_a_damaged_file_is_passed_over(tmp_path, capsys):
    folder = RunFolder(tmp_path)
    folder.drawing.write_bytes(b"torn")
    assert folder.drawn_by() is None
    assert "damaged" in capsys.readouterr().err
