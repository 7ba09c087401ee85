"""The debiasing VAE: where its indicator stands, what it adds up to, and whom it draws."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.examples import data_for, game_for, run_for, trainer_for

from allegory.data.dataset import Column, Dataset
from allegory.errors import UserError
from allegory.media import Vectors
from allegory.training.game import Batch
from allegory.training.noise import Noise

KINDS = pytest.mark.parametrize("kind", ["pictures", "vectors"])
N = 6


def game_of(kind, data=None, **fields):
    """A game whose positive class is "bright"."""
    fields = {"positive": "bright", "augment": False, **fields}
    return game_for(run_for("dbvae", **fields), data or data_for(kind))


def batch_of(kind, labels):
    x = data_for(kind).take(range(len(labels)))
    return Batch(x, {"label": torch.tensor(labels)})


def terms(game, batch):
    noise = Noise(0, batch=len(batch))
    return game.terms(game.model, batch.x, batch.columns, noise)


@KINDS
def test_negatives_give_no_gradient_to_the_decoder_nor_to_the_latents(kind):
    game = game_of(kind)
    losses = terms(game, batch_of(kind, [0, 0, -1, 0]))
    sum(losses.values()).backward()
    decoder = [p.grad for p in game.model.decoder.parameters()]
    assert all((g == 0).all() for g in decoder)
    *_, last = (m for m in game.model.encoder.modules() if isinstance(m, torch.nn.Linear))
    classes = len(game.model.classes)
    assert (last.weight.grad[classes:] == 0).all()
    assert (last.bias.grad[classes:] == 0).all()
    assert (last.bias.grad[:classes] != 0).all()


@KINDS
def test_positives_do(kind):
    game = game_of(kind)
    losses = terms(game, batch_of(kind, [0, 1, -1, 0]))
    (losses["reconstruction"] + losses["kl"]).backward()
    *_, last = (m for m in game.model.encoder.modules() if isinstance(m, torch.nn.Linear))
    classes = len(game.model.classes)
    assert (last.bias.grad[classes:] != 0).any()
    assert (last.bias.grad[:classes] == 0).all()
    assert any((p.grad != 0).any() for p in game.model.decoder.parameters())


@KINDS
def test_the_parts_are_those_of_the_formula(kind):
    deviation, weight, beta = 0.4, 3.0, 2.0
    fields = {"likelihood": "gaussian-fixed", "deviation": deviation}
    game = game_of(kind, weight=weight, beta=beta, **fields)
    labels = [0, 1, 1, -1, 0, 1]
    batch = batch_of(kind, labels)
    with torch.no_grad():
        found = terms(game, batch)
        out = game.model.encoder(batch.x).double().numpy()
        eps = Noise(0, batch=N).normal(game.model.latents).double().numpy()
        logits, mean, log_std = out[:, :2], *np.split(out[:, 2:], 2, axis=1)
        z = torch.from_numpy(mean + np.exp(log_std) * eps).float()
        given = game.model.decode(z).double().numpy()
    x = batch.x.double().numpy()
    unit = np.array(game.model.media.scale) if kind == "vectors" else 1.0
    error = (x - given) / (deviation * unit)
    log_unit = np.log(deviation * unit * math.sqrt(2 * math.pi)) * np.ones(x.shape[1:])
    nats = (0.5 * error**2 + log_unit).reshape(N, -1).sum(1)
    kl = 0.5 * (np.exp(2 * log_std) + mean**2 - 1 - 2 * log_std).sum(1)
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    positive, known = np.array(labels) == 1, np.array(labels) >= 0
    share = weight / math.prod(game.model.media.shape)
    expected = {
        "cross-entropy": -(log_p[np.arange(N), np.array(labels) * known] * known).mean(),
        "reconstruction": (share * positive * nats).mean(),
        "kl": (share * beta * positive * kl).mean(),
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(value, rel=1e-5), name


@KINDS
def test_all_but_negative_are_positive_unless_one_is_said_to_be(kind):
    assert game_of(kind, positive="").model.positive == ("dark", "bright")
    data = data_for(kind)
    label = replace(data.columns["label"], names=("negative", "positive"))
    data = replace(data, columns={**data.columns, "label": label})
    assert game_of(kind, data, positive="").model.positive == ("positive",)
    with pytest.raises(UserError, match="did you mean 'bright'"):
        game_of(kind, positive="brightt")


def weights_of(game, data, images=8):
    rows = np.arange(len(data))
    batches = [
        Batch(data.take(part), data.known(game.columns, part)) for part in np.array_split(rows, 3)
    ]
    with torch.no_grad():
        found = game.weigh(batches, images)
    return None if found is None else found.numpy()


def several(n=60, labels=(0, 1, 2, -1)):
    """Vectors of three classes, some unknown."""
    data = data_for("vectors")
    rng = np.random.default_rng(1)
    store = rng.normal(0, 1, (n, 2)).astype(np.float32)
    label = Column("category", rng.choice(labels, n), ("cat", "dog", "negative"))
    media = Vectors((0.0, 0.0), (1.0, 1.0))
    splits = {"train": np.arange(n)}
    return replace(data, media=media, store=store, rows=np.arange(n), splits=splits,
                   columns={"label": label})  # fmt: skip


@pytest.mark.parametrize("density", ["kernel", "histograms"])
def test_a_class_counts_as_much_as_before_and_others_are_drawn_evenly(density):
    data = several()
    game = game_of("vectors", data, positive="", density=density)
    assert game.model.positive == ("cat", "dog")
    weights, truth = weights_of(game, data), data.columns["label"].values
    for k in (0, 1):
        assert weights[truth == k].sum() == pytest.approx((truth == k).sum())
        assert weights[truth == k].std() > 0.05
    assert (weights[truth == 2] == 1).all()
    assert (weights[truth == -1] == 0).all()


@pytest.mark.parametrize("density", ["kernel", "histograms"])
def test_a_class_that_is_not_among_them_is_no_matter(density):
    data = several(labels=(1, 2))
    weights = weights_of(game_of("vectors", data, positive="", density=density), data)
    assert np.isfinite(weights).all()
    assert weights.sum() == pytest.approx(len(data))


@pytest.mark.parametrize("density", ["kernel", "histograms"])
def test_an_endless_alpha_draws_evenly(density):
    data = several(labels=(0, 1, 2))
    game = game_of("vectors", data, positive="", density=density, alpha=1e9)
    np.testing.assert_allclose(weights_of(game, data), 1.0, atol=1e-6)


@pytest.mark.parametrize("density", ["kernel", "histograms"])
def test_weights_follow_the_examples_in_any_order(density):
    data = several()
    game = game_of("vectors", data, positive="", density=density)
    order = np.random.default_rng(2).permutation(len(data))
    expected = weights_of(game, data)[order]
    np.testing.assert_allclose(weights_of(game, data.select(order)), expected, rtol=1e-5)


def test_it_draws_evenly_before_it_has_learned():
    data = several()
    assert weights_of(game_of("vectors", data, positive=""), data, images=0) is None


def lopsided(n=800, share=0.05):
    """Positives in a frequent and a rare mode; negatives between them, nearer to the rare one."""
    rng = np.random.default_rng(0)
    rare = np.arange(n) < share * n
    centres = np.where(rare[:, None], [[4.0, 0.0]], [[-4.0, 0.0]])
    positives = centres + rng.normal(0, 0.5, (n, 2))
    negatives = np.array([1.0, 0.0]) + rng.normal(0, 1.0, (n, 2))
    store = np.concatenate([positives, negatives]).astype(np.float32)
    columns = {
        "label": Column("category", np.repeat([1, 0], n), ("negative", "positive")),
        "rare": Column("category", np.concatenate([rare, np.zeros(n, bool)]).astype(np.int64),
                       ("no", "yes")),
    }  # fmt: skip
    media = Vectors((0.0, 0.0), (1.0, 1.0))
    rows = np.arange(2 * n)
    splits = {"train": rows[rows % 4 > 0], "validation": rows[rows % 4 == 0]}
    return Dataset("lopsided", media, store, rows, columns, splits)


@pytest.mark.parametrize("density", ["kernel", "histograms"])
def test_a_rare_mode_is_drawn_more_often(density):
    data = lopsided()
    trainer = trainer_for(
        "dbvae", "vectors", data=data, density=density, images=6_000, batch=32, latents=2
    )
    trainer.play()
    table = data.split("train").table()
    rare = table["rare"].values == 1
    drawn = trainer.weights.numpy()
    drawn = drawn / drawn.sum()
    assert drawn[rare].sum() > 3 * rare.mean()
    assert drawn[table["label"].values == 1].sum() == pytest.approx(0.5, abs=0.01)
    held_out = data.split("validation")
    known = held_out.table()
    told = trainer.average.model.predict_proba(held_out.take(range(len(held_out)))).argmax(1)
    recall = (told.numpy() == 1)[known["rare"].values == 1].mean()
    assert recall >= 0.9, f"held-out recall of the rare mode: {recall:.2f}"


def test_changes_of_pictures_are_seen_by_all_terms_and_never_held_out():
    changed, plain = (game_of("pictures", augment=augment) for augment in (True, False))
    trainer = trainer_for("dbvae", "pictures", positive="bright")
    trainer.backward.begin(0, 0)
    batch, turn = trainer.backward.deal("dbvae")
    again = trainer.backward.deal("dbvae")[1]
    a, b = changed.loss(batch, turn), plain.loss(batch, again)
    assert all(a[name] != b[name] for name in a)
    noise = [Noise(0, batch=len(batch)) for _ in range(2)]
    a, b = (g.held_out(g.model, batch, n) for g, n in zip((changed, plain), noise, strict=True))
    assert a == b
