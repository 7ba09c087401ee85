"""Outliers, by models whose densities are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from allegory.capabilities import Posterior
from allegory.errors import UserError
from allegory.media import Images
from allegory.tools.detector_file import kept_detector, load_detector, save_detector
from allegory.tools.outliers import chosen_scores, fit_detector, normal_parts, outlier_table
from allegory.tools.regret import likelihood_regret
from allegory.tools.strangeness import COMBINED, SCORES, possible
from fakes import LinearCoder, LinearVAE, OnlySamples, dataset, ellipses, fit, plain, points

SIDE = 12


class PrincipalVAE(LinearVAE):
    """Probabilistic principal components: the exact density is known, and a posterior per code."""

    noise = 0.2

    def spread(self):
        """Deviation of the posterior along each axis."""
        return (1 + self.axes.square().sum(1) / self.noise**2).rsqrt()

    def encode(self, x):
        std = self.spread()
        mean = LinearCoder.encode(self, x).mean * (1 - std**2)
        return Posterior(mean, std.expand_as(mean))

    def log_prob(self, x, *, rng, draws=1):
        std = self.spread()
        away = x.flatten(1) - self.centre
        along = LinearCoder.encode(self, x).mean
        rest = away - along @ self.axes
        d = away.shape[1]
        inside = (along.square() * (1 - std**2)).sum(1)
        outside = rest.square().sum(1) / self.noise**2
        norm = d * np.log(2 * np.pi * self.noise**2) - 2 * std.log().sum()
        return -0.5 * (inside + outside + norm)

    def bound(self, x, q, noise):
        z = q.mean + q.std * noise
        away = (x - self.decode(z)).flatten(1).square().sum(1)
        d = x[0].numel()
        log_p = -0.5 * (away / self.noise**2 + d * np.log(2 * np.pi * self.noise**2))
        kl = 0.5 * (q.mean.square() + q.std.square() - 1) - q.std.log()
        return log_p - kl.sum(1)


class Judge(OnlySamples):
    """A discriminator that sees the mean and the contrast."""

    def features(self, x):
        return torch.stack([x.flatten(1).mean(1), x.flatten(1).std(1)], 1)

    def realness(self, x):
        return torch.sigmoid(-self.features(x)[:, 0].abs())


def pictures_of(x):
    """Pictures (n, 1, SIDE, SIDE) in [-1, 1] as a data set with the usual splits."""
    store = ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    data = dataset(store, Images("L", SIDE, SIDE), {})
    n = len(store)
    rows = np.arange(n)
    cuts = {"train": rows[: n // 2], "validation": rows[n // 2 : n * 3 // 4]}
    return replace(data, splits={**cuts, "test": rows[n * 3 // 4 :]})


def textured(n=800, seed=0):
    """Complex pictures: smooth shapes of six kinds, added up, with grain."""
    rng = torch.Generator().manual_seed(seed)
    grid = torch.linspace(0, 3.14, SIDE)
    waves = [
        torch.cos(i * grid)[:, None] * torch.cos(j * grid)
        for i, j in ((0, 1), (1, 0), (1, 1), (2, 1), (1, 2), (2, 2))
    ]
    weights = 0.25 * torch.randn(n, len(waves), generator=rng)
    x = (weights @ torch.stack(waves).flatten(1)).view(n, 1, SIDE, SIDE)
    return x + 0.2 * torch.randn(x.shape, generator=rng)


@pytest.fixture(scope="module")
def normal():
    return pictures_of(textured())


@pytest.fixture(scope="module")
def model(normal):
    return fit(normal.split("train"), 6, PrincipalVAE)


@pytest.fixture(scope="module")
def detector(model, normal):
    return fit_detector(model, *normal_parts(normal))


def fresh(n=400):
    return pictures_of(textured(n, seed=9))


def auroc(detector, strange, score):
    a, b = (detector.judge(d).scores[score].numpy() for d in (fresh(), strange))
    return roc_auc_score(np.r_[np.zeros(len(a)), np.ones(len(b))], np.r_[a, b])


STRANGE = {
    "plain": torch.linspace(-0.2, 0.2, 400)[:, None, None, None].expand(-1, 1, SIDE, SIDE),
    "faint": 0.3 * textured(400, seed=5),
    "noise": torch.rand(400, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(1)) * 2 - 1,
    "smooth": torch.nn.functional.avg_pool2d(textured(400, seed=6), 3, 1, 1),
    "squares": (torch.rand(400, 1, 2, 2, generator=torch.Generator().manual_seed(2)) * 2 - 1)
    .repeat_interleave(6, 2)
    .repeat_interleave(6, 3),
}


@pytest.mark.parametrize("what", ["plain", "faint", "smooth"])
def test_the_plain_bound_takes_simple_pictures_for_likelier_than_the_data_and_ours_does_not(
    detector, what
):
    strange = pictures_of(STRANGE[what])
    assert auroc(detector, strange, "bound") < 0.2
    assert auroc(detector, strange, "combined") > 0.99


@pytest.mark.parametrize("what", STRANGE)
def test_the_combined_score_finds_what_is_simpler_and_what_is_more_complex(detector, what):
    assert auroc(detector, pictures_of(STRANGE[what]), "combined") > 0.98


@pytest.mark.parametrize("alpha", [0.02, 0.1, 0.3])
def test_of_fresh_normal_examples_as_many_are_flagged_as_asked(detector, alpha):
    found = replace(detector, false_alarms=alpha).judge(fresh(2000))
    wide = 4 * np.sqrt(alpha * (1 - alpha) * (1 / 2000 + 1 / 200))
    assert found.outlier.double().mean().item() == pytest.approx(alpha, abs=wide)
    assert torch.equal(found.outlier, found.p <= alpha)


def test_a_clean_batch_may_have_no_outlier(detector):
    found = replace(detector, false_alarms=0.005).judge(fresh(20))
    assert not found.outlier.any()


def test_scores_do_not_depend_on_what_else_is_judged(detector):
    data = fresh(40)
    whole = detector.judge(data, scores=()).scores["combined"]
    part = detector.judge(data.select(np.array([31, 2])), scores=()).scores["combined"]
    torch.testing.assert_close(part, whole[[31, 2]], rtol=1e-4, atol=1e-4)
    assert torch.equal(detector.scores_of(data.take(np.arange(40))), whole)


def test_the_same_seed_is_the_same_detector(model, normal, detector):
    again = fit_detector(model, *normal_parts(normal))
    assert again.threshold == detector.threshold
    a, b = detector.judge(fresh(50)), again.judge(fresh(50))
    assert all(torch.equal(a.scores[name], b.scores[name]) for name in a.scores)
    other = fit_detector(model, *normal_parts(normal), seed=1)
    assert other.threshold != detector.threshold


def test_a_saved_detector_is_the_detector(model, detector, tmp_path):
    save_detector(detector, tmp_path / "d.safetensors", model="abc")
    again = load_detector(tmp_path / "d.safetensors", model, fingerprint="abc")
    assert again.threshold == detector.threshold
    a, b = detector.judge(fresh(50)), again.judge(fresh(50))
    assert list(a.scores) == list(b.scores)
    assert all(torch.equal(a.scores[name], b.scores[name]) for name in a.scores)
    assert torch.equal(a.p, b.p)
    x = fresh(3).take(np.arange(3))
    assert torch.equal(again.error_map(x), detector.error_map(x))
    with pytest.raises(UserError, match="other weights"):
        load_detector(tmp_path / "d.safetensors", model, fingerprint="xyz")
    (tmp_path / "d.safetensors").write_bytes(b"no")
    with pytest.raises(UserError, match="no detector"):
        load_detector(tmp_path / "d.safetensors", model, fingerprint="abc")


def test_a_detector_that_can_not_be_kept_serves_all_the_same(model, normal, tmp_path, capsys):
    found = kept_detector(tmp_path, model, "abc", lambda: normal)  # a folder is no file
    assert torch.isfinite(torch.tensor(found.threshold))
    assert "not kept: cannot write" in capsys.readouterr().err


def test_the_error_map_shows_where(detector):
    x = fresh(20).take(np.arange(20))
    assert detector.error_map(x).mean().item() == pytest.approx(0.8, abs=0.2)
    x[:, :, 3:5, 7:9] = 1.0
    found = detector.error_map(x).clone()
    assert found.shape == (20, SIDE, SIDE)
    inside = found[:, 3:5, 7:9].mean()
    found[:, 3:5, 7:9] = 0
    assert inside > 3 * found.sum() / (20 * (SIDE**2 - 4))


def test_regret_is_the_divergence_of_a_posterior_from_the_best_one(model):
    x = textured(6)
    q = model.encode(x)
    away = torch.tensor([0.0, 0.1, 0.3, 0.0, 0.2, 0.5])[:, None].expand_as(q.mean)
    wider = torch.tensor([1.0, 1.0, 1.0, 3.0, 2.0, 1.0])[:, None]

    class Worse(PrincipalVAE):
        def encode(self, x):
            return Posterior(q.mean + away, q.std * wider)

    worse = Worse(model.media, model.centre, model.axes)
    kl = 0.5 * (wider**2 - 1) - wider.log() + 0.5 * (away / q.std) ** 2
    found = likelihood_regret(worse, x, rng=0)
    torch.testing.assert_close(found, kl.sum(1), rtol=0.15, atol=0.3)
    alone = likelihood_regret(model, x[:1], rng=0)
    assert alone.item() == pytest.approx(0, abs=0.1)


def usual(model):
    return chosen_scores(model, COMBINED)


def test_what_a_model_can_do_decides_which_scores_there_are(model):
    assert usual(model) == (
        *("bound", "typicality", "complexity", "reconstruction", "latent", "appearance"),
        "combined",
    )
    assert possible(model)["regret"] is None
    assert set(chosen_scores(model, "regret")) == {*usual(model), "regret"}
    coder = fit(ellipses(), 3, LinearCoder)
    assert usual(coder) == ("reconstruction", "latent", "appearance", "combined")
    assert usual(fit(points(), 2, LinearCoder)) == usual(coder)
    judge = Judge(Images("L", SIDE, SIDE))
    assert usual(judge) == ("features", "realness", "appearance", "combined")
    assert usual(Judge(plain(3))) == ("features", "realness", "combined")


def test_a_discriminator_alone_finds_what_it_never_saw(normal):
    detector = fit_detector(Judge(normal.media), *normal_parts(normal))
    for what in STRANGE:
        assert auroc(detector, pictures_of(STRANGE[what]), "combined") > 0.9
    assert detector.error_map(normal.take(np.arange(2))) is None


@pytest.mark.parametrize("kind", [LinearCoder, LinearVAE])
def test_vectors(kind):
    data = points(400)
    rows = np.arange(400)
    data = replace(data, splits={"train": rows[:200], "test": rows[200:]})
    detector = fit_detector(fit(data, 1, kind), *normal_parts(data))
    far = replace(data, store=data.store + 8.0)
    assert detector.judge(far).outlier.all()
    assert detector.judge(data).outlier.double().mean() < 0.12
    assert detector.error_map(data.take(rows[:3])) is None


def test_the_table_has_the_most_unusual_first(detector):
    data = fresh(30)
    found = detector.judge(data)
    table = outlier_table(data, found, "combined")
    assert list(table)[:4] == ["row", "outlier", "p_value", "combined"]
    assert (np.diff(table["combined"]) <= 0).all()
    assert np.array_equal(table["bound"], found.scores["bound"].numpy()[table["row"]])
    assert set(table["outlier"]) <= {"yes", "no"}


def test_what_can_not_be_told_is_said(model, normal):
    known, held_out = normal_parts(normal)
    with pytest.raises(UserError, match=r"'outliers' needs a model that .*latent code.* or "):
        fit_detector(OnlySamples(normal.media), known, held_out)
    with pytest.raises(UserError, match="did you mean 'latent'"):
        fit_detector(model, known, held_out, score="latnet")
    with pytest.raises(UserError, match=r"'realness' can't be had.*Discriminates"):
        fit_detector(model, known, held_out, score="realness")
    with pytest.raises(UserError, match="it takes 4 that"):
        fit_detector(model, known, held_out.select(np.arange(3)))
    with pytest.raises(UserError, match=r"in \(0, 1\)"):
        fit_detector(model, known, held_out, false_alarms=0.0)
    with pytest.raises(UserError, match="works on vectors"):
        fit_detector(fit(points(), 2), known, held_out, score="complexity")


def test_every_score_says_what_it_is():
    assert all(score.says and not score.says.endswith(".") for score in SCORES.values())
