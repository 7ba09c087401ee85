"""Classes of a conditional model, and codes cut off at a limit."""

import math

import pytest
import torch

from allegory.capabilities import Conditional, Decodes, Encodes, LatentSpace, Samples
from allegory.errors import UserError
from allegory.tools.classes import chosen_classes, of_class
from allegory.tools.sample import draw_truncated, sample
from allegory.tools.traverse import traverse
from fakes import LinearClasses, LinearCoder, LinearGenerator, OnlySamples, fit, plain, points


def conditional(size=2):
    return LinearClasses(plain(size), 0.01 * torch.eye(size))


def test_a_class_of_a_model_samples_and_decodes():
    boots = of_class(conditional(), "boot")
    assert isinstance(boots, Samples)
    assert isinstance(boots, Decodes)
    assert not isinstance(boots, Conditional | Encodes)
    assert boots.sample(5, rng=0).round().unique().tolist() == [2]
    assert traverse(boots, axes=[0], frames=3).round().unique().tolist() == [2]


def test_samples_of_several_labels_come_label_after_label():
    model = conditional()
    x = sample(model, 4, rng=0, labels=["boot", "sandal"], batch=3)
    assert x[:, 0].round().tolist() == [2] * 4 + [0] * 4
    assert torch.equal(x, sample(model, 4, rng=0, labels=["boot", "sandal"], batch=3))


@pytest.mark.parametrize("truncation", [None, 0.5])
def test_samples_of_no_class_asked_for_are_of_each_as_often_as_it_is_among_the_data(truncation):
    x = sample(conditional(), 400, rng=0, truncation=truncation)
    found = x[:, 0].round().long().bincount(minlength=3) / 400
    assert found.tolist() == pytest.approx([0.25, 0.0, 0.75], abs=0.07)


def test_names_of_classes():
    model = conditional()
    assert chosen_classes(model, ["all"]) == model.conditions
    assert chosen_classes(model, ["boot", "sneaker"]) == ("boot", "sneaker")
    with pytest.raises(UserError, match="unknown class 'sneeker': did you mean 'sneaker'"):
        chosen_classes(model, ["boot", "sneeker"])
    model.conditions = ("all", "none")
    assert chosen_classes(model, ["all"]) == ("all",)
    with pytest.raises(UserError, match=r"'sample a class' needs .*\(Conditional\)"):
        sample(LinearGenerator(plain(2), torch.eye(2)), 3, rng=0, labels=["boot"])


@pytest.mark.parametrize("limit", [1e-6, 0.3, 1.0, 2.5, 30.0])
def test_truncated_codes_follow_the_normal_inside_the_limit(limit):
    latent = LatentSpace(2, torch.tensor([0.0, 7.0]), torch.tensor([1.0, 2.0]), True)
    z = draw_truncated(latent, 20_000, limit, 0)
    u = ((z - latent.mean) / latent.std).double()
    assert u.abs().max() <= limit + 1e-6
    # a law of every continuous distribution: its distribution function is even on [0, 1]
    mass = math.erf(limit / math.sqrt(2))
    even = (torch.erf(u[:, 0] / math.sqrt(2)) / mass + 1) / 2
    gap = (even.sort().values - torch.linspace(0, 1, len(even), dtype=torch.float64)).abs().max()
    assert gap < 1.95 / len(even) ** 0.5  # Kolmogorov-Smirnov at one in a thousand


def test_a_wide_limit_cuts_nothing_and_a_narrow_one_leaves_the_centre():
    model = LinearGenerator(plain(3), torch.eye(3))
    wide, narrow = (sample(model, 2_000, rng=0, truncation=t) for t in (50.0, 1e-3))
    assert wide.std() == pytest.approx(1.0, abs=0.03)
    assert narrow.abs().max() <= 1e-3
    assert torch.equal(wide, sample(model, 2_000, rng=0, truncation=50.0))


def test_truncation_of_a_class():
    x = sample(conditional(), 3, rng=0, labels=["sneaker"], truncation=0.5)
    assert ((x - 1).abs() <= 0.005 + 1e-6).all()


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan, math.inf])
def test_a_limit_that_can_not_be_is_refused(limit):
    with pytest.raises(UserError, match="truncation must be a number above 0"):
        sample(conditional(), 3, rng=0, truncation=limit)


def test_truncation_needs_a_prior_and_a_decoder():
    with pytest.raises(UserError, match="needs codes that follow a prior"):
        sample(fit(points(), 2, LinearCoder), 3, rng=0, truncation=1.0)
    with pytest.raises(UserError, match=r"truncation needs a model that .*\(Decodes\)"):
        sample(OnlySamples(plain(2)), 3, rng=0, truncation=1.0)
