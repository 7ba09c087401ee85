"""What a run's folder keeps of evaluations."""

import json

import numpy as np
import pytest

from allegory.runs.folder import RunFolder


def scores(model="m", left_out=None, **measures):
    """An evaluation of some groups, each with one figure."""
    groups = {
        name.replace("_", "-"): {"basis": {"n": n, "model": model}, "figures": {}}
        for name, n in measures.items()
    }
    return {"model": model, "measures": groups, "left_out": left_out or {}}


def test_a_group_that_was_not_measured_again_stays_with_what_it_rests_on(tmp_path):
    folder = RunFolder(tmp_path)
    first = scores("old", {"prediction": "none", "latent": "no"}, density=10, fidelity=50)
    folder.keep_scores(first, {})
    assert folder.scores() == first
    folder.keep_scores(scores("new", {"fidelity": "why"}, latent=5, density=20), {})
    kept = folder.scores()
    assert list(kept["measures"]) == ["density", "fidelity", "latent"]
    assert kept["measures"]["density"]["basis"] == {"n": 20, "model": "new"}
    assert kept["measures"]["fidelity"]["basis"] == {"n": 50, "model": "old"}
    assert kept["model"] == "new"
    assert kept["left_out"] == {}
    lines = (tmp_path / "evaluations.jsonl").read_text().splitlines()
    assert json.loads(lines[0]) == first
    assert len(lines) == 2


@pytest.mark.parametrize("before", ["{", "[1]", '{"reconstruction": {"mean": 1.0}}', "{}"])
def test_what_an_evaluation_can_not_be_merged_with_is_replaced(tmp_path, before):
    folder = RunFolder(tmp_path)
    folder.evaluation.write_text(before)
    folder.keep_scores(scores(density=10), {})
    assert folder.scores() == scores(density=10)


def test_numbers_that_are_not_json_leave_the_file_as_it_was(tmp_path):
    folder = RunFolder(tmp_path)
    folder.keep_scores(scores(density=10), {})
    with pytest.raises(ValueError, match="JSON"):
        folder.keep_scores(scores(density=float("nan")), {})
    assert folder.scores() == scores(density=10)


def test_pictures_lie_where_the_scores_say(tmp_path):
    found = scores(memorisation=10)
    found["measures"]["memorisation"]["picture"] = "evaluation-memorisation.png"
    RunFolder(tmp_path).keep_scores(found, {"memorisation": np.zeros((4, 4, 3), np.uint8)})
    assert (tmp_path / "evaluation-memorisation.png").exists()
