"""What holds for every model that claims a capability."""

import pytest
import torch
from tests.examples import GAMES, data_for, pictures, run_for

from allegory.capabilities import (
    CAPABILITIES,
    Bounds,
    Classifies,
    Conditional,
    Decodes,
    Denoises,
    Discriminates,
    Encodes,
    Posterior,
    Predicts,
    Samples,
    Scores,
    Translates,
    capabilities_of,
)
from allegory.errors import UserError
from allegory.media import Images
from allegory.models.build import build
from allegory.models.files import load_model, save_weights, write_card

every_model = pytest.mark.parametrize(("name", "kind"), GAMES)


def model_for(name, kind):
    torch.manual_seed(0)
    return build(run_for(name).game.blueprint(data_for(kind))).eval()


def need(model, capability):
    if not isinstance(model, capability):
        pytest.skip(f"does not claim {capability.__name__}")


def in_range(x, media):
    assert x.dtype == torch.float32
    assert x.shape[1:] == media.shape
    assert torch.isfinite(x).all()
    if isinstance(media, Images):
        assert x.min() >= -1
        assert x.max() <= 1


@every_model
def test_samples(name, kind):
    model = model_for(name, kind)
    need(model, Samples)
    x = model.sample(5, rng=3)
    assert len(x) == 5
    in_range(x, model.media)
    assert torch.equal(x, model.sample(5, rng=torch.Generator().manual_seed(3)))
    assert not torch.equal(x, model.sample(5, rng=4))


@every_model
def test_encodes(name, kind):
    model, x = model_for(name, kind), data_for(kind).take(range(6))
    need(model, Encodes)
    q = model.encode(x)
    latents = model.latent.size if isinstance(model, Decodes) else 3
    assert q.mean.shape == q.std.shape == (6, latents)
    assert (q.std >= 0).all()
    alone = model.encode(x[2:3])
    torch.testing.assert_close(alone.mean[0], q.mean[2], rtol=1e-4, atol=1e-5)


@every_model
@pytest.mark.parametrize("size", [None, (7, 10), (1, 1), (33, 20)])
def test_translates(name, kind, size):
    model = model_for(name, kind)
    need(model, Translates)
    for to in model.targets:
        source, target = (model.media.of(n) for n in sorted(model.media.names, key=to.__eq__))
        h, w = size or (source.height, source.width)
        x = torch.rand(5, source.channels, h, w) * 2 - 1
        y = model.translate(x, to)
        assert y.shape == (5, target.channels, h, w)
        assert y.dtype == torch.float32
        assert y.abs().max() <= 1
        assert torch.equal(y, model.translate(x, to))
        torch.testing.assert_close(model.translate(x[2:3], to)[0], y[2], rtol=1e-4, atol=1e-5)
        assert torch.equal(model.translate(x, to, rng=1), model.translate(x, to, rng=1))
        alone = model.toward(to)
        assert alone.targets == (to,)
        assert torch.equal(y, alone.translate(x, to))
    assert sorted(model.targets) == sorted(model_for(name, kind).targets), "it stays as it was"
    with pytest.raises(UserError, match="domain to translate to"):
        model.translate(x, "nowhere")


@every_model
def test_decodes(name, kind):
    model = model_for(name, kind)
    need(model, Decodes)
    z = model.latent.draw(6, 0)
    assert z.shape == (6, model.latent.size)
    x = model.decode(z)
    in_range(x, model.media)
    assert torch.equal(x, model.decode(z))
    torch.testing.assert_close(model.decode(z[2:3])[0], x[2], rtol=1e-4, atol=1e-5)


@every_model
def test_scores(name, kind):
    model, x = model_for(name, kind), data_for(kind).take(range(6))
    need(model, Scores)
    assert model.density in ("exact", "lower bound")
    one = model.log_prob(x, rng=0)
    assert one.shape == (6,)
    assert torch.equal(one, model.log_prob(x, rng=0))
    # more draws tighten a bound, on average
    assert model.log_prob(x, rng=0, draws=50).mean() > one.mean() - 1e-3


@every_model
def test_bounds(name, kind):
    model, x = model_for(name, kind), data_for(kind).take(range(6))
    need(model, Bounds)
    own = model.encode(x)
    noise = torch.randn(400, *own.mean.shape, generator=torch.Generator().manual_seed(0))
    bounds = torch.stack([model.bound(x, own, eps) for eps in noise])
    assert bounds.shape == (400, 6)
    # the bound of the encoder's posterior is that of one draw, on average
    ones = torch.stack([model.log_prob(x, rng=seed) for seed in range(400)])
    wide = 5 * (bounds.std(0) + ones.std(0)) / 20 + 1e-3 * bounds.abs().mean(0)
    assert ((bounds.mean(0) - ones.mean(0)).abs() < wide).all()
    torch.testing.assert_close(
        model.bound(x[2:3], Posterior(own.mean[2:3], own.std[2:3]), noise[0, 2:3])[0],
        bounds[0, 2],
        rtol=1e-4,
        atol=1e-3,
    )
    # any posterior gives a bound: one far away gives a low one
    away = Posterior(own.mean + 30.0, own.std)
    assert (model.bound(x, away, noise[0]) < bounds.mean(0)).all()
    mean = own.mean.detach().requires_grad_(True)
    model.bound(x, Posterior(mean, own.std.detach()), noise[0]).sum().backward()
    assert mean.grad.abs().sum() > 0


@every_model
def test_denoises(name, kind):
    model, x = model_for(name, kind), data_for(kind).take(range(6))
    need(model, Denoises)
    sigma = torch.tensor([0.01, 0.1, 1.0, 10.0, 40.0, 80.0])
    clean = model.denoise(x, sigma)
    assert clean.shape == x.shape
    assert torch.isfinite(clean).all()
    torch.testing.assert_close(model.denoise(x[2:3], sigma[2:3])[0], clean[2])
    other = model.drawn_by(solver="ancestral", steps=3)
    assert (other.noising.solver, other.noising.steps) == ("ancestral", 3)
    assert model.noising.solver != "ancestral"
    assert not torch.equal(other.sample(4, rng=0), model.sample(4, rng=0))


@every_model
def test_discriminates(name, kind):
    model, x = model_for(name, kind), data_for(kind).take(range(6))
    need(model, Discriminates)
    p, seen = model.realness(x), model.features(x)
    assert p.shape == (6,)
    assert ((p >= 0) & (p <= 1)).all()
    assert len(seen) == 6
    assert seen.dim() == 2
    assert torch.equal(seen, model.features(x))
    torch.testing.assert_close(model.features(x[2:3])[0], seen[2], rtol=1e-4, atol=1e-5)


@every_model
def test_predicts(name, kind):
    model, data = model_for(name, kind), data_for(kind)
    need(model, Predicts)
    assert set(model.columns) <= set(data.columns)
    y = model.predict(data.take(range(6)))
    assert y.shape == (6, len(model.columns))
    assert torch.isfinite(y).all()
    torch.testing.assert_close(model.predict(data.take(range(2, 3)))[0], y[2])


@every_model
def test_classifies(name, kind):
    model, data = model_for(name, kind), data_for(kind)
    need(model, Classifies)
    assert model.classes == data.columns[model.label].names
    p = model.predict_proba(data.take(range(6)))
    assert p.shape == (6, len(model.classes))
    assert (p >= 0).all()
    torch.testing.assert_close(p.sum(1), torch.ones(6))
    torch.testing.assert_close(model.predict_proba(data.take(range(2, 3)))[0], p[2])


@every_model
def test_conditional(name, kind):
    model = model_for(name, kind)
    need(model, Conditional)
    assert model.shares.shape == (len(model.conditions),)
    torch.testing.assert_close(float(model.shares.sum()), 1.0)
    labels, z = torch.tensor([1, 0, 1]), model.latent.draw(3, rng=0)
    x = model.decode(z, labels=labels)
    assert x.shape == (3, *model.media.shape)
    torch.testing.assert_close(model.decode(z[1:2], labels=labels[1:2])[0], x[1])
    assert torch.equal(
        model.sample(3, rng=0, labels=labels), model.sample(3, rng=0, labels=labels)
    )


@every_model
def test_a_saved_model_is_the_model(name, kind, tmp_path):
    model, x = model_for(name, kind), data_for(kind).take(range(4))
    write_card(tmp_path, run_for(name).game.blueprint(data_for(kind)), {})
    save_weights(tmp_path / "best.safetensors", model)
    again = load_model(tmp_path, tmp_path / "best.safetensors")
    assert capabilities_of(again) == capabilities_of(model)
    if isinstance(model, Encodes):
        assert torch.equal(again.encode(x).mean, model.encode(x).mean)
    if isinstance(model, Predicts):
        assert again.columns == model.columns
        assert torch.equal(again.predict(x), model.predict(x))
    if isinstance(model, Classifies):
        assert (again.label, again.classes) == (model.label, model.classes)
        assert torch.equal(again.predict_proba(x), model.predict_proba(x))


@pytest.mark.parametrize(
    "size", [(8, 8), (28, 28), (48, 48), (100, 100), (33, 61), (96, 160), (1, 5)]
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_size_and_channel_count(size, channels):
    height, width = size
    data = pictures(4 + 12, height, width, channels)
    model = build(run_for("vae").game.blueprint(data))
    x = data.take(range(2))
    assert model.decode(model.encode(x).mean).shape == x.shape


GAUSSIANS = ("gaussian", "gaussian-pixel", "gaussian-fixed")


@pytest.mark.parametrize(
    ("likelihood", "kind"),
    [
        *((g, kind) for g in GAUSSIANS for kind in ("pictures", "vectors")),
        ("logistic", "pictures"),
    ],
)
def test_every_likelihood_trains_and_samples(likelihood, kind):
    from tests.examples import trainer_for

    trainer = trainer_for("vae", kind, likelihood=likelihood)
    trainer.play()
    in_range(trainer.average.model.sample(3, rng=0), data_for(kind).media)


def test_the_table_of_capabilities_is_whole():
    vae, gan = (
        {"Samples", "Encodes", "Decodes", "Scores", "Bounds"},
        {"Samples", "Decodes", "Discriminates"},
    )
    diffusion = {"Samples", "Encodes", "Decodes", "Scores", "Denoises"}
    others = {"Predicts", "Conditional", "Classifies", "Translates"}
    assert set(CAPABILITIES) == vae | gan | diffusion | others
    assert capabilities_of(model_for("diffusion", "pictures")) == diffusion
    assert capabilities_of(model_for("vae", "pictures")) == vae
    assert capabilities_of(model_for("gan", "pictures")) == gan
    assert capabilities_of(model_for("autoencoder", "pictures")) == {"Encodes", "Decodes"}
    assert capabilities_of(model_for("features", "pictures")) == {"Encodes"}
    assert capabilities_of(model_for("regressor", "pictures")) == {"Predicts"}
    assert capabilities_of(model_for("classifier", "pictures")) == {"Classifies"}
