"""C2: the normal prior gives a latent space continuity and completeness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allegory.claims.claim import Claim, Finding
from allegory.claims.interval import above, t_interval, together, words
from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data
from allegory.progress import say
from allegory.report.plots import Series, plot

__all__ = ["CLAIM"]

MODELS = ("autoencoder", "vae")


@dataclass(frozen=True, kw_only=True)
class Settings(OnPictures):
    """A plain autoencoder and a VAE with the same networks."""

    latents: int = 16
    draws: int = 1_000
    """Codes decoded for completeness."""


@dataclass(frozen=True)
class Seen:
    """What one seed saw of one model."""

    continuity: float
    completeness: float
    error: float
    """Mean squared error of held-out pictures, on values in [0, 1]."""


def experiment(s: Settings) -> Finding:
    """Train both with each seed, and measure their latent spaces."""
    seen = {name: [look(s, name, seed) for seed in range(s.seeds)] for name in MODELS}

    def of(name: str, measure: str) -> list[float]:
        return [getattr(one, measure) for one in seen[name]]

    each = [
        t_interval(f"{measure}, {name}", of(name, measure))
        for measure in ("continuity", "completeness", "error")
        for name in MODELS
    ]
    continuity, completeness = (
        t_interval(
            f"gain in {measure}",
            [b - a for a, b in zip(*(of(name, measure) for name in MODELS), strict=True)],
        )
        for measure in ("continuity", "completeness")
    )
    return Finding(
        (*each, continuity, completeness),
        together([above(continuity, 0.0), above(completeness, 0.0)]),
        f"Continuity is {each[0].mean:.2f} for the autoencoder and {each[1].mean:.2f} for the "
        f"VAE, a gain of {words(continuity)}; completeness {each[2].mean:.2f} and "
        f"{each[3].mean:.2f}, a gain of {words(completeness)}; the reconstruction error "
        f"{each[4].mean:.3g} and {each[5].mean:.3g}.",
        picture(seen),
    )


def look(s: Settings, name: str, seed: int) -> Seen:
    """Train one model and measure its latent space on the test split."""
    from allegory.capabilities import Decodes, Encodes
    from allegory.claims.trained import trained
    from allegory.measures.latent.completeness import completeness
    from allegory.measures.latent.continuity import continuity
    from allegory.measures.reconstruction import squared_errors
    from allegory.tools.reconstruct import reconstruct

    say(f"C2: {name}, seed {seed}")
    run = s.run(name, latents=s.latents, seed=seed)
    model = trained(run)
    assert isinstance(model, Encodes)
    assert isinstance(model, Decodes)
    data = open_data(run.data.source, run.data)
    train, test = data.split("train"), data.split("test")
    x = test.take(np.random.default_rng(seed).permutation(len(test)))
    return Seen(
        continuity(model, model.encode(x).mean).score.mean,
        completeness(model, train, test, draws=s.draws, rng=seed).share.mean,
        float(squared_errors(x, reconstruct(model, x), test.media).mean()),
    )


def picture(seen: dict[str, list[Seen]]) -> str:
    """Each seed's model between the two measures."""
    series = [
        Series(name, [o.continuity for o in ones], [o.completeness for o in ones], "dots", k)
        for k, (name, ones) in enumerate(seen.items())
    ]
    return plot(series, title="Latent spaces", x_label="continuity", y_label="completeness")


CLAIM = Claim(
    "C2",
    "The normal prior",
    "Pressing the codes towards a normal prior makes the latent space continuous, so that close "
    "codes decode to similar content, and complete, so that any draw decodes to likely content.",
    "A VAE and a plain autoencoder with the same networks and latents are compared on held-out "
    "pictures, by continuity (how evenly and directly pictures change on a straight way between "
    "codes) and completeness (the share of decoded draws that are as near to training pictures as "
    "decoded held-out codes are). The claim holds if the 95 % intervals over seeds of both gains, "
    "VAE less autoencoder, lie above 0.",
    experiment,
    quick=Settings(seeds=3, images=40_000, source="digits"),
    full=Settings(
        seeds=5, images=50_000, source="faces", size="32", examples=6_000, network="small"
    ),
)
