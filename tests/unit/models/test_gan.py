"""What a generator that is kept with its discriminator can do."""

import pytest
import torch
from tests.examples import data_for
from torch import nn

from allegory.capabilities import capabilities_of
from allegory.media import Images, Vectors
from allegory.models.build import Blueprint, build
from allegory.models.files import load_model, save_weights, write_card
from allegory.models.gan import GAN, ConditionalGAN

CLASSES = ("dark", "bright")
PICTURES, POINTS = Images("L", 2, 3), Vectors((0.0, 0.0), (1.0, 1.0))

sorts = pytest.mark.parametrize("classes", [(), CLASSES])
kinds = pytest.mark.parametrize("kind", ["pictures", "vectors"])
options = pytest.mark.parametrize(
    "fields",
    [{"paired": False}, {"paired": True}, {"growing": True}, {"spectral": True}],
    ids=lambda fields: " ".join(fields) + " ".join(map(str, fields.values())),
)


class Sum(nn.Module):
    """Scores by the sum of values and a bias."""

    def __init__(self, bias=0.0, weight=1.0):
        super().__init__()
        self.bias, self.weight = bias, weight

    def forward(self, x, labels=None):
        return self.weight * x.flatten(1).sum(1) + self.bias


class Spread(nn.Module):
    """The code itself, times 3; moved by the index of its class."""

    def __init__(self, shape, step=1):
        super().__init__()
        self.shape, self.step = shape, step

    def forward(self, z, labels=None):
        moved = 0 if labels is None else labels.view(-1, *[1] * len(self.shape))
        return 3 * z.view(-1, *self.shape) + self.step * moved


def toy(critic, media=POINTS, *, paired=False):
    size = Spread(media.shape)
    return GAN(size, critic, torch.Size(media.shape).numel(), media, paired=paired)


def blueprint(kind, classes=(), **fields):
    arguments = {"latents": 3, "network": "tiny", "paired": True, "classes": list(classes)}
    arguments["shares"] = [0.25, 0.75][: len(classes)]
    return Blueprint("gan", data_for(kind).media, {**arguments, **fields})


def model_for(kind, classes=(), **fields):
    """A model that has left the start, where some layers are 0."""
    torch.manual_seed(0)
    model = build(blueprint(kind, classes, **fields)).eval().requires_grad_(False)
    for weight in model.parameters():
        weight += 0.1 * torch.randn_like(weight)
    return model


def points(n=50, seed=0):
    return 2 * torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))


@kinds
@sorts
@pytest.mark.parametrize("paired", [False, True])
def test_realness_is_a_probability(kind, classes, paired):
    model, x = model_for(kind, classes, paired=paired), data_for(kind).take(range(6))
    p = model.realness(x)
    assert p.shape == (6,)
    assert (p >= 0).all()
    assert (p <= 1).all()
    assert torch.equal(p, model.realness(x))
    torch.testing.assert_close(model.realness(x[2:3])[0], p[2], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("paired", [False, True])
def test_one_who_cannot_tell_says_a_half(paired):
    assert torch.equal(
        toy(Sum(weight=0.0), paired=paired).realness(points()), torch.full((50,), 0.5)
    )


@pytest.mark.parametrize("paired", [False, True])
def test_a_higher_score_is_more_real(paired):
    x = points()
    order = x.sum(1).argsort()
    p = toy(Sum(), paired=paired).realness(x)[order]
    assert (p.diff() >= 0).all()
    assert p[0] < 0.1
    assert p[-1] > 0.9


def test_only_differences_of_paired_scores_mean_something():
    x = points()
    plain, moved = (toy(Sum(bias), paired=True).realness(x) for bias in (0.0, 5.0))
    torch.testing.assert_close(moved, plain, rtol=1e-4, atol=1e-5)
    plain, moved = (toy(Sum(bias)).realness(x) for bias in (0.0, 5.0))
    torch.testing.assert_close(plain, x.sum(1).sigmoid())
    torch.testing.assert_close(moved, (x.sum(1) + 5).sigmoid())


def test_beside_samples_the_models_own_are_as_real_on_average():
    model = toy(Sum(), paired=True)
    samples = model.sample(2000, rng=1)
    assert model.realness(samples).mean().item() == pytest.approx(0.5, abs=0.05)
    # its samples' scores are N(0, 18): one of 0 beats half of them
    assert model.realness(torch.zeros(1, 2)).item() == pytest.approx(0.5, abs=0.05)


def test_pictures_are_cut_to_their_range_and_vectors_are_not():
    z = torch.linspace(-2, 2, 24).view(4, 6)
    x = toy(Sum(), PICTURES).decode(z)
    assert torch.equal(x, (3 * z).view(4, 1, 2, 3).clamp(-1, 1))
    assert torch.equal(toy(Sum()).decode(z[:, :2]), 3 * z[:, :2])


@kinds
def test_a_sample_is_a_draw_decoded(kind):
    model = model_for(kind)
    latent = model.latent
    assert (latent.size, latent.prior) == (3, True)
    assert torch.equal(latent.mean, torch.zeros(3))
    assert torch.equal(latent.std, torch.ones(3))
    assert torch.equal(model.sample(5, rng=2), model.decode(latent.draw(5, 2)))


@kinds
def test_samples_of_a_class(kind):
    model = model_for(kind, CLASSES)
    dark, bright = (model.sample(5, rng=0, labels=torch.full((5,), c)) for c in (0, 1))
    assert dark.shape == (5, *model.media.shape)
    assert not torch.allclose(dark, bright)
    mixed = model.sample(5, rng=0, labels=torch.tensor([1, 0, 0, 1, 1]))
    whole = torch.where(
        torch.tensor([1, 0, 0, 1, 1]).bool().view(-1, *[1] * (dark.ndim - 1)), bright, dark
    )
    torch.testing.assert_close(mixed, whole, rtol=1e-4, atol=1e-5)


def test_samples_of_any_class_are_of_those_of_the_data():
    n = 2000
    parts = (Sum(), 2, POINTS, CLASSES)
    model = ConditionalGAN(Spread((2,), step=1000), *parts, (0.25, 0.75), paired=True)
    found = model.sample(n, rng=0)
    bright = (found > 500).all(1)
    assert torch.equal(bright, (found > 500).any(1))
    error = (0.25 * 0.75 / n) ** 0.5
    assert abs(bright.double().mean() - 0.75) < 4 * error
    assert torch.equal(found, model.sample(n, rng=torch.Generator().manual_seed(0)))
    assert not torch.equal(found, model.sample(n, rng=1))


@kinds
def test_a_code_without_a_class_is_decoded_as_of_none(kind):
    model = model_for(kind, CLASSES)
    z = model.latent.draw(5, 0)
    none, dark = (model.decode(z, labels=torch.full((5,), c)) for c in (-1, 0))
    torch.testing.assert_close(model.decode(z), none)
    assert not torch.allclose(none, dark)


@kinds
def test_without_classes_labels_change_nothing(kind):
    model, z = model_for(kind), torch.zeros(2, 3)
    assert torch.equal(model.decode(z, labels=torch.tensor([0, 1])), model.decode(z))


@kinds
@options
@sorts
def test_it_is_rebuilt_from_its_card_and_its_weights(kind, fields, classes, tmp_path):
    plan, model = blueprint(kind, classes, **fields), model_for(kind, classes, **fields)
    write_card(tmp_path, plan, {})
    save_weights(tmp_path / "best.safetensors", model)
    again = load_model(tmp_path, tmp_path / "best.safetensors")
    assert type(again) is type(model) is (ConditionalGAN if classes else GAN)
    assert again.paired == model.paired
    assert again.media == model.media
    assert ("Conditional" in capabilities_of(again)) == bool(classes)
    x = data_for(kind).take(range(4))
    labels = torch.tensor([0, 1, -1, 1]) if classes else None
    torch.testing.assert_close(
        again.sample(4, rng=0, labels=labels), model.sample(4, rng=0, labels=labels)
    )
    torch.testing.assert_close(again.critic(x, labels), model.critic(x, labels))
    torch.testing.assert_close(again.realness(x), model.realness(x), rtol=1e-4, atol=1e-5)
    if classes:
        assert again.conditions == CLASSES


def test_what_stands_for_the_prior_is_not_saved():
    assert not any("prior" in name for name in model_for("vectors").state_dict())
