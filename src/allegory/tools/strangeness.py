"""How strange an example is to a model: a table of scores, chosen by what the model can do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import torch

from allegory.measures.outliers import (
    States,
    compressed_nats,
    detail_energy,
    deviates,
    energies,
    fit_states,
    spread_of,
)
from allegory.media import Images
from allegory.randomness import generator
from allegory.tools.references import away, references
from allegory.tools.regret import likelihood_regret
from allegory.tools.requires import lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Generator, Tensor

    from allegory.capabilities import Model
    from allegory.data.dataset import Dataset

    State = dict[str, Tensor]

__all__ = ["COMBINED", "SCORES", "Look", "Score", "possible"]

DRAWS = 4
"""Importance samples an example for a bound on log p(x)."""
RESIDUALS = (1, 4)
"""Sides of the squares over which differences from the reconstruction are averaged."""
DETAILS = (1, 2)
"""Sides of the squares over which a picture is averaged before its neighbours are compared."""
COMBINED = "combined"
"""The score that is used where no other is asked for."""


class Look:
    """Examples before a model: what is costly is made once, when a score asks for it."""

    def __init__(
        self, model: Any, x: Tensor, states: Mapping[str, State], rng: Generator | int
    ) -> None:
        """A look at x (n, *media.shape).

        Args:
            model: what it can do is asked first, by `possible`.
            x: in the media's range, where the model is.
            states: what the scores have learned of normal examples, by name.
            rng: of a bound's draws.
        """
        self.model, self.x, self.states, self.rng = model, x, states, generator(rng)
        self.found: dict[str, Tensor] = {}

    def score(self, name: str) -> Tensor:
        """The score of this name, (n,) float64 on the CPU: higher is stranger."""
        if name not in self.found:
            self.found[name] = SCORES[name].of(self).double().cpu()
        return self.found[name]

    def forget(self) -> None:
        """Let go of what takes much memory; what was made from it is kept."""
        del self.x
        self.__dict__.pop("residual", None)

    @cached_property
    def codes(self) -> Tensor:
        """(n, latents): posterior means."""
        return _codes_of(self.model, self.x)

    @cached_property
    def residual(self) -> Tensor:
        """What the reconstruction lacks, x − x̂, (n, *media.shape), on the CPU.

        Pictures are taken in [0, 1], vectors in units of their deviation.
        """
        left: Tensor = (self.x - self.model.decode(self.codes)).cpu()
        media = self.model.media
        return left / (2.0 if isinstance(media, Images) else left.new_tensor(media.scale))

    @cached_property
    def appearance(self) -> Tensor:
        """(n, k) float64: logs of how much the model leaves over, and how much detail there is."""
        parts = []
        pictures = isinstance(self.model.media, Images)
        if lacking(self.model, ("Encodes", "Decodes")) is None:
            parts.append(energies(self.residual, RESIDUALS if pictures else (1,)))
        if pictures:
            parts.append(detail_energy(self.x.cpu(), DETAILS))
        return torch.cat(parts, 1)


@dataclass(frozen=True)
class Score:
    """One way to tell how strange an example is."""

    says: str
    """What it is, in a line."""
    of: Callable[[Look], Tensor]
    """Higher is stranger: (n,)."""
    needs: tuple[str, ...] = ()
    """Capabilities of the model, as in the table of tools."""
    pictures: Literal["only", "instead"] | None = None
    """Whether it is of pictures only, or of pictures also where a capability is missing."""
    learn: Callable[[Any, Dataset, int], State] | None = None
    """What it has to know of the examples that the model learned from, with a seed."""
    settle: Callable[[list[Look]], State] | None = None
    """What it has to know of normal examples that the model did not learn from."""
    reads: Callable[[Look], object] | None = None
    """What it settles by, beside other scores."""
    combined: bool = False
    """Whether it has a say in the combined score."""
    slow: bool = False
    """Whether it is left out unless it is asked for."""


def possible(model: Model) -> dict[str, str | None]:
    """Every score, with the reason why the model can't have it; None where it can."""
    reasons = {name: _lacks(model, score) for name, score in SCORES.items()}
    reasons[COMBINED] = None
    if not _parts(model):
        serves = ", ".join(name for name, why in reasons.items() if why is None)
        reasons[COMBINED] = f"there is nothing to combine; scores that work: {serves or 'none'}"
    return reasons


def _lacks(model: Model, score: Score) -> str | None:
    pictures = isinstance(model.media, Images)
    if score.pictures == "only" and not pictures:
        return "it is of pictures, and the model works on vectors"
    if score.pictures == "instead" and pictures:
        return None
    return lacking(model, score.needs)


def _parts(model: Model) -> tuple[str, ...]:
    """The scores that are combined for this model."""
    return tuple(n for n, s in SCORES.items() if s.combined and _lacks(model, s) is None)


def _bound(look: Look) -> Tensor:
    bound: Tensor = look.model.log_prob(look.x, rng=look.rng, draws=DRAWS)
    return -bound


def _typicality(look: Look) -> Tensor:
    """|−log p(x) − its mean| of a single example.

    Nalisnick et al. (2019), "Detecting out-of-distribution inputs to deep generative models using
    typicality".
    """
    return (look.score("bound") - look.states["typicality"]["mean"]).abs()


def _typical(looks: list[Look]) -> State:
    return {"mean": torch.cat([look.score("bound") for look in looks]).mean()}


def _complexity(look: Look) -> Tensor:
    """−log p(x) − L(x), L the length of the compressed picture: Serrà et al. (2020)."""
    return look.score("bound") - compressed_nats(look.x)


def _reconstruction(look: Look) -> Tensor:
    return look.residual.square().flatten(1).mean(1)


def _codes_of(model: Any, x: Tensor) -> Tensor:
    codes: Tensor = model.encode(x).mean
    return codes


def _features_of(model: Any, x: Tensor) -> Tensor:
    features: Tensor = model.features(x)
    return features


def _codes(model: Any, known: Dataset, seed: int) -> State:
    return {"references": references(model, known, _codes_of, seed)}


def _judged(model: Any, known: Dataset, seed: int) -> State:
    return {"references": references(model, known, _features_of, seed)}


def _latent(look: Look) -> Tensor:
    return away(look.codes, look.states["latent"]["references"])


def _features(look: Look) -> Tensor:
    return away(_features_of(look.model, look.x), look.states["features"]["references"])


def _regret(look: Look) -> Tensor:
    # the same noise for all batches, whatever other scores have drawn
    return likelihood_regret(look.model, look.x, rng=look.rng.initial_seed())


def _realness(look: Look) -> Tensor:
    p: Tensor = look.model.realness(look.x).double()
    return -p.logit(eps=1e-12)


def _states(looks: list[Look]) -> State:
    return vars(fit_states(torch.cat([look.appearance for look in looks]))).copy()


def _appearance(look: Look) -> Tensor:
    return States(**look.states["appearance"]).deviate(look.appearance)


def _spreads(looks: list[Look]) -> State:
    found = {}
    for name in _parts(looks[0].model):
        found[name] = torch.tensor(
            spread_of(torch.cat([look.score(name) for look in looks])), dtype=torch.float64
        )
    return found


def _combined(look: Look) -> Tensor:
    """The length of the deviates of all that is combined: far in one, or fairly far in several."""
    parts = [
        deviates(look.score(name), *map(float, spread))
        for name, spread in look.states[COMBINED].items()
    ]
    return torch.stack(parts).square().sum(0).sqrt()


SCORES: dict[str, Score] = {
    "bound": Score("-log p(x), or a bound above it, in nats", _bound, ("Scores",)),
    "typicality": Score(
        "how far -log p(x) is from its mean over normal examples, to either side",
        _typicality,
        ("Scores",),
        settle=_typical,
    ),
    "complexity": Score(
        "-log p(x) less the length of the compressed picture, in nats",
        _complexity,
        ("Scores",),
        pictures="only",
    ),
    "reconstruction": Score(
        "mean squared error of the reconstruction", _reconstruction, ("Encodes", "Decodes")
    ),
    "latent": Score(
        "distance of the code to the fifth nearest of the training examples",
        _latent,
        ("Encodes",),
        learn=_codes,
        combined=True,
    ),
    "regret": Score(
        "what -log p(x) loses where the code is fitted to the example itself, in nats",
        _regret,
        ("Bounds",),
        slow=True,
    ),
    "features": Score(
        "the same of what the discriminator judges by",
        _features,
        ("Discriminates",),
        learn=_judged,
        combined=True,
    ),
    "realness": Score(
        "log-odds that the discriminator is not deceived", _realness, ("Discriminates",)
    ),
    "appearance": Score(
        "how improbable are what is left over of an example, and its detail, at several scales",
        _appearance,
        ("Encodes", "Decodes"),
        pictures="instead",
        settle=_states,
        reads=lambda look: look.appearance,
        combined=True,
    ),
    COMBINED: Score(
        "how far from normal in appearance and code together", _combined, settle=_spreads
    ),
}
"""Scores by name; those that are built on others stand after them."""
