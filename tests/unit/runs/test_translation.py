"""Measures of translations: what is kept, what is taken for the target, and how sounds differ."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from tests.examples import run_for

from allegory.data.domains import DOMAIN, both_domains, domain
from allegory.data.open import open_data
from allegory.media import Images
from allegory.models.build import build
from allegory.runs import judge
from allegory.runs.evaluate import evaluate
from allegory.runs.measuring import translation
from allegory.runs.measuring.spoken import UTTERANCES, distortion, utterances
from allegory.runs.measuring.subject import Options, Subject
from allegory.sound.picture import drawn, heard, sound_at

SOUND = sound_at(8000)


@pytest.fixture
def voices():
    how = {"size": "16x16", "rate": "8000", "pairing": "shuffled"}
    return open_data("voices", examples=160, test=0.4, **how)


def rippled(x, decibels):
    """Spectrograms x with a ripple over their bands of this amplitude."""
    band = (torch.arange(x.shape[2]) + 0.5).flip(0)
    ripple = torch.cos(math.pi * 3 * band / x.shape[2])
    return x + 2 * decibels / -SOUND.floor * ripple[:, None]


def test_a_ripple_of_known_size_is_as_far_as_the_formula_says():
    x = torch.zeros(3, 1, 64, 4)
    own = [rippled(x[:2], 2.0), x[:0], rippled(x[:1], 2.0)]
    found = distortion(x, rippled(x, 1.0), own, SOUND)
    # 10 / ln 10 * sqrt(2) nepers, and 20 / ln 10 dB are a neper
    far = {name: figure.value * math.sqrt(2) for name, figure in found.items()}
    assert far["mcd"] == pytest.approx(1.0, rel=1e-3)
    assert far["mcd_before"] == pytest.approx(2.0, rel=1e-3)
    assert far["mcd_within"] == pytest.approx(0.0, abs=1e-6), "of the one that has two"
    assert distortion(x, x, [x[:0]] * 3, SOUND) == {}, "there is nothing to compare with"


def test_sounds_are_compared_with_those_of_their_label():
    real = torch.arange(6.0).view(6, 1, 1, 1)
    found = utterances(["b", "", "a", "c"], real, ["a", "b", "a", "a", "", "a"])
    assert [part.flatten().tolist() for part in found] == [[1], [], [0, 2, 3], []]


def test_of_many_sounds_some_from_all_over_are_compared(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "allegory.runs.measuring.spoken.mel_cepstral_distortion",
        lambda x, other, sound: seen.append(float(x.mean())) or 1.0,
    )
    n = 10 * UTTERANCES
    x = torch.arange(float(n)).view(n, 1, 1, 1)
    distortion(x, x, [x[:1]] * n, SOUND)
    assert (min(seen), max(seen), len({*seen})) == (0, n - 1, UTTERANCES)


def test_sounds_are_judged_as_they_are_heard():
    media = Images("L", 32, 16, sound=SOUND)
    y = torch.rand(2, 1, 32, 16, generator=torch.Generator().manual_seed(0)) - 0.5
    met = translation.as_met(y, media)
    torch.testing.assert_close(met, drawn(heard(y, SOUND), 32, SOUND), atol=1 / 127, rtol=0)
    assert torch.equal(
        translation.as_met(y, Images("L", 32, 16)), translation.to_unit(translation.to_bytes(y))
    )


def test_voices_get_figures_of_the_voice_the_word_and_the_sound(voices, monkeypatch):
    monkeypatch.setattr(judge, "recipe", lambda name: run_for(name))
    monkeypatch.setattr(translation, "recipe", lambda name: run_for(name))
    monkeypatch.setattr(translation, "JUDGED", 80)
    torch.manual_seed(0)
    model = build(run_for("cyclegan-voices").game.blueprint(voices)).eval().requires_grad_(False)
    options = Options(samples=30, features="pixels")
    found = evaluate(model, voices, measures=["translation"], options=options)
    figures = found.scores["measures"]["translation"]["figures"]
    for to in model.targets:
        for name in (
            "taken",
            "taken_real",
            "taken_among_all",
            "taken_among_all_real",
            "kept",
            "kept_real",
            "mcd",
            "mcd_before",
            "mcd_within",
        ):
            assert math.isfinite(figures[f"{to}_{name}"]["value"]), name
    assert any("heard" in note for note in found.scores["measures"]["translation"]["notes"])


def test_one_who_knows_the_other_voices_is_not_taken_in_by_what_is_neither(voices, monkeypatch):
    class Deaf:
        """Takes everything for the last that it knows."""

        def __init__(self, data, label, run):
            names = data.columns[label].names
            self.classifier, self.accuracy = SimpleNamespace(classes=names), 1.0
            self.last = len(names) - 1

        def tell(self, x):
            return torch.full((len(x),), self.last)

    monkeypatch.setattr(translation, "judge_for", Deaf)
    monkeypatch.setattr(translation, "JUDGED", 16)
    model = build(run_for("cyclegan-voices").game.blueprint(voices)).eval().requires_grad_(False)
    made = translation.Made(Subject(model, voices, Options(samples=8)), voices.media.names[1])
    assert voices.whole.columns["speaker"].names[-1] not in voices.media.names
    assert translation.among(made, None)["taken_among_all"].value == 0.0
    made.subject.data = replace(voices, whole=None)
    assert translation.among(made, None) == {}, "no others are known of"


def test_both_domains_are_what_each_is(voices):
    both = both_domains(voices)
    sides = [domain(voices, name) for name in voices.media.names]
    for split in ("train", "test"):
        part = both.split(split)
        told = part.table()[DOMAIN].values
        for k, side in enumerate(sides):
            mine, alone = part.select((told == k).nonzero()[0]), side.split(split)
            assert len(mine) == len(alone) > 0
            order = alone.rows.argsort()
            assert (mine.store[mine.rows] == side.store[alone.rows[order]]).all()
            for name in ("label", "pitch"):
                column, theirs = mine.table()[name], alone.table()[name]
                assert (column.values == theirs.values[order]).all()
                assert column.names == theirs.names
    again = both_domains(voices)
    assert again.fingerprint == both.fingerprint
    assert again.store.filename == both.store.filename, "it lies on disk, once"


def test_features_of_another_model_are_those_of_one_side(voices, monkeypatch):
    monkeypatch.setattr(judge, "recipe", lambda name: run_for(name))
    monkeypatch.setattr(translation, "recipe", lambda name: run_for(name))
    monkeypatch.setattr(translation, "JUDGED", 80)
    model = build(run_for("cyclegan-voices").game.blueprint(voices)).eval().requires_grad_(False)
    coder = build(run_for("vae").game.blueprint(domain(voices, "ada"))).eval()
    options = Options(samples=30, features=coder.requires_grad_(False))
    found = evaluate(model, voices, measures=["translation"], options=options)
    assert "VAE" in found.scores["measures"]["translation"]["basis"]["features"]
