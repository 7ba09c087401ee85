"""Which one is real? Rounds of real and generated examples, and what gave the generated ones away.

After HYPE (Zhou et al. 2019, "HYPE: a benchmark for human eye perceptual evaluation of generative
models"): the score is the share of judgements that are wrong, 1/2 where people can only guess. A
picture may be shown for a limited time only, as in its first variant, or for as long as one likes.
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from allegory.data.dataset import binarize
from allegory.errors import UserError
from allegory.measures.fidelity.neighbours import nearest
from allegory.measures.outliers import detail_energy
from allegory.media import Images, to_bytes
from allegory.report.sheets import to_image
from allegory.report.sounds import sounding
from allegory.runs.inputs import at_most, held_out, open_for
from allegory.tools.concern import concern
from allegory.tools.requires import require
from allegory.tools.sample import sample

if TYPE_CHECKING:
    from torch import Tensor

    from allegory.data.dataset import Dataset
    from allegory.runs.folder import RunFolder

__all__ = ["MOST", "Mode", "Quiz", "Round", "make_quiz", "picture_bytes", "review"]

Mode = Literal["pairs", "single"]
MOST = 60
"""Rounds of a quiz."""
AMONG = 2_000
"""Real examples among which the nearest is looked for, at most."""
RARE = 0.05
"""What fewer real examples show is said to give a picture away."""


@dataclass
class Round:
    """What is shown in one round, and what was answered."""

    pictures: list[Tensor]
    """(channels, height, width) in [-1, 1]: two of a pair, or one."""
    real: list[bool]
    """Of each picture."""
    choice: int | None = None
    """Of a pair, the one taken for real; of one picture, 1 for real and 0 for generated."""

    @property
    def answer(self) -> int:
        """The right choice."""
        return self.real.index(True) if len(self.real) == 2 else int(self.real[0])


@dataclass
class Quiz:
    """A game of one person."""

    id: str
    run: str
    player: str
    mode: Mode
    timed: bool
    rounds: list[Round]
    media: Images
    given_away: list[dict[str, Any]] = field(default_factory=list)
    """Of each round, once `review` has looked."""
    neighbours: dict[int, Tensor] = field(default_factory=dict)
    """Of each round with a generated picture, the nearest real one."""

    def done(self) -> bool:
        """Whether every round was answered."""
        return all(r.choice is not None for r in self.rounds)


def make_quiz(
    folder: RunFolder, model: Any, *, player: str, mode: Mode, timed: bool, rounds: int
) -> Quiz:
    """A new quiz on a run's model and its held-out data.

    Raises:
        UserError: the model draws no pictures, or the data are gone or too few.
    """
    require(model, "sample")
    if not isinstance(model.media, Images):
        raise UserError("this model makes neither pictures nor sounds: there is nothing to judge.")
    data = held_out(concern(model, open_for(folder.run(), model.media)), AMONG)
    if len(data) < rounds:
        raise UserError(f"'{data.name}' holds out {len(data)} examples: ask for fewer rounds.")
    rng = np.random.default_rng(secrets.randbits(64))
    real = data.take(rng.permutation(len(data))[:rounds])
    fake = _seen(sample(model, rounds, rng=int(rng.integers(2**31))), model.media, rng)
    if mode == "pairs":
        first = rng.random(rounds) < 0.5
        made = [
            Round([x, y] if left else [y, x], [bool(left), not left])
            for x, y, left in zip(real, fake, first, strict=True)
        ]
    else:
        # exactly half of them, so that nobody is right by always saying the same
        order = rng.permutation(rounds)
        made = [
            Round([real[i] if k % 2 else fake[i]], [bool(k % 2)])
            for i, k in enumerate(order.tolist())
        ]
    # a sound takes its time
    timed = timed and not sounding(model.media)
    return Quiz(
        secrets.token_urlsafe(12), folder.path.name, player, mode, timed, made, model.media
    )


def _seen(x: Tensor, media: Images, rng: np.random.Generator) -> Tensor:
    """Generated pictures as real ones are: binary where these are."""
    if not media.binary:
        return x.clamp(-1, 1)
    return binarize(x, torch.from_numpy(rng.random(x.shape)))


def picture_bytes(x: Tensor) -> bytes:
    """A picture (channels, height, width) in [-1, 1] as a PNG, real or not by the same way."""
    file = io.BytesIO()
    to_image(to_bytes(x).permute(1, 2, 0).cpu().numpy()).save(file, "PNG")
    return file.getvalue()


@torch.inference_mode()
def review(folder: RunFolder, model: Any, quiz: Quiz) -> None:
    """Look at what gives the generated pictures of a quiz away, and at their nearest real ones.

    Each is compared with real pictures by two figures: how much fine detail it has, and how far
    it is from the nearest training example. What is as large, or as small, in fewer than 5 % of
    real pictures is told.
    """
    data = concern(model, open_for(folder.run(), model.media))
    train, others = at_most(data.split("train"), AMONG), held_out(data, AMONG // 4)
    known, real = _all(train), _all(others)
    typical = nearest(real.flatten(1), known.flatten(1), 1).distance[:, 0]
    detail = detail_energy(real, (1,))[:, 0]
    what = "sounds" if sounding(quiz.media) else "pictures"
    for k, one in enumerate(quiz.rounds):
        fakes = [x for x, is_real in zip(one.pictures, one.real, strict=True) if not is_real]
        words = []
        for x in fakes:
            near = nearest(x.flatten()[None], known.flatten(1), 1)
            quiz.neighbours[k] = known[int(near.index)]
            fine = float((detail < detail_energy(x[None], (1,))[0, 0]).double().mean())
            far = float((typical < near.distance[0, 0]).double().mean())
            words = _words(fine, far, what)
        quiz.given_away.append({"generated": bool(fakes), "words": words})


def _all(data: Dataset) -> Tensor:
    found: Tensor = data.take(np.arange(len(data)))
    return found


def _share(part: float) -> str:
    if part > 0.995:
        return "all" if part == 1 else "nearly all"
    return f"{part:.0%} of"


def _words(fine: float, far: float, what: str) -> list[str]:
    """What a picture shows that fewer real ones do, by the share of real ones below it."""
    found = []
    if fine < RARE:
        found.append(f"It is smoother than {_share(1 - fine)} real {what}.")
    if fine > 1 - RARE:
        found.append(f"It has more fine detail, or noise, than {_share(fine)} real {what}.")
    if far > 1 - RARE:
        found.append(f"It is less like any known one than {_share(far)} real {what} are.")
    # a smooth picture is near to many, without being a copy of one
    if far < RARE and fine >= RARE:
        found.append(f"It is nearly one of the {what} that the model learned from.")
    return found or [f"Nothing that was measured sets it apart from real {what}."]
