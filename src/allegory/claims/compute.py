"""How much training takes, in counted operations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from allegory.capabilities import Model
from allegory.games.gan import GANGame, growing
from allegory.training.game import Batch, Turn
from allegory.training.noise import Noise

if TYPE_CHECKING:
    from allegory.training.game import Game

__all__ = ["images_for", "operations", "spent"]

EXAMPLES = 4
"""In the batch that is counted: the least that a growing critic compares."""


class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts while it is on.

    Not torch's FlopCounterMode: it refuses gradients by an input, which penalties need.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Compute, and count what torch has a formula for: convolutions, products of matrices."""
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.total += formula(*args, **(kwargs or {}), out_val=out)
        return out


def operations(game: Game) -> float:
    """Multiplications and additions an example, of all players' losses and their gradients.

    Of the level that growing networks have now; of GANs the mean over rounds in which penalties
    are due and in which they are not. The optimiser's own are left out.
    """
    rounds = math.lcm(game.penalties.every, game.turns) if isinstance(game, GANGame) else 1
    assert isinstance(game.model, Model)
    batch = Batch(torch.zeros(EXAMPLES, *game.model.media.shape))
    with Counter() as counter:
        for step in range(rounds):
            turn = Turn(step=step, images=0, noise=Noise(step, batch=EXAMPLES))
            for player in game.players():
                if step % player.every:
                    continue
                total = torch.stack(list(player.loss(batch, turn).values())).sum()
                owned = [p for part in player.owns for p in game.get_submodule(part).parameters()]
                torch.autograd.grad(total, owned, allow_unused=True)
    counted: int = counter.total
    return counted / (rounds * EXAMPLES)


def spent(game: GANGame, images: int, batch: int) -> float:
    """Operations of a run of so many images, in rounds of `batch`, as its networks grow."""
    costs: dict[float, float] = {}
    total = 0.0
    for seen in range(0, images, batch):
        # a round is played at the level that the one before it left
        game.grow(max(seen - batch, 0))
        level = float(growing(game.model)[0].level)
        # a stage that fades in costs the same however far it is
        kind = math.floor(level) + 0.5 * (level % 1 > 0)
        if kind not in costs:
            costs[kind] = operations(game)
        total += batch * costs[kind]
    return total


def images_for(total: float, each: float, batch: int) -> int:
    """Images of the run that takes so many operations, to the nearest round but not none.

    Args:
        total: operations.
        each: of an image.
        batch: images of a round.
    """
    return max(round(total / (each * batch)), 1) * batch
