"""A run as a folder for a model hub."""

import json

import pytest
import torch

from allegory.api.runs import load
from allegory.errors import UserError
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.folder import RunFolder
from allegory.runs.publish import publish, without_paths
from studios import trained


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = RunFolder(trained(tmp_path_factory.mktemp("home") / "runs"))
    source = folder.run().data.source
    score = {"label": "accuracy", "value": 0.75, "low": 0.7, "high": 0.8}
    basis = {"n": 8, "reference": f"test split of {source}"}
    group = {"basis": basis, "figures": {"logistic": score}, "notes": ["A <note>."]}
    scores = {"measures": {"two-sample": group}, "left_out": {}, "model": "x"}
    folder.evaluation.write_text(json.dumps(scores))
    return folder


@pytest.fixture(scope="module")
def published(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("hub") / "folder"
    return out, publish(run, out)


def test_the_folder_is_a_run_with_the_same_model(run, published):
    out, written = published
    assert {path.name for path in written} == {path.name for path in out.iterdir()}
    model, original = load(out), run.model()
    x = torch.rand(2, *original.media.shape) * 2 - 1
    assert torch.equal(model.encode(x).mean, original.encode(x).mean)


def test_no_path_of_this_machine_is_told(run, published):
    source = run.run().data.source
    assert "/" in source
    for path in published[1]:
        assert str(run.path.parent).encode() not in path.read_bytes()
        assert source.encode() not in path.read_bytes()


def test_no_folder_of_another_run_is_told(run):
    taught = run.run().model_copy(update={"game": recipe("diffusion-fast").game})
    assert without_paths(change(taught, {"teacher": "runs/d"})).game.teacher is None


def test_the_card_tells_data_settings_measures_use_and_limits(published):
    card = (published[0] / "README.md").read_text(encoding="utf-8")
    head, _, rest = card.removeprefix("---\n").partition("\n---\n")
    assert "library_name: allegory" in head
    assert "pipeline_tag: unconditional-image-generation" in head
    titles = [line.removeprefix("## ") for line in rest.splitlines() if line.startswith("## ")]
    assert titles == ["What it does", "Data", "Training", "Measures", "Intended use", "Limits"]
    for told in ("64 examples", "| accuracy | 0.75 | 0.7 … 0.8 |", "160 images", "samples.png"):
        assert told in rest
    assert "test split of spots-0.npy" in rest
    assert "copy training examples was not measured" in rest


def test_what_was_not_measured_is_said(run, tmp_path):
    run.evaluation.rename(tmp_path / "aside")
    try:
        publish(run, tmp_path / "hub")
    finally:
        (tmp_path / "aside").rename(run.evaluation)
    assert "Nothing was measured" in (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")


def test_the_run_is_not_written_over(run):
    with pytest.raises(UserError, match="is the run itself"):
        publish(run, run.path)
