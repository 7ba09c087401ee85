"""Health: nothing is said of what has learned the data, and each failing has its finding."""

import math
from dataclasses import replace

import pytest
import torch

from allegory.errors import UserError
from allegory.measures.health import Judgements, findings, measure, reference
from allegory.media import Images, Vectors

PICTURES = Images("RGB", 8, 8)
PLANE = Vectors((0.0, 0.0), (1.0, 1.0))
N = 200


def draw(media, n, seed):
    """Eight kinds of pictures with some variation, or eight points on a ring."""
    rng = torch.Generator().manual_seed(seed)
    kind = torch.randint(8, (n,), generator=rng)
    if isinstance(media, Vectors):
        angle = kind * math.pi / 4
        ring = torch.stack([angle.cos(), angle.sin()], 1)
        return ring + 0.02 * torch.randn(n, 2, generator=rng)
    fixed = torch.Generator().manual_seed(0)
    means, ways = (torch.rand(k, *media.shape, generator=fixed) - 0.5 for k in (8, 6))
    codes = torch.randn(n, 6, generator=rng)
    x = means[kind] + 0.3 * torch.einsum("nk,kchw->nchw", codes, ways)
    return (x + 0.03 * torch.randn(x.shape, generator=rng)).clamp(-1, 1)


def data_of(media, *, train=N, held_out=N):
    return reference(media, draw(media, held_out, 1), draw(media, train, 2), most=N)


def history_of(data, samples, judged=lambda k: None, gradients=lambda k: {}):
    """Figures of evaluations whose samples are given by their number."""
    return [
        measure(1_000 * k, x, data, judged=judged(k), gradients=gradients(k))
        for k, x in enumerate(samples, 1)
    ]


def names(history, **options):
    return [finding.name for finding in findings(history, **options)]


def blend(real, fake, n=N, seed=0):
    """P(real) of samples, held-out and training examples, about these three values."""
    rng = torch.Generator().manual_seed(seed)
    middles = (fake, *((real, real) if isinstance(real, float) else real))
    return Judgements(*((m + 0.02 * torch.randn(n, generator=rng)).clamp(0, 1) for m in middles))


both = pytest.mark.parametrize("media", [PICTURES, PLANE])


@pytest.mark.parametrize("judging", [False, True])
@both
def test_nothing_is_said_of_draws_from_the_data(media, judging):
    data = data_of(media)
    judge = (lambda k: blend(0.52, 0.5, seed=k)) if judging else lambda k: None
    lengths = (lambda k: {"generator": 1.0, "discriminator": 1.0 + k}) if judging else lambda k: {}
    healthy = history_of(data, [draw(media, N, 10 + seed) for seed in range(50)], judge, lengths)
    for end in range(3, len(healthy) + 1):
        assert names(healthy[:end]) == []


@both
def test_figures_of_draws_from_the_data(media):
    now = measure(0, draw(media, N, 3), data_of(media))
    assert now.spread == pytest.approx(1, abs=0.06)
    assert now.distance == pytest.approx(0, abs=0.02)
    assert now.recall == pytest.approx(now.recall_of_data, abs=0.12)
    assert now.recall_of_data > 0.7


@both
def test_all_samples_alike_are_a_collapse_and_nothing_else(media):
    data = data_of(media)
    one = data.train[:1] + 0.001 * draw(media, N, 3)
    assert names(history_of(data, [one] * 3)) == ["mode collapse"]


def test_samples_that_fall_on_few_modes_are_a_collapse():
    data = data_of(PLANE)
    x = draw(PLANE, N, 3)
    few = x[(x[:, 0] > 0.6) & (x[:, 1].abs() < 0.8)]
    history = history_of(data, [x, x, few, few, few], lambda k: blend(0.52, 0.5))
    assert history[-1].recall == pytest.approx(3 / 8, abs=0.1)
    found = findings(history)
    assert [f.name for f in found] == ["mode collapse"]
    assert found[0].number == history[-1].recall
    assert f"{history[-1].recall:.0%} of the data" in found[0].sentence
    # a decoder of means may have its samples on a thin curve
    assert names([replace(f, accuracy=None) for f in history]) == []


def test_pictures_that_fall_on_few_kinds_are_a_collapse_since_their_recall_fell():
    data = data_of(PICTURES)
    x = draw(PICTURES, N, 3)
    kinds = torch.cdist(x.flatten(1), x.flatten(1)).argsort(1)[0][: N // 20]
    few = x[kinds.repeat(20)] + 0.01 * draw(PICTURES, len(kinds) * 20, 4)
    history = history_of(data, [x, few, few, few], lambda k: blend(0.52, 0.5))
    assert names(history) == ["mode collapse"]
    assert names(history[1:]) == []


def test_a_mean_that_is_off_is_colour_drift_and_nothing_else():
    data = data_of(PICTURES)
    drifted = []
    for seed in range(4):
        x = draw(PICTURES, N, 3 + seed)
        x[:, 1] += 0.4
        drifted.append(x.clamp(-1, 1))
    found = findings(history_of(data, drifted))
    assert [f.name for f in found] == ["colour drift"]
    assert found[0].number == pytest.approx(0.19, abs=0.02)
    fine = [draw(PICTURES, N, 3)] * 3
    assert names(history_of(data, [*fine, *drifted])) == ["colour drift"]


@pytest.mark.parametrize("factor", [0.3, 4.0])
def test_contrast_that_goes_off_is_colour_drift(factor):
    data = data_of(PICTURES)
    dull = replace(data, examples=0.2 * data.examples, apart=0.2 * data.apart)
    x = 0.2 * draw(PICTURES, N, 3)
    history = history_of(dull, [x, *[factor * x] * 3])
    assert history[-1].contrast == pytest.approx(factor, rel=0.05)
    assert names(history) == ["colour drift"]
    # pictures without contrast from the start are blurred
    assert names(history[1:]) == (["colour drift"] if factor > 1 else [])


@both
def test_samples_that_are_training_examples_are_memorised_and_nothing_else(media):
    data = data_of(media)
    copies = data.train + 0.001 * draw(media, N, 3)
    found = findings(history_of(data, [copies] * 3))
    assert [f.name for f in found] == ["memorisation"]
    assert found[0].number > 0.9


def test_a_discriminator_that_is_sure_while_samples_stay_bad_is_saturated():
    data = data_of(PLANE)
    # wide enough to reach all of the data, and plainly elsewhere
    rng = torch.Generator().manual_seed(0)
    noise = 0.8 + 3 * torch.rand(N, 1, generator=rng) * draw(PLANE, N, 3)
    sure = history_of(data, [noise] * 3, lambda k: blend(0.97, 0.02))
    assert names(sure) == ["discriminator saturated"]
    coming = [replace(f, distance=0.4 / 2**k) for k, f in enumerate(sure)]
    assert names(coming) == []
    assert names([replace(f, accuracy=0.9) for f in sure]) == []


def test_a_discriminator_that_knows_its_examples_by_heart():
    data = data_of(PICTURES)
    fine = [draw(PICTURES, N, 3 + seed) for seed in range(3)]
    judged = history_of(data, fine, lambda k: blend((0.3, 0.9), 0.1, seed=k))
    assert judged[-1].by_heart == pytest.approx(0.75, abs=0.02)
    assert names(judged) == ["overfitted discriminator"]


@pytest.mark.parametrize("strong", ["generator", "discriminator"])
def test_gradients_that_part_are_a_loss_of_balance(strong):
    def lengths(k):
        return {"generator": 1.0, "discriminator": 2.0} | ({strong: 1e3} if k > 4 else {})

    data = data_of(PLANE)
    fine = [draw(PLANE, N, 3 + seed) for seed in range(7)]
    history = history_of(data, fine, lambda k: blend(0.52, 0.5, seed=k), lengths)
    assert names(history[:6]) == []
    found = findings(history)
    assert [f.name for f in found] == ["loss of balance"]
    assert f"'{strong}' has grown" in found[0].sentence


def test_one_bad_evaluation_and_early_ones_say_nothing():
    data = data_of(PLANE)
    x = draw(PLANE, N, 3)
    one = x[:1].expand(N, 2) + 0.001 * x
    assert names(history_of(data, [x, x, one])) == []
    assert names(history_of(data, [one, one, one]), begin=2_000) == []
    on_the_mend = [0.9 * x[:1] + scale * x for scale in (0.01, 0.06, 0.12)]
    assert names(history_of(data, on_the_mend)) == []


@pytest.mark.parametrize("held_out", [20, 200, 900])
@pytest.mark.parametrize("model", ["blurred", "collapsed", "noise"])
def test_no_model_that_saw_no_training_examples_is_taken_for_one_that_copies(model, held_out):
    found = []
    for seed in range(40):
        y = draw(PLANE, held_out + 400, 100 + seed)
        data = reference(PLANE, y[:held_out], y[held_out:], most=100)
        x = draw(PLANE, N, seed)
        x = {"blurred": 0.5 * x, "collapsed": x[:1].expand(N, 2) + 0.01 * x, "noise": 5 * x}[model]
        found.append(measure(0, x, data).copies_z)
    assert abs(torch.tensor(found).mean()) < 4 / 40**0.5
    assert min(found) > -4


def test_figures_without_held_out_examples():
    data = data_of(PICTURES, held_out=0)
    now = measure(0, draw(PICTURES, N, 3), data)
    assert now.copies is None
    assert now.spread == pytest.approx(1, abs=0.06)


def test_too_few_examples_are_refused():
    with pytest.raises(UserError, match="too few"):
        data_of(PLANE, train=3, held_out=2)
