"""C3: reparametrisation makes training possible."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, below, t_interval, together, words
from allegory.data.open import open_data
from allegory.progress import track
from allegory.randomness import generator
from allegory.report.plots import Series, plot

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.claims.estimators import Estimator
    from allegory.media import Media
    from allegory.models.vae import VAE

__all__ = ["CLAIM"]

DECADES = 1.0
"""Orders of magnitude of variance from which the claim holds."""
BIAS = 1.5
"""Squared standard errors up to which means agree: 1 is chance; a bias of one error gives 2."""
POINTS = 12
"""Of each learning curve."""


@dataclass(frozen=True)
class Settings:
    """A VAE of dense layers on the 8x8 digits: how long, and how often."""

    seeds: int
    steps: int
    """Of training with each estimator."""
    draws: int
    """Of noise, for the moments of the gradient."""
    batch: int = 64
    latents: int = 8
    hidden: int = 128
    lr: float = 2e-3


@dataclass(frozen=True)
class Comparison:
    """The gradient by the score function against the reparametrised one."""

    decades: float
    """log10 of the ratio of their variances, each summed over coordinates and examples."""
    bias: float
    """Mean square of the difference of their means, in standard errors."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw; the comparisons are with new weights and with trained ones."""

    plain: tuple[Comparison, Comparison]
    reduced: tuple[Comparison, Comparison]
    """With the baseline."""
    curves: dict[Estimator, list[tuple[int, float]]]
    """Held-out −ELBO in nats over steps, for each estimator."""

    def behind(self, how: Estimator) -> float:
        """Nats by which training with the estimator ends behind reparametrisation."""
        return self.curves[how][-1][1] - self.curves["reparametrised"][-1][1]


def experiment(s: Settings) -> Finding:
    """Compare the gradients before and after training, and train with each estimator."""
    with track("C3", s.seeds) as advance:
        seen = []
        for seed in range(s.seeds):
            seen.append(look(s, seed))
            advance(1)
    plain = t_interval(
        "log10 of the ratio of variances", [min(c.decades for c in r.plain) for r in seen]
    )
    reduced = t_interval(
        "the same, with a baseline", [min(c.decades for c in r.reduced) for r in seen]
    )
    bias = t_interval(
        "squared difference of the means",
        [sum(c.bias for c in r.plain + r.reduced) / 4 for r in seen],
        "squared standard errors",
    )
    behind = t_interval(
        "loss behind, score function", [r.behind("score function") for r in seen], "nats"
    )
    closer = t_interval(
        "loss behind, with a baseline",
        [r.behind("score function with baseline") for r in seen],
        "nats",
    )
    return Finding(
        (plain, reduced, bias, behind, closer),
        together([above(reduced, DECADES), below(bias, BIAS)]),
        f"The score function's gradient has {10**plain.mean:,.0f} times the variance of the "
        f"reparametrised one, and {10**reduced.mean:,.0f} times with a baseline (10 to the power "
        f"of {words(reduced)}); the means differ by {words(bias)}, where 1 is chance; after "
        f"{s.steps:,} steps training with it is {words(behind)} behind on held-out digits, with "
        f"the baseline {words(closer)}.",
        picture(seen[0].curves),
    )


def look(s: Settings, seed: int) -> Seen:
    """Everything that is measured with one seed."""
    from allegory.claims.estimators import ESTIMATORS

    data = open_data("digits")
    train, test = (part.take(np.arange(len(part))) for part in map(data.split, ("train", "test")))
    vae = small_vae(data.media, s, seed)
    first = compare(vae, test[: s.batch], s.draws, seed)
    curves: dict[Estimator, list[tuple[int, float]]] = {
        "reparametrised": learn(vae, train, test, "reparametrised", s, seed)
    }
    last = compare(vae, test[: s.batch], s.draws, seed)
    for how in ESTIMATORS[1:]:
        curves[how] = learn(small_vae(data.media, s, seed), train, test, how, s, seed)
    plain, reduced = zip(first, last, strict=True)
    return Seen(plain, reduced, curves)


def small_vae(media: Media, s: Settings, seed: int) -> VAE:
    """A VAE of dense layers, with the weights of this seed."""
    import torch
    from torch import nn

    from allegory.models.likelihoods import likelihood_for
    from allegory.models.vae import VAE
    from allegory.networks.mlp import MLP

    torch.manual_seed(seed)
    values = math.prod(media.shape)
    encoder = nn.Sequential(nn.Flatten(), MLP(values, s.hidden, 2 * s.latents))
    decoder = nn.Sequential(MLP(s.latents, s.hidden, values), nn.Unflatten(1, media.shape))
    return VAE(encoder, decoder, likelihood_for("gaussian", media), s.latents, media)


def compare(vae: VAE, x: Tensor, draws: int, seed: int) -> tuple[Comparison, Comparison]:
    """The score function without and with a baseline, each against reparametrisation."""
    from allegory.claims.estimators import ESTIMATORS, moments

    rng = generator(seed)
    ours, *others = (moments(vae, x, how, draws, rng) for how in ESTIMATORS)
    plain, reduced = (
        Comparison(
            math.log10(float(theirs.variance.sum() / ours.variance.sum())),
            float(
                ((theirs.mean - ours.mean).square() / (theirs.variance + ours.variance)).mean()
                * ours.draws
            ),
        )
        for theirs in others
    )
    return plain, reduced


def learn(
    vae: VAE, train: Tensor, test: Tensor, how: Estimator, s: Settings, seed: int
) -> list[tuple[int, float]]:
    """Train with an estimator: the held-out −ELBO in nats over steps."""
    import torch

    from allegory.claims.estimators import surrogate
    from allegory.objectives.divergence import kl_standard_normal

    rng, adam = generator(seed), torch.optim.Adam(vae.parameters(), lr=s.lr)
    curve = []
    for step in range(s.steps + 1):
        if step % max(s.steps // POINTS, 1) == 0 or step == s.steps:
            with torch.inference_mode():
                curve.append((step, -float(vae.log_prob(test, rng=seed).mean())))
        x = train[torch.randint(len(train), (s.batch,), generator=rng)]
        q = vae.encode(x)
        kl = kl_standard_normal(q.mean, q.std).sum(1)
        adam.zero_grad()
        (surrogate(vae, x, q, how, rng) + kl).mean().backward()  # type: ignore[no-untyped-call]
        adam.step()
    return curve


def picture(curves: dict[Estimator, list[tuple[int, float]]]) -> str:
    """The learning curves of one seed."""
    names = ("reparametrised", "score", "with baseline")
    series = [
        Series(name, [x for x, _ in curve], [y for _, y in curve], "marks", k)
        for k, (name, curve) in enumerate(zip(names, curves.values(), strict=True))
    ]
    return plot(series, title="Learning curves", x_label="steps", y_label="−ELBO, nats")


CLAIM = Claim(
    "C3",
    "Reparametrisation",
    "Writing z = μ + σ ⊙ ε, with the randomness in ε, makes it possible to train the encoder by "
    "back-propagation.",
    "The variance of the gradient of −E log p(x | z) with respect to μ and ln σ, from one draw, "
    "is compared with that of the score-function estimator with a baseline (mean over 8 other "
    "draws), for the same model and batch, with new weights and with trained ones; the smaller "
    "ratio counts. The claim holds if the 95 % interval over seeds of its log10 lies above 1, so "
    "that the other estimator needs more than ten times the draws, and if the means of all agree: "
    "the interval of their mean squared difference, in standard errors, lies below 1.5. How far "
    "training gets with each is shown, and does not decide.",
    experiment,
    quick=Settings(seeds=3, steps=2_000, draws=1_000),
    full=Settings(seeds=10, steps=5_000, draws=5_000),
)
