"""Groups of measures: who gets which, why others are left out, and what they rest on."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.examples import pictures, run_for
from torch import nn

from allegory.errors import UserError
from allegory.runs.evaluate import evaluate
from allegory.runs.measuring.findings import Figure, Findings, strict
from allegory.runs.measuring.networks import choice_of, features_of
from allegory.runs.measuring.subject import Options, Subject
from allegory.runs.measuring.table import GROUPS, chosen, reason
from allegory.tools.requires import MEASURES
from fakes import LinearCoder, OnlySamples, ellipses, fit, points

FEW = Options(examples=60, samples=40, draws=2, features="pixels")


def reasons(model, data, **changes):
    subject = Subject(model, data, replace(FEW, **changes.pop("options", {})), **changes)
    return {name: reason(group, subject) for name, group in GROUPS.items()}


def possible(model, data, **changes):
    return {name for name, why in reasons(model, data, **changes).items() if why is None}


def test_the_table_of_needs_and_that_of_measures_name_the_same_groups():
    assert list(GROUPS) == list(MEASURES)


def test_groups_are_chosen_in_the_order_of_the_table():
    assert [group.name for group in chosen(["density", "reconstruction", "density"])] == [
        "reconstruction",
        "density",
    ]
    assert chosen(None) == tuple(GROUPS.values())
    with pytest.raises(UserError, match="unknown measure 'disentangle': did you mean 'disentang"):
        chosen(["density", "disentangle"])


def test_a_model_gets_the_groups_that_it_and_the_data_allow():
    data = points(60)
    other = {"prediction", "classification", "groups", "modes", "conditional", "discrimination"}
    everything = set(GROUPS) - other - {"translation"}
    assert possible(fit(data, 2), data) == everything
    assert possible(fit(data, 2, LinearCoder), data) == {
        "reconstruction",
        "latent",
        "disentanglement",
    }
    samples = {"fidelity", "two-sample", "memorisation"}
    assert possible(OnlySamples(data.media), data) == samples


def test_what_the_data_lack_is_said():
    data = points(60)
    model = fit(data, 2)
    assert reasons(model, replace(data, columns={}))["disentanglement"].startswith("the data have")
    assert "no training split" in reasons(model, replace(data, splits={}))["memorisation"]
    untested = replace(data, splits={**data.splits, "test": np.arange(0)})
    assert "no test split" in reasons(model, untested)["memorisation"]
    assert Subject(model, untested, FEW).where.endswith("what was learned from included")
    assert "give no other source" in reasons(model, data, own=False)["memorisation"]
    assert "(Predicts)" in reasons(model, data)["prediction"]


class Reads:
    """Reads the angle of a point."""

    columns = ("angle",)

    def __init__(self, media):
        self.media = media

    def predict(self, x):
        return torch.atan2(x[:, 1] * 2, x[:, 0])[:, None] % (2 * np.pi)


def test_prediction_needs_a_column_that_the_model_reads():
    data = points(200)
    assert "none of angle" in reasons(Reads(data.media), replace(data, columns={}))["prediction"]
    found = evaluate(Reads(data.media), data, measures=["prediction"], options=FEW).scores
    figures = found["measures"]["prediction"]["figures"]
    assert figures["angle"]["n"] == 40
    assert figures["angle"]["value"] > 0.5


def test_what_can_not_be_measured_is_said_and_the_rest_goes_on(capsys):
    data = replace(points(60), columns={})
    found = evaluate(fit(data, 2), data, measures=["disentanglement", "density"], options=FEW)
    assert list(found.scores["measures"]) == ["density"]
    assert "disentanglement: left out, the data have no columns" in capsys.readouterr().err
    with pytest.raises(UserError, match="nothing was measured: disentanglement: the data have no"):
        evaluate(fit(data, 2), data, measures=["disentanglement"], options=FEW)


def test_one_factor_is_nothing_to_disentangle():
    data = points(200)
    found = evaluate(fit(data, 2), data, options=FEW).scores
    assert (
        "two known factors that vary, and the data have one"
        in (found["left_out"]["disentanglement"])
    )


def test_features_that_were_asked_for_are_there_or_nothing_is_measured(tmp_path):
    data = ellipses(60)
    options = replace(FEW, features=tmp_path)
    with pytest.raises(UserError, match="not the folder of a run"):
        evaluate(fit(data, 2), data, options=options)


def test_no_examples_are_told():
    data = points(20)
    empty = data.select(np.arange(0))
    with pytest.raises(UserError, match="no examples to evaluate on"):
        evaluate(fit(data, 2), empty, options=FEW)


def test_features_are_named_or_lie_somewhere(tmp_path):
    assert choice_of("pixels") == "pixels"
    assert choice_of(str(tmp_path)) == tmp_path
    with pytest.raises(UserError, match=r"no features 'defalt'.*did you mean 'default'"):
        choice_of("defalt")


def test_any_module_gives_features_and_is_named_by_its_weights():
    data = points(200)
    model = fit(data, 2)
    ones, twos = nn.Linear(2, 3), nn.Linear(2, 3)

    def fidelity(features):
        options = replace(FEW, features=choice_of(features))
        found = evaluate(model, data, measures=["fidelity"], options=options).scores
        return found["measures"]["fidelity"]

    first, same, other = (fidelity(one) for one in (ones, copy.deepcopy(ones), twos))
    assert first["figures"] == same["figures"] != other["figures"]
    assert first["basis"]["features"] == same["basis"]["features"]
    assert first["basis"]["features"].startswith("Linear ")
    assert first["basis"]["features"] != other["basis"]["features"]


def test_a_model_that_encodes_gives_its_codes_as_features():
    data = pictures(60)
    coder = run_for("vae").game.model(data)
    found = features_of(choice_of(coder), data)
    assert found.name.startswith("codes of VAE ")
    x = data.take(range(4))
    assert torch.equal(found.of(x), coder.encode(x).mean)
    with pytest.raises(UserError, match=r"VAE \w+ reads examples of shape"):
        features_of(coder, pictures(60, height=8))


def test_features_from_a_file_are_compared(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "mine.npz"
    np.savez(path, real=rng.normal(size=(80, 3)), generated=rng.normal(2, 1, size=(60, 3)))
    data = points(60)
    options = replace(FEW, features=choice_of(path))
    found = evaluate(fit(data, 2), data, options=options).scores
    group = found["measures"]["fidelity"]
    assert group["basis"]["n_real"] == group["basis"]["n_generated"] == 60
    assert group["basis"]["features"] == "mine.npz"
    assert group["figures"]["frechet"]["low"] > 5
    assert "no features of training examples" in found["left_out"]["memorisation"]
    np.savez(path, features=np.zeros((9, 2)))
    found = evaluate(fit(data, 2), data, options=options).scores
    assert "called 'real'" in found["left_out"]["fidelity"]


def test_the_neighbour_that_is_named_is_the_one_that_was_taken(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "mine.npz"
    np.savez(path, real=rng.normal(size=(5, 2)), generated=rng.normal(size=(5, 2)))
    data = points(60)
    options = replace(FEW, features=choice_of(path))
    found = evaluate(fit(data, 2), data, measures=["fidelity"], options=options).scores
    said = " ".join(found["measures"]["fidelity"]["notes"])
    assert "precision and recall: neighbour k = 3." in said
    assert "density and coverage: few examples: balls reach to neighbour 4, not 5." in said


def test_of_the_longer_side_some_are_taken_from_all_over(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "mine.npz"
    real = np.concatenate([rng.normal(-5, 1, (300, 2)), rng.normal(5, 1, (300, 2))])
    np.savez(path, real=real, generated=real[::6])
    data = points(60)
    options = replace(FEW, features=choice_of(path))
    found = evaluate(fit(data, 2), data, measures=["fidelity"], options=options).scores
    figures = found["measures"]["fidelity"]["figures"]
    assert figures["coverage"]["value"] > 0.8


class Copies(OnlySamples):
    """Gives training examples away."""

    def __init__(self, data):
        super().__init__(data.media)
        self.train = data.split("train")

    def sample(self, n, *, rng):
        rows = torch.randint(len(self.train), (n,), generator=rng).numpy()
        return self.train.take(rows)


def test_a_model_that_copies_is_caught_with_the_very_pictures():
    data = ellipses(300)
    found = evaluate(Copies(data), data, measures=["memorisation"], options=FEW)
    group = found.scores["measures"]["memorisation"]
    assert group["figures"]["near"]["value"] == 1
    assert group["figures"]["rank_z"]["value"] < -2
    assert group["basis"]["n_train"] == 240
    above, below = np.split(found.pictures["memorisation"][:, :, :3].astype(int), [74])
    side = below.shape[0]
    assert np.array_equal(above[:side], below)


def test_samples_are_compared_as_the_data_are():
    data = pictures(40, binary=True)
    subject = Subject(OnlySamples(data.media), data, FEW)
    assert subject.generated(np.arange(3)).unique().tolist() == [-1, 1]
    grey = pictures(40)
    subject = Subject(OnlySamples(grey.media), grey, FEW)
    levels = (subject.generated(np.arange(3)) + 1) * 127.5
    torch.testing.assert_close(levels, levels.round(), atol=1e-3, rtol=0)


def test_a_sample_does_not_depend_on_which_others_are_asked_for():
    data = ellipses(60)
    subject = Subject(fit(data, 2), data, replace(FEW, samples=600))
    whole = subject.generated(np.arange(600))
    assert torch.equal(subject.generated(np.array([599, 3, 256])), whole[[599, 3, 256]])
    assert len(whole.flatten(1).unique(dim=0)) == 600


def test_numbers_that_are_not_finite_are_null():
    figure = Figure("f", float("nan"), -np.inf, np.float32(1.0))
    found = strict(Findings({"n": np.int64(3)}, {"f": figure}, detail={"a": np.eye(2)}).to_json())
    assert json.loads(json.dumps(found, allow_nan=False)) == {
        "basis": {"n": 3},
        "figures": {"f": {"label": "f", "value": None, "low": None, "high": 1.0}},
        "detail": {"a": [[1.0, 0.0], [0.0, 1.0]]},
    }


def test_numbers_and_categories_are_factors_and_text_is_not():
    data = ellipses(300)
    found = evaluate(fit(data, 4), data, measures=["disentanglement"], options=FEW).scores
    group = found["measures"]["disentanglement"]
    assert group["basis"]["factors"] == ["across", "down", "light", "tone", "shape"]
    assert np.shape(group["detail"]["importance"]["values"]) == (4, 5)
    assert any("no FactorVAE score" in note for note in group["notes"])
