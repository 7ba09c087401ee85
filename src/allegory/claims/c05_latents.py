"""C5: each latent encodes an interpretable feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.faces import FULL, QUICK, Coded, OnFaces, named
from allegory.claims.interval import above, t_interval, words
from allegory.progress import say
from allegory.report.matrix import Shares, matrices

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from allegory.claims.claim import Figure
    from allegory.data.dataset import Dataset
    from allegory.recipes.settings import Run

__all__ = ["CLAIM", "follows", "one_feature"]

MOST, LITTLE = 0.5, 0.1
"""Shares of a latent's variance: what its own factor explains at least, any other at most."""
EACH = 0.8
"""Share of the active latents above which "each" is granted."""
BINS = 10


@dataclass(frozen=True, kw_only=True)
class Settings(OnFaces):
    """The plain VAE, which decides, and others of its family."""

    others: tuple[str, ...] = ()
    """Recipes beside the beta-VAEs."""


@dataclass(frozen=True)
class Matched:
    """Latents and factors of one model."""

    shares: NDArray[np.float64]
    """(active latents, factors): share of each latent's variance that each factor explains."""
    active: tuple[int, ...]
    told: NDArray[np.float64]
    """(factors,): of the factor's entropy, what the latent that knows most of it knows."""

    @property
    def good(self) -> NDArray[np.bool_]:
        """(active latents,): which of them encode one feature."""
        return one_feature(self.shares)

    @property
    def share(self) -> float:
        """Share of the active latents that encode one feature; 0 where none is active."""
        return float(self.good.mean()) if len(self.good) else 0.0

    def best(self, k: int) -> float:
        """How closely the best latent follows factor k: the correlation ratio, 0 to 1."""
        return float(np.sqrt(self.shares[:, k].max(initial=0.0)))


def experiment(s: Settings) -> Finding:
    """Train the models, and match latents with factors on held-out faces."""
    data = s.held_out()
    makers: list[Callable[[int], Run]] = [
        *(lambda seed, beta=beta: s.vae(beta, seed) for beta in s.betas),
        *(
            lambda seed, name=name: s.on_faces(name, seed, latents=s.latents)
            for name in s.others
        ),
    ]  # fmt: skip
    seen: dict[str, list[Matched]] = {}
    for make in makers:
        for seed in s.each_seed():
            run = make(seed)
            name = named(run)
            say(f"C5: {name}, seed {seed}")
            seen.setdefault(name, []).append(match(run, data, s.varying))
    decides, *_ = seen
    shares = {
        name: t_interval(f"latents of one feature, {name}", [m.share for m in found])
        for name, found in seen.items()
    }
    counts = [
        t_interval(f"active latents, {name}", [float(len(m.active)) for m in found])
        for name, found in seen.items()
    ]
    matches = [
        figure
        for name, found in seen.items()
        for k, factor in enumerate(s.varying)
        for figure in (
            t_interval(f"{factor}: correlation ratio of its best latent, {name}",
                       [m.best(k) for m in found]),
            t_interval(f"{factor}: its information in the best latent, {name}",
                       [float(m.told[k]) for m in found], "of its entropy"),
        )
    ]  # fmt: skip
    return Finding(
        (*shares.values(), *counts, *matches),
        above(shares[decides], EACH),
        sentence(s, seen, shares),
        picture(s, seen),
    )


def match(run: Run, data: Dataset, varying: tuple[str, ...]) -> Matched:
    """Train one model, and match its latents with the factors of held-out faces."""
    from allegory.measures.disentanglement.mig import mig

    coded = Coded.by(run, data, varying)
    found = mig(coded.codes, coded.columns)
    told = found.information.max(0) / found.entropy
    return Matched(follows(coded), coded.active, told)


def follows(coded: Coded) -> NDArray[np.float64]:
    """Share of the variance of each active latent that each factor explains alone.

    The squared correlation ratio, over bins of equal count where the factor is a number: the
    first-order index of Sobol (1993), "Sensitivity estimates for nonlinear mathematical models".
    Unlike a rank correlation it sees a latent that follows a hue around the circle. Factors are
    drawn independently, so that the shares of a latent add up to 1 at most.

    Returns:
        (active latents, factors).
    """
    from allegory.measures.disentanglement.factors import table_of
    from allegory.tools.naming import correlation_ratio

    factors = table_of(coded.codes, coded.columns, bins=BINS).factors
    z = coded.codes[:, list(coded.active)]
    shares = [
        [correlation_ratio(column, f.bins.astype(np.float64)) ** 2 for f in factors]
        for column in z.T
    ]
    return np.array(shares).reshape(z.shape[1], len(factors))


def one_feature(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which latents encode one feature, (latents,), of shares (latents, factors), two or more."""
    second, first = np.sort(shares, axis=1)[:, -2:].T
    good: NDArray[np.bool_] = (first >= MOST) & (second <= LITTLE)
    return good


def sentence(s: Settings, seen: dict[str, list[Matched]], shares: dict[str, Figure]) -> str:
    """What was seen, in words."""
    listed = "; ".join(
        f"{name}: {words(figure, 2)}, with {np.mean([len(m.active) for m in seen[name]]):.1f} of "
        f"{s.latents} latents active"
        for name, figure in shares.items()
    )
    axes = "; ".join(f"{name}: {names(found[0], s.varying)}" for name, found in seen.items())
    return (
        f"Share of the active latents that follow one of the {len(s.varying)} factors alone: "
        f"{listed}. The closest match of each factor, with the correlation ratio, for the first "
        f"seed: {axes}."
    )


def names(m: Matched, varying: tuple[str, ...]) -> str:
    """The latent that follows each factor best."""
    if not m.active:
        return "none is active"
    best = m.shares.argmax(0)
    return ", ".join(
        f"{factor} z{m.active[best[k]]} ({m.best(k):.2f})" for k, factor in enumerate(varying)
    )


def picture(s: Settings, seen: dict[str, list[Matched]]) -> str:
    """What explains each latent, of the first seed's models."""
    tables = []
    for name, (m, *_) in seen.items():
        # factor by factor, the latents that follow it most first
        order = sorted(
            range(len(m.active)), key=lambda i: (m.shares[i].argmax(), -m.shares[i].max())
        )
        tables.append(
            Shares(
                name,
                [f"z{m.active[i]}" for i in order],
                m.shares[order].tolist(),
                m.good[order].tolist(),
            )
        )
    return matrices(tables, s.varying, title="Share of each latent's variance by factor")


CLAIM = Claim(
    "C5",
    "Features of latents",
    "Each latent encodes a feature that a person can interpret.",
    "VAEs on faces of which few factors vary, all of them known. A latent is active if the "
    "variance of its posterior mean over held-out faces is above 0.01. It encodes one feature if "
    "one factor alone explains at least half of that variance (squared correlation ratio, ten "
    "bins) and every other at most a tenth. The claim holds if the 95 % interval over seeds of "
    "the share of active latents that do lies above 0.8, for the plain VAE (beta = 1). The other "
    "models are shown, and do not decide.",
    experiment,
    quick=Settings(**QUICK),
    full=Settings(**FULL, others=("beta-tcvae",)),
)
