"""The claims on GANs: verdicts from made-up measurements, and known answers of measures."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
import torch

from allegory.claims import (
    c09_flattening,
    c10_optimum,
    c11_transport,
    c12_growing,
    c13_condition,
    c16_voices,
)
from allegory.claims.compute import Counter, images_for, operations, spent
from allegory.claims.panels import Panel, picture, side_by_side
from allegory.claims.table import claim
from allegory.data.open import open_data
from allegory.measures.estimate import proportion
from allegory.measures.modes import Coverage
from allegory.report.moments import Moment
from allegory.report.plots import HEIGHT, WIDTH
from allegory.runs.judge import Judge

SVG = "{http://www.w3.org/2000/svg}"


def moment(images, realness, points=(0.0, 1.0)):
    column = np.array(points, np.float32)[:, None]
    low, high = np.zeros(1, np.float32), np.ones(1, np.float32)
    return Moment(images, column, column, low, high, realness=np.array(realness, np.float32))


def watched(away, far):
    curves = tuple(moment(k, [0.5, 0.5]) for k in range(len(away)))
    images = np.arange(len(away), dtype=np.float64)
    return c09_flattening.Watched(images, np.array(away), np.array(far), curves)


def flattening(monkeypatch, away, far):
    """C9 on games of which each seed is a little flatter than the one before."""
    games = [watched([a * 0.99**k for a in away], far) for k in range(3)]
    monkeypatch.setattr(c09_flattening, "watch", lambda s, seed: games[seed])
    return claim("C9").experiment(replace(claim("C9").quick, seeds=3)).verdict


FLAT = [0.3] * 2 + [0.2] * 16 + [0.1] * 2


def test_the_curve_flattens_where_the_generator_learns(monkeypatch):
    assert flattening(monkeypatch, FLAT, [9.0] * 18 + [1.5] * 2) == "holds"
    assert flattening(monkeypatch, FLAT[::-1], [9.0] * 18 + [1.5] * 2) == "does not hold"


def test_a_curve_that_is_flat_beside_a_bad_generator_shows_nothing(monkeypatch):
    assert flattening(monkeypatch, FLAT, [9.0] * 20) == "does not hold"


def test_early_and_late_are_tenths():
    one = watched([*range(20)], [1.0] * 20)
    assert (one.early(one.away), one.late(one.away)) == (0.5, 18.5)
    short = watched([3.0, 4.0], [1.0] * 2)
    assert (short.early(short.away), short.late(short.away)) == (3, 4)


def test_how_far_a_curve_is_from_a_half():
    x = np.array([0.0, 0.25, 1.0])
    assert c09_flattening.away(moment(0, [0.7, 0.7]), x) == pytest.approx(0.2)
    # 0.1 at the ends of a slope, 0.05 half of the way to its middle
    assert c09_flattening.away(moment(0, [0.4, 0.6]), x) == pytest.approx((0.1 + 0.05 + 0.1) / 3)


@pytest.mark.parametrize(
    ("ratio", "misplaced", "missed", "verdict"),
    [
        (1.5, 0.05, False, "holds"),
        (3.0, 0.05, False, "does not hold"),
        (1.5, 0.20, False, "does not hold"),
        (1.5, 0.05, True, "undecided"),
    ],
)
def test_data_are_reproduced_where_each_part_is(monkeypatch, ratio, misplaced, missed, verdict):
    def look(s, toy, seed):
        few, k = missed and toy == "ring" and seed == 1, {"line": 2, "ring": 8}.get(toy)
        modes = k and Coverage(k - few, np.ones(k, np.int64), None, proportion(9, 10))
        x = torch.rand(4, 1 if toy == "line" else 2)
        return c10_optimum.Seen(ratio, misplaced, modes, x, x)

    monkeypatch.setattr(c10_optimum, "look", look)
    s = replace(claim("C10").quick, examples=100, toys=("line", "ring", "moons"))
    assert claim("C10").experiment(s).verdict == verdict


@pytest.mark.parametrize(("after", "verdict"), [(0.01, "holds"), (0.2, "does not hold")])
def test_noise_is_carried_where_little_of_the_distance_is_left(monkeypatch, after, verdict):
    def look(s, name, seed):
        shape = (4, 1, 8, 8) if name == "digits" else (4, 2)
        x, z = torch.rand(shape) * 2 - 1, torch.randn(4, 64)
        # pictures fail alone
        return c11_transport.Seen(2.0, 2.0 * (after if name == "digits" else 0.0), z, x, x)

    monkeypatch.setattr(c11_transport, "look", look)
    assert claim("C11").experiment(replace(claim("C11").quick, toys=("moons",))).verdict == verdict


def test_directions_of_noise():
    around = torch.tensor([[1.0, 0.1], [-0.1, 1.0], [-1.0, -0.1], [0.1, -1.0], [1.0, 0.0]])
    assert [c11_transport.sector(z, 4) for z in around] == [0, 1, 2, 3, 0]


@pytest.mark.parametrize(
    ("growing", "objects", "verdict"),
    [
        ([1.0, 1.1, 0.9], 5.0, "holds"),
        ([3.0, 3.1, 2.9], 5.0, "does not hold"),
        ([1.9, 2.0, 2.3], 5.0, "undecided"),
        ([1.0, 1.1, 0.9], 0.5, "undecided"),
    ],
)
def test_growing_is_better_where_its_distance_is_smaller(monkeypatch, growing, objects, verdict):
    def look(s, run, features):
        grows = run.game.growth_images > 0
        assert run.training.images == (s.images if grows else 1_000)
        distance = growing[run.training.seed] if grows else 2.0
        return c12_growing.Seen(distance, torch.zeros(2, 3, 8, 8))

    for name, answer in (
        ("look", look),
        ("features_of", lambda s: None),
        ("equal_compute", lambda s: (1_000, 0.8)),
        ("distances_of_data", lambda s, features: (objects, 0.1)),
    ):
        monkeypatch.setattr(c12_growing, name, answer)
    assert claim("C12").experiment(claim("C12").quick).verdict == verdict


@pytest.mark.parametrize(("agreed", "verdict"), [(0.97, "holds"), (0.9, "does not hold")])
def test_conditions_hold_where_each_source_is_told(monkeypatch, agreed, verdict):
    def look(s, source, seed, judge):
        share = (agreed if source == "fashion" else 0.99) + 0.001 * seed
        classes = ("a", "b")
        return c13_condition.Seen(share, 0.5, 1.0, torch.zeros(4, 1, 8, 8), classes)

    monkeypatch.setattr(c13_condition, "look", look)
    monkeypatch.setattr(c13_condition, "judge_of", lambda s, source: Judge(None, 0.9))
    assert claim("C13").experiment(claim("C13").full).verdict == verdict


def test_products_and_their_gradients_are_counted():
    a, b = torch.rand(4, 3, requires_grad=True), torch.rand(3, 5, requires_grad=True)
    with Counter() as counter:
        torch.autograd.grad((a @ b).sum(), [a, b])
    # two operations a product, once forward and once for each side
    assert counter.total == 3 * 2 * 4 * 3 * 5


@pytest.fixture
def games():
    """C12's games on small pictures: one that grows over 64 images, and one that is grown."""
    s = replace(claim("C12").quick, size="16", examples=12, images=96, grown=2 / 3)
    run = s.growing(0)
    data = open_data(run.data.source, run.data)
    return run.game.build(data), s.gan(0, 96, 0).game.build(data)


def test_compute_is_equal_to_the_nearest_round(games):
    growing, full = games
    each, total = operations(full), spent(growing, 96, 4)
    images = images_for(total, each, 4)
    assert images % 4 == 0
    assert abs(spent(full, images, 4) - total) <= 4 * each / 2
    assert images < 96
    # level 0 for 16 images, and full size at the end
    growing.grow(0)
    smallest = operations(growing)
    assert spent(growing, 16, 4) == pytest.approx(16 * smallest)
    growing.grow(96)
    assert operations(growing) == each > smallest


def test_a_run_that_does_not_grow_gets_its_own_images(games):
    _, full = games
    assert images_for(spent(full, 40, 4), operations(full), 4) == 40
    assert images_for(0.0, 1.0, 4) == 4


def test_the_penalties_count_as_often_as_they_are_paid(games):
    _, full = games
    often, every = operations(full), full.penalties.every
    full.penalties = replace(full.penalties, every=1)
    always = operations(full)
    full.penalties = replace(full.penalties, real=0.0, fake=0.0)
    never = operations(full)
    assert often == pytest.approx(never + (always - never) / every)


def test_panels_hold_their_pictures():
    for shape in ((10, 40, 3), (40, 10, 1)):
        svg = ElementTree.fromstring(picture(np.zeros(shape, np.uint8), "a <b>"))
        (image,) = svg.findall(f"{SVG}image")
        box = {key: float(image.get(key)) for key in ("x", "width", "height")}
        assert box["width"] / box["height"] == pytest.approx(shape[1] / shape[0], rel=0.01)
        assert box["x"] + box["width"] <= WIDTH
        assert box["height"] <= HEIGHT
    inner = picture(np.zeros((2, 2, 3), np.uint8), "one")
    drawn = ElementTree.fromstring(side_by_side([Panel("a & b", inner)] * 3, title="three"))
    width, height = map(float, drawn.get("viewBox").split()[2:])
    cells = [(float(c.get("x")), float(c.get("y"))) for c in drawn.findall(f"{SVG}svg")]
    assert len(set(cells)) == 3
    assert all(x + WIDTH <= width and y + HEIGHT <= height for x, y in cells)


@pytest.mark.parametrize(
    ("taken", "kept", "verdict"),
    [(0.97, 0.95, "holds"), (0.97, 0.5, "does not hold"), (0.5, 0.95, "does not hold")],
)
def test_a_voice_is_turned_only_where_it_is_the_targets_and_the_word_stays(
    monkeypatch, taken, kept, verdict
):
    def look(s, seed, speaker, word):
        x = torch.zeros(2, 1, 8, 8)
        off = 0.001 * seed
        return c16_voices.Seen((taken + off,) * 2, (kept + off,) * 2, x, x)

    monkeypatch.setattr(c16_voices, "look", look)
    monkeypatch.setattr(c16_voices, "judge_of", lambda s, label: Judge(None, 0.9))
    assert claim("C16").experiment(claim("C16").quick).verdict == verdict
