"""What a discriminator still tells: known answers."""

import math

import pytest
import torch
from sklearn.metrics import roc_auc_score

from allegory.errors import UserError
from allegory.measures.discrimination import MOST_ODDS, area_under_curve, log_odds, overfitting
from allegory.measures.health import Judgements


def normal(n, mean=0.0, spread=1.0, seed=0):
    return mean + spread * torch.randn(n, generator=torch.Generator().manual_seed(seed))


def judged(train, held_out, samples, n=400):
    """Scores around these means, as P(real)."""
    sides = [normal(n, m, seed=i) for i, m in enumerate((samples, held_out, train))]
    return Judgements(*(side.double().sigmoid() for side in sides))


def test_all_above_all_below_and_all_equal():
    high, low = torch.arange(10.0, 20.0), torch.arange(10.0)
    assert area_under_curve(high, low).mean == 1
    assert area_under_curve(low, high).mean == 0
    same = area_under_curve(torch.ones(9), torch.ones(5))
    assert same.mean == 0.5
    for found in (area_under_curve(high, low), area_under_curve(low, high), same):
        assert 0 <= found.low <= found.mean <= found.high <= 1
        assert found.high - found.low > 0.2


def test_the_area_is_that_of_the_curve_ties_included():
    x, y = normal(70, 0.7).round(decimals=1), normal(150, seed=1).round(decimals=1)
    found = area_under_curve(x, y)
    truth = torch.cat([torch.ones(70), torch.zeros(150)])
    assert found.mean == pytest.approx(roc_auc_score(truth, torch.cat([x, y])))
    assert area_under_curve(y, x).mean == pytest.approx(1 - found.mean)


@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
def test_the_interval_of_the_area_holds_the_truth_at_unequal_spreads(spread):
    truth = 0.5 * math.erfc(-0.8 / math.sqrt(2 * (1 + spread**2)))
    found = [
        area_under_curve(normal(60, 0.8, spread, seed=2 * i), normal(300, seed=2 * i + 1))
        for i in range(300)
    ]
    held = sum(one.low <= truth <= one.high for one in found) / len(found)
    assert 0.91 < held < 0.985


def test_log_odds_are_the_score_within_what_single_precision_tells():
    scores = torch.tensor([-30.0, -3.0, 0.0, 3.0, 30.0])
    expected = scores.double().clamp(-MOST_ODDS, MOST_ODDS)
    torch.testing.assert_close(log_odds(scores.sigmoid()), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("held_out", "ratio"), [(2.0, 0.0), (1.0, 0.5), (0.0, 1.0)])
def test_overfitting_is_how_far_held_out_examples_are_rated_down(held_out, ratio):
    found = overfitting(judged(2.0, held_out, 0.0))
    assert found.low < ratio < found.high
    assert found.high - found.low < 0.4
    assert found.n == 1_200


def test_the_interval_of_overfitting_holds_the_truth():
    held = 0
    for i in range(0, 900, 3):
        sides = (normal(80, seed=i), normal(30, 0.7, seed=i + 1), normal(60, 1.0, seed=i + 2))
        found = overfitting(Judgements(*(side.double().sigmoid() for side in sides)))
        held += found.low <= 0.3 <= found.high
    assert 0.91 < held / 300 < 0.985


def test_there_is_no_overfitting_where_training_examples_are_not_above_samples():
    assert overfitting(judged(0.0, 0.0, 0.0)) is None
    assert overfitting(judged(0.0, 0.0, 2.0)) is None


def test_sure_judgements_without_spread_have_a_figure():
    found = overfitting(Judgements(torch.full((4,), 0.1), torch.full((4,), 0.5), torch.ones(4)))
    share = MOST_ODDS / (MOST_ODDS + math.log(9))
    assert [found.low, found.mean, found.high] == pytest.approx([share] * 3)


def test_one_example_is_too_few():
    with pytest.raises(UserError, match="2 examples of each side"):
        area_under_curve(torch.ones(1), torch.ones(5))
    with pytest.raises(UserError, match="2 examples of each side"):
        overfitting(Judgements(torch.ones(5), torch.ones(1), torch.ones(5)))
