"""A sweep that is stopped and continued ends as the sweep undisturbed; a failing run is told."""

import json
import signal

import pytest
from tests.examples import run_for

import allegory
from allegory.errors import Interrupted, UserError
from allegory.report.outcomes import tabulate
from allegory.runs import play
from allegory.runs.sweep import SweepFolder, vary
from allegory.runs.sweep_play import play_sweep
from allegory.runs.sweep_results import kept
from allegory.runs.watch import Preview
from allegory.training.checkpoint import Checkpoints

OVER = {"beta": ["1", "4"]}


def sweep_of(over=OVER, seeds=(0, 1), **fields):
    small = {"source": "ring", "examples": 60, "images": 64, "network": "tiny"}
    return vary(run_for("vae", **{**small, **fields}), over, seeds)


class Score:
    """Measures a run by its last held-out loss; may be stopped at a call."""

    def __init__(self, stop_at=None):
        self.calls, self.stop_at = [], stop_at

    def __call__(self, path):
        if len(self.calls) == self.stop_at:
            raise KeyboardInterrupt
        self.calls.append(path)
        lines = (path / "metrics.jsonl").read_text().splitlines()
        losses = [r["held_out"]["total"] for r in map(json.loads, lines) if "held_out" in r]
        figure = {"value": losses[-1], "low": 0.0, "high": 1.0}
        return {"measures": {"held-out": {"figures": {"loss": figure}}}, "n": 6}


def weights(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("last.safetensors")
    }


@pytest.fixture
def undisturbed(tmp_path):
    folder = SweepFolder(tmp_path / "undisturbed")
    return play_sweep(sweep_of(), folder, Score())


def test_what_it_leaves(undisturbed):
    folder = undisturbed.folder.path
    assert len(weights(folder)) == 4
    assert (folder / "beta=4/seed=1/report.html").exists()
    lines = (folder / "results.csv").read_text().splitlines()
    assert lines[0] == "run,beta,seed,failed,held-out.loss"
    assert [line.split(",")[0] for line in lines[1:]] == [
        "beta=1/seed=0", "beta=4/seed=0", "beta=1/seed=1", "beta=4/seed=1"
    ]  # fmt: skip
    results = json.loads((folder / "results.json").read_text())
    assert results == json.loads(json.dumps(undisturbed.results()))
    first = results["table"][0]
    assert first["values"] == {"beta": 1.0}
    loss = first["measures"]["held-out.loss"]
    assert loss["n"] == 2
    assert loss["low"] < loss["mean"] < loss["high"]
    page = (folder / "sweep.html").read_text()
    assert 'href="beta%3D4/seed%3D1/report.html"' in page
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")


def test_stopped_within_and_between_runs_it_ends_as_undisturbed(
    undisturbed, tmp_path, monkeypatch
):
    folder, scenes = SweepFolder(tmp_path / "stopped"), []

    def look(self, scene):
        scenes.append(scene.images)
        if len(scenes) == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Preview, "__call__", look)
    with pytest.raises(Interrupted):
        play_sweep(sweep_of(), folder, Score())
    assert [o.run for o in done(folder)] == ["beta=1/seed=0"]
    assert Checkpoints(folder.path / "beta=4/seed=0/checkpoints").newest().values["images"] < 64
    assert "1 of 4 runs are done" in folder.page.read_text()
    with pytest.raises(Interrupted):
        play_sweep(folder.read(), folder, Score(stop_at=1))
    assert len(done(folder)) == 2
    last = Score()
    again = play_sweep(folder.read(), folder, last)
    assert [path.parent.name for path in last.calls] == ["beta=1", "beta=4"]
    assert again.outcomes == undisturbed.outcomes
    assert weights(folder.path) == weights(undisturbed.folder.path)
    csv = "results.csv"
    assert (folder.path / csv).read_text() == (undisturbed.folder.path / csv).read_text()


def done(folder):
    sweep = folder.read()
    found = (kept(folder, sweep, job) for job in sweep.jobs())
    return [outcome for outcome in found if outcome is not None]


def test_what_is_done_is_not_done_again_and_more_is_added(undisturbed):
    score = Score()
    before = weights(undisturbed.folder.path)
    more = sweep_of({"beta": ["1", "2", "4"]}, (0, 1))
    after = play_sweep(more, undisturbed.folder, score)
    assert [path.parent.name for path in score.calls] == ["beta=2", "beta=2"]
    assert before.items() <= weights(undisturbed.folder.path).items()
    assert [row.values["beta"] for row in after.table()] == [1.0, 2.0, 4.0]


def test_other_measures_measure_again_without_training(undisturbed, monkeypatch):
    sweep = sweep_of().model_copy(update={"measures": ("other",)})
    before = weights(undisturbed.folder.path)
    monkeypatch.setattr("allegory.training.trainer.Trainer.round", None)
    score = Score()
    play_sweep(sweep, undisturbed.folder, score)
    assert len(score.calls) == 4
    assert weights(undisturbed.folder.path) == before


def test_a_run_that_fails_is_written_down_and_the_rest_goes_on(tmp_path):
    folder = SweepFolder(tmp_path / "sweep")
    sweep = sweep_of({"likelihood": ["bernoulli", "gaussian"]}, (0,))
    found = play_sweep(sweep, folder, Score())
    assert [o.failed is not None for o in found.outcomes] == [True, False]
    assert "is for pictures" in found.outcomes[0].failed
    assert "is for pictures" in (folder.path / "results.csv").read_text()
    assert "is for pictures" in folder.page.read_text()
    assert [row.failed for row in found.table()] == [1, 0]
    score = Score()
    play_sweep(sweep, folder, score)
    assert score.calls == []


def test_each_run_has_its_report_written_once_whether_it_can_be_measured_or_not(
    tmp_path, monkeypatch
):
    def measure(path):
        if path.parent.name == "beta=1":
            raise UserError("it can't be measured.")
        return Score()(path)

    written, report = [], play.report
    monkeypatch.setattr(play, "report", lambda run: written.append(run.path) or report(run))
    folder = SweepFolder(tmp_path / "sweep")
    found = play_sweep(sweep_of(seeds=(0,)), folder, measure)
    assert [o.failed for o in found.outcomes] == ["it can't be measured.", None]
    assert written == [folder.path / outcome.run for outcome in found.outcomes]
    assert all((path / "report.html").exists() for path in written)


def test_where_every_run_fails_the_reason_is_told(tmp_path):
    sweep = sweep_of({"beta": ["1", "2"]}, (0,), likelihood="bernoulli")
    with pytest.raises(UserError, match=r"every run .* is for pictures"):
        play_sweep(sweep, SweepFolder(tmp_path / "sweep"), Score())


def test_data_are_opened_once_unless_they_are_varied(tmp_path, monkeypatch):
    opened, data_of = [], play.data_of
    monkeypatch.setattr(play, "data_of", lambda run: opened.append(run.data) or data_of(run))
    play_sweep(sweep_of(seeds=(0,)), SweepFolder(tmp_path / "a"), Score())
    assert len(opened) == 1
    varied = sweep_of({"examples": ["50", "60"]}, (0,))
    play_sweep(varied, SweepFolder(tmp_path / "b"), Score())
    assert [data.examples for data in opened[1:]] == [50, 60]


def test_data_that_can_not_be_opened_leave_no_sweep(tmp_path):
    with pytest.raises(UserError, match="did you mean 'ring'"):
        play_sweep(sweep_of(source="rng"), SweepFolder(tmp_path / "a"), Score())
    assert not (tmp_path / "a").exists()


def test_from_python_with_the_figures_of_evaluate(tmp_path):
    small = {"images": 64, "network": "tiny", "latents": 2, "batch": 16, "examples": 100}
    measured = {"measures": ["density", "reconstruction"], "over": {"beta": [1, 4]}}
    found = allegory.sweep("vae", "ring", seeds=1, out=tmp_path, **measured, **small)
    figures = {"reconstruction.mse", "density.negative_elbo", "density.negative_bound"}
    assert figures <= found.outcomes[0].figures.keys()
    assert "One seed" in (tmp_path / "sweep.html").read_text()
    assert tabulate(found.outcomes)[0].measures["reconstruction.mse"].ends is None
    evaluation = json.loads((tmp_path / "beta=4/seed=0/evaluation.json").read_text())
    kept = evaluation["measures"]["reconstruction"]["figures"]["mse"]["value"]
    assert kept == found.outcomes[1].figures["reconstruction.mse"]
