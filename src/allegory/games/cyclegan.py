"""Unpaired translation: there and back again, and real to two critics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.data.views import JITTERS, jitter
from allegory.media import to_bytes, to_unit
from allegory.networks.pyramid import details
from allegory.objectives.adversarial import LEAST_SQUARES
from allegory.objectives.classification import MISSING, cross_entropy
from allegory.objectives.energy import inhomogeneity
from allegory.training.game import Batch, Game, Losses, Player, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegory.models.translation import CycleGAN
    from allegory.training.noise import Noise

__all__ = ["CycleGANGame", "Meaning"]


class Meaning(nn.Module):
    """What pictures of both domains are of: a classifier, and the columns that it learns from."""

    places_a: Tensor
    places_b: Tensor

    def __init__(self, classifier: nn.Module, label: str, names: Sequence[Sequence[str]]) -> None:
        """Of a column of categories.

        Args:
            classifier: pictures of either domain to logits of the classes, which are the sorted
                names of both domains.
            label: the column's name.
            names: its categories in each domain.
        """
        super().__init__()
        self.classifier, self.columns = classifier, (f"a_{label}", f"b_{label}")
        classes = sorted({*names[0], *names[1]})
        for side, own in zip("ab", names, strict=True):
            places = torch.tensor([classes.index(name) for name in own])
            self.register_buffer(f"places_{side}", places, persistent=False)

    def lost(self, x: Tensor, truth: Tensor, places: Tensor) -> Tensor:
        """Mean cross-entropy of pictures x (n, ...) whose category is truth (n,)."""
        known = torch.where(truth < 0, MISSING, places[truth.clamp(min=0)])
        return cross_entropy(self.classifier(x), known).mean()


class CycleGANGame(Game):
    """Two generators translate both ways, two critics learn to tell what they made.

    Zhu et al. (2017), "Unpaired image-to-image translation using cycle-consistent adversarial
    networks", equations 1 to 3 with least squares (their section 4) and the identity loss of their
    section 5.2. The critics see one in two answers late, from a pool of earlier ones: Shrivastava
    et al. (2017), "Learning from simulated and unsupervised images through adversarial training",
    section 2.3. Where it is known what both are of, a classifier learns it from both, and answers
    have to be told for what they were made of: Hoffman et al. (2018), "CyCADA: cycle-consistent
    adversarial domain adaptation", equations 1 and 4.
    """

    model: CycleGAN
    pool_a: Tensor
    pool_b: Tensor
    kept: Tensor
    resolution = 0.005

    def __init__(
        self,
        model: CycleGAN,
        critic_a: nn.Module,
        critic_b: nn.Module,
        *,
        cycle: float,
        identity: float,
        pool: int,
        meaning: Meaning | None = None,
    ) -> None:
        """Two players, or three.

        Args:
            model: what is trained.
            critic_a: pictures of the first domain to scores of their patches.
            critic_b: likewise, of the second.
            cycle: weight of what is lost there and back.
            identity: weight, in those of the cycle, of what is changed of pictures that are of the
                target already.
            pool: earlier answers that the critics may see; 0: none.
            meaning: what is kept; None: nothing is known of it.
        """
        super().__init__()
        self.model, self.critic_a, self.critic_b = model, critic_a, critic_b
        self.cycle, self.pool, self.meaning = cycle, pool, meaning
        self.columns = () if meaning is None else meaning.columns
        alike = model.media.a.channels == model.media.b.channels
        self.identity = identity * cycle if alike else 0.0
        self.objective = LEAST_SQUARES
        for name, media in (("pool_a", model.media.a), ("pool_b", model.media.b)):
            # bytes: processes take the mean of what is no integer, and pictures have none
            self.register_buffer(name, torch.zeros((pool, *media.shape), dtype=torch.uint8))
        self.register_buffer("kept", torch.zeros((), dtype=torch.int64))

    def players(self) -> tuple[Player, ...]:
        """The generators, then the critics on what they made, and who tells what it is of."""
        teller = Player(name="classifier", owns=("meaning",), loss=self.classifier_loss)
        return (
            Player(
                name="generators",
                owns=("model.a_to_b", "model.b_to_a"),
                loss=self.generators_loss,
            ),
            Player(
                name="critics",
                owns=("critic_a", "critic_b"),
                loss=self.critics_loss,
                settle=self.settle,
            ),
            *(() if self.meaning is None else (teller,)),
        )

    def generators_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How easily told, and what is lost there and back."""
        a, b = self.model.media.halves(batch.x)
        if self.identity:  # a pass of twice the batch is cheaper than two
            as_b, same_b = self.model.a_to_b(torch.cat([a, b])).chunk(2)
            as_a, same_a = self.model.b_to_a(torch.cat([b, a])).chunk(2)
        else:
            as_b, as_a = self.model.a_to_b(a), self.model.b_to_a(b)
        turn.leave("a", as_a)
        turn.leave("b", as_b)
        losses = {
            "adversarial a": self.answer(self.critic_a(as_a)),
            "adversarial b": self.answer(self.critic_b(as_b)),
        }
        if self.cycle:
            losses["cycle a"] = self.cycle * (self.model.b_to_a(as_b) - a).abs().mean()
            losses["cycle b"] = self.cycle * (self.model.a_to_b(as_a) - b).abs().mean()
        if self.identity:
            losses["identity a"] = self.identity * (same_a - a).abs().mean()
            losses["identity b"] = self.identity * (same_b - b).abs().mean()
        if self.meaning is not None:
            losses |= self.told(batch, turn, as_b, as_a)
        return losses

    def told(self, batch: Batch, turn: Turn, of_a: Tensor, of_b: Tensor) -> Losses:
        """How badly the classifier tells what pictures of each domain, or made of it, are of.

        Each is moved a little before, as a classifier's examples are: few are learned by heart.
        """
        assert self.meaning is not None
        of_a, of_b = (jitter(x, turn.noise.uniform(JITTERS)) for x in (of_a, of_b))
        a, b = (batch.columns[name] for name in self.meaning.columns)
        return {
            "meaning a": self.meaning.lost(of_a, a, self.meaning.places_a),
            "meaning b": self.meaning.lost(of_b, b, self.meaning.places_b),
        }

    def classifier_loss(self, batch: Batch, turn: Turn) -> Losses:
        """The same, of the examples themselves."""
        return self.told(batch, turn, *self.model.media.halves(batch.x))

    def answer(self, scores: Tensor) -> Tensor:
        """What a generator minimises."""
        return self.objective.generator(scores, scores).mean()

    def critics_loss(self, batch: Batch, turn: Turn) -> Losses:
        """How badly they tell real from made."""
        a, b = self.model.media.halves(batch.x)
        late, place = self.late(turn.noise)
        losses = {}
        for name, critic, real, pool in (
            ("a", self.critic_a, a, self.pool_a),
            ("b", self.critic_b, b, self.pool_b),
        ):
            made = turn.left(name)
            if self.pool:
                seen_late = late & (self.kept >= self.pool)
                made = torch.where(seen_late[:, None, None, None], to_unit(pool[place]), made)
            told = self.objective.discriminator(*critic(torch.cat([real, made])).chunk(2))
            losses[f"adversarial {name}"] = told.mean()
        return losses

    def late(self, noise: Noise) -> tuple[Tensor, Tensor]:
        """Which examples are seen late, and their place in the pool: (n,) each."""
        chance = noise.uniform(2)
        place = (chance[:, 1] * self.pool).long().clamp(max=max(self.pool - 1, 0))
        return chance[:, 0] < 0.5, place

    def settle(self, turn: Turn) -> None:
        """Put what was made into the pool: where there is room, else for what was taken out."""
        if not self.pool:
            return
        late, place = self.late(turn.noise)
        one = torch.arange(len(late), device=late.device)
        filling = self.kept < self.pool
        place = torch.where(filling, self.kept + one, place)
        # without a question to the device, which would have to be waited for: each place takes
        # the last of those that are put there
        slots = torch.arange(self.pool, device=late.device)[:, None]
        put = (slots == place) & (late | filling)
        last = torch.where(put, one, -1).amax(1)
        self.kept += len(late)
        self.kept.clamp_(max=self.pool)
        for name, pool in (("a", self.pool_a), ("b", self.pool_b)):
            made = to_bytes(turn.left(name).clone())[last.clamp(min=0)]
            pool.copy_(torch.where((last >= 0)[:, None, None, None], made, pool))

    def held_out(self, model: nn.Module, batch: Batch, noise: Noise) -> Losses:
        """How differently what is made and the domain look as sets, and what is lost."""
        media = self.model.media
        a, b = (side.float() for side in media.halves(batch.x))
        as_b, as_a = (
            model.translate(x, to)  # type: ignore[operator]
            for x, to in ((a, media.names[1]), (b, media.names[0]))
        )
        back = model.translate(as_b, media.names[0])  # type: ignore[operator]
        losses = {
            f"inhomogeneity {name}": inhomogeneity(details(x, of), details(y, of), matched=True)
            for name, x, y, of in (("a", a, as_a, media.a), ("b", b, as_b, media.b))
        }
        if self.cycle:
            losses["cycle a"] = (back - a).abs().mean()
        return losses
