"""What is known of both domains, and has to be kept."""

import math

import numpy as np
import pytest
import torch
from PIL import Image
from tests.examples import equal, game_for, pictures, run_for, weights_of
from torch import nn

from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.games.cyclegan import Meaning
from allegory.training.trainer import Trainer
from allegory.training.window import Window


@pytest.fixture
def two(tmp_path):
    """Two folders of spots, each with what its pictures are of: opens them as pairs."""

    def opened(first=("dot", "blob"), second=("blob", "speck"), channels=(3, 3)):
        for side, names, count in zip("ab", (first, second), channels, strict=True):
            store = pictures(40, 8, 8, channels=count, seed=ord(side)).store
            labels = np.array([names[i % 2] for i in range(40)])
            folder = tmp_path / side
            for name in {*names}:
                (folder / name).mkdir(parents=True, exist_ok=True)
            for i, picture in enumerate(store):
                # a difference that can be learned
                seen = 255 - picture if labels[i] == "blob" else picture
                Image.fromarray(seen.squeeze()).save(folder / labels[i] / f"{i}.png")
        return open_data(tmp_path / "a", to=str(tmp_path / "b"), pairing="shuffled")

    return opened


def test_classes_are_those_of_both_by_name():
    meaning = Meaning(nn.Identity(), "label", [("dot", "blob"), ("blob", "speck")])
    certain = 50.0 * torch.eye(3)
    # in the order of their names: blob, dot, speck
    assert float(meaning.lost(certain[[1, 0]], torch.tensor([0, 1]), meaning.places_a)) < 1e-6
    assert float(meaning.lost(certain[[0, 2]], torch.tensor([0, 1]), meaning.places_b)) < 1e-6
    flat = meaning.lost(torch.zeros(2, 3), torch.tensor([0, -1]), meaning.places_a)
    assert float(flat) == pytest.approx(math.log(3) / 2), "what is not known costs nothing"


def test_a_classifier_plays_along_and_learns(two):
    run = run_for("cyclegan", label="label", images=400, lr=5e-3)
    data = two()
    game = game_for(run, data)
    assert [player.name for player in game.players()] == ["generators", "critics", "classifier"]
    trainer = Trainer(game, data.split("train"), None, run.training)

    def lost():
        trainer.window = Window()
        trainer.round()
        means, _ = trainer.window.means()
        assert {"generators/meaning a", "generators/meaning b"} <= means.keys()
        return means["classifier/meaning a"] + means["classifier/meaning b"]

    with trainer.working():
        before = lost()
        for _ in range(40):
            trainer.round()
        assert lost() < before / 2


def test_resumed_is_undisturbed(two):
    run, data = run_for("cyclegan", label="label"), two()

    def fresh():
        return Trainer(game_for(run, data), data.split("train"), None, run.training)

    def played(trainer, rounds):
        with trainer.working():
            for _ in range(rounds):
                trainer.round()
        return trainer

    whole, broken, again = (fresh() for _ in range(3))
    again.restore(played(broken, 3).state())
    assert equal(weights_of(played(whole, 6)), weights_of(played(again, 3)))


@pytest.mark.parametrize(
    ("label", "kinds", "said"),
    [
        ("size", {}, "no such column .*; there are: label"),
        ("label", {"second": ("spot", "speck")}, "no category in common"),
        ("label", {"channels": (3, 1)}, "no category in common|two classes"),
    ],
)
def test_what_can_not_be_kept_is_told(two, label, kinds, said):
    with pytest.raises(UserError, match=said):
        game_for(run_for("cyclegan", label=label), two(**kinds))
