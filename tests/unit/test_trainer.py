"""The trainer's guard, clock and records."""

import dataclasses

import pytest
import torch
from tests.examples import equal, trainer_for, weights_of

from allegory.errors import Interrupted, UserError
from allegory.training.checkpoint import Checkpoints
from allegory.training.game import Turn
from allegory.training.journal import Journal, read_journal
from allegory.training.noise import Noise


def poison(trainer, steps):
    """Have the loss of these steps be NaN."""
    mover = trainer.movers[0]
    player = mover.player

    def loss(batch, turn):
        losses = player.loss(batch, turn)
        if turn.step in steps:
            losses = {k: v * float("nan") for k, v in losses.items()}
        return losses

    mover.player = dataclasses.replace(player, loss=loss)
    return trainer


def test_a_move_that_is_not_finite_is_skipped_and_counted():
    trainer = poison(trainer_for("vae", "pictures"), {2})
    for _ in range(2):
        trainer.round()
    before = {k: p.detach().clone() for k, p in trainer.game.named_parameters()}
    state = trainer.movers[0].state()
    moments = {k: v.clone() for k, v in state.items() if ":" in k}
    trainer.round()
    assert equal(before, dict(trainer.game.named_parameters()))
    after = trainer.movers[0].state()
    assert all(torch.equal(after[k], v) for k, v in moments.items())
    assert float(trainer.movers[0].skipped) == 1
    trainer.round()
    assert float(trainer.movers[0].streak) == 0
    assert not equal(before, dict(trainer.game.named_parameters()))


def test_several_in_a_row_go_back_to_the_last_checkpoint_once(tmp_path, capsys):
    # the poison is gone after the roll-back, as a lower rate hopes for
    trainer = trainer_for(
        "vae", "pictures", images=160, evaluations=4, checkpoints=Checkpoints(tmp_path)
    )
    poison(trainer, set(range(12, 17)))
    calls = []
    restore = trainer.restore
    trainer.restore = lambda c: (calls.append(trainer.images), restore(c), heal(trainer))
    trainer.play()
    assert calls == [136]
    assert trainer.caution == 0.5
    assert trainer.backward.precision == "float32"
    said = capsys.readouterr().err
    assert "5 moves of 'vae' in a row were not finite" in said
    assert "Went back to 120 images" in said


def heal(trainer):
    mover = trainer.movers[0]
    mover.player = trainer.game.players()[0]


def test_it_gives_up_in_a_sentence_that_says_what_to_try(tmp_path):
    trainer = poison(trainer_for("vae", "pictures", images=400), set(range(3, 60)))
    with pytest.raises(UserError, match=r"not finite; first seen in .* Try a lower --lr"):
        trainer.play()


def test_a_stop_saves_and_says_so(tmp_path):
    def stop(scene):
        import os
        import signal

        if scene.images < 50:
            os.kill(os.getpid(), signal.SIGTERM)

    parts = {"checkpoints": Checkpoints(tmp_path), "observers": [stop], "images": 80}
    trainer = trainer_for("vae", "pictures", **parts)
    with pytest.raises(Interrupted):
        trainer.play()
    assert trainer.images == 40
    undisturbed = trainer_for("vae", "pictures", images=80)
    undisturbed.play()
    again = trainer_for("vae", "pictures", images=80)
    again.restore(Checkpoints(tmp_path).newest())
    again.play()
    ours, theirs = weights_of(again), weights_of(undisturbed)
    assert equal(ours, theirs)


def test_the_journal_goes_on_without_a_gap_or_a_repeat(tmp_path):
    journal = Journal(tmp_path)
    trainer = trainer_for("vae", "pictures", journal=journal)
    trainer.play()
    records = read_journal(journal.path)
    clock = [r["images"] for r in records if "train" in r]
    assert clock == sorted(set(clock))
    assert clock[-1] == 80
    assert [r["images"] for r in records if "held_out" in r] == [40, 80]
    for record in records:
        for losses in (record.get("train"), record.get("held_out")):
            if losses:
                parts = sum(v for k, v in losses.items() if k != "total")
                assert parts == pytest.approx(losses["total"])
    journal.forget_after(40)
    assert {r["images"] for r in read_journal(journal.path)} == {c for c in clock if c <= 40}


@pytest.mark.parametrize("damage", [b'{"images": 2, "tr', b"[]\n{}\n", b"\xff\xfe\n"])
def test_damaged_lines_of_the_journal_are_left_out(tmp_path, damage):
    journal = Journal(tmp_path)
    journal.write({"images": 1})
    with journal.path.open("ab") as file:
        file.write(damage)
    assert read_journal(journal.path) == [{"images": 1}]


def test_gradients_far_longer_than_usual_are_shortened():
    trainer = trainer_for("vae", "pictures", clip=1.5)
    for _ in range(3):
        trainer.round()
    mover = trainer.movers[0]
    usual = float(mover.length)
    losses = trainer.backward(mover)
    for gradient in mover.gradients():
        gradient *= 1e4
    mover.step(0.0, sum(losses.values()))
    length = torch.linalg.vector_norm(torch.stack([g.norm() for g in mover.gradients()]))
    assert float(length) == pytest.approx(1.5 * usual, rel=1e-3)


def test_flips_are_seen_in_training_only():
    plain, flipped = trainer_for("vae", "pictures"), trainer_for("vae", "pictures", flips=True)
    x, _ = plain.backward.deal("vae")
    y, _ = flipped.backward.deal("vae")
    mirrored = [not torch.equal(a, b) for a, b in zip(x.x, y.x, strict=True)]
    assert 0 < sum(mirrored) < len(mirrored)
    for a, b, is_mirrored in zip(x.x, y.x, mirrored, strict=True):
        assert torch.equal(a.flip(-1) if is_mirrored else a, b)
    assert plain.held_out_losses() == flipped.held_out_losses()


def test_binary_pictures_are_drawn_anew_each_step():
    from tests.examples import pictures

    trainer = trainer_for("vae", "pictures", data=pictures(channels=1, binary=True))
    batch, _ = trainer.backward.deal("vae")
    assert set(batch.x.unique().tolist()) == {-1.0, 1.0}
    same, _ = trainer.backward.deal("vae")
    assert torch.equal(batch.x, same.x)
    trainer.backward.step += len(trainer.train)
    other, _ = trainer.backward.deal("vae")
    assert not torch.equal(batch.x, other.x)


def test_overfitting_is_told_and_the_best_is_not_the_last(capsys):
    from tests.examples import pictures

    scenes = []
    # one example to learn by heart, others to be measured on
    data = pictures(9 + 8)
    trainer = trainer_for(
        "autoencoder", "pictures", data=data, images=4_000, evaluations=40, lr=3e-3,
        observers=[scenes.append],
    )  # fmt: skip
    trainer.play()
    assert not scenes[-1].best
    assert any(scene.best for scene in scenes)
    assert "has not improved over the last 5 evaluations" in capsys.readouterr().err


def test_one_held_out_loss_that_is_nan_does_not_end_the_search_for_the_best():
    scenes = []
    trainer = trainer_for("vae", "pictures", observers=[scenes.append])
    trainer.held_out_losses = lambda: {"total": next(totals)}
    totals = iter([5.0, float("nan"), 4.0])
    for _ in range(3):
        trainer.evaluate()
    assert [scene.best for scene in scenes] == [True, False, True]


def test_of_held_out_losses_that_are_alike_the_latest_weights_are_the_best():
    scenes = []
    trainer = trainer_for("vae", "pictures", observers=[scenes.append])
    trainer.game.resolution = 0.5
    trainer.held_out_losses = lambda: {"total": next(totals)}
    totals = iter([5.0, 5.4, 5.8, 4.9, 5.3, 5.45])
    for _ in range(6):
        trainer.evaluate()
    # each is held against the lowest, not the last best: they can't drift up
    assert [scene.best for scene in scenes] == [True, True, False, True, True, False]


def test_an_observer_that_can_not_write_does_not_end_the_run(capsys):
    def full(scene):
        raise UserError("the disk is full.")

    trainer = trainer_for("vae", "pictures", observers=[full])
    trainer.play()
    assert trainer.images == 80
    assert "the disk is full. Training goes on." in capsys.readouterr().err


def test_what_nobody_left_is_told_with_what_was():
    turn = Turn(step=0, images=0, noise=Noise(0, batch=2))
    with pytest.raises(KeyError, match="no 'codes' was left in this round, but nothing"):
        turn.left("codes")
    turn.leave("fakes", torch.ones(2, 3))
    assert turn.left("fakes").shape == (2, 3)
    with pytest.raises(KeyError, match="but 'fakes'"):
        turn.left("codes")


def test_networks_whose_slopes_are_paid_for_are_not_compiled(monkeypatch):
    asked = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda network: asked.append(network))
    made = trainer_for("gan", "pictures", r1=0.1, compile=True).game.model
    assert made.generator in asked
    assert made.critic not in asked
    made = trainer_for("gan", "pictures", r1=0.0, r2=0.0, compile=True).game.model
    assert made.critic in asked


def test_the_journal_has_means_over_the_moves_of_each_player(tmp_path):
    trainer = trainer_for("gan", "pictures", turns=3, journal=Journal(tmp_path))
    lengths = []
    for mover in trainer.movers:
        step = mover.step

        def kept(lr, total, name=mover.player.name, step=step):
            lengths.append((name, float(step(lr, total))))
            return torch.tensor(lengths[-1][1])

        mover.step = kept
    for _ in range(4):
        trainer.round()
    trainer.record()
    (found,) = [r["rates"] for r in read_journal(tmp_path / "metrics.jsonl")]
    for name in {name for name, _ in lengths}:
        own = [length for whose, length in lengths if whose == name]
        assert found[f"{name}/gradient_norm"] == pytest.approx(sum(own) / len(own), rel=1e-5)
    assert len(lengths) > 4


def test_held_out_examples_are_of_all_classes_though_they_come_class_by_class():
    trainer = trainer_for("classifier", "pictures", held_out=20)
    seen = []
    trainer.game.held_out = lambda model, batch, noise: seen.append(batch.columns["label"]) or {}
    trainer.held_out = dataclasses.replace(
        trainer.train, rows=trainer.train.rows[trainer.train.table()["label"].values.argsort()]
    )
    trainer.held_out_losses()
    assert len(torch.cat(seen)) == 20
    assert len(torch.cat(seen).unique()) == len(trainer.game.model.classes)
