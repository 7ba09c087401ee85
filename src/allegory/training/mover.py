"""A player at the table: its weights, its optimiser, and the guard on its gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from allegory.errors import UserError

if TYPE_CHECKING:
    from allegory.training.game import Game, Player
    from allegory.training.settings import TrainingSettings

__all__ = ["Mover", "movers", "weights"]


class Mover:
    """Moves the weights that a player owns, and nobody else's."""

    MEMORY = 0.02
    """Share of the newest gradient in the running length."""

    def __init__(self, game: Game, player: Player, settings: TrainingSettings) -> None:
        self.player = player
        prefixes = tuple(f"{part}." for part in player.owns)
        named = {k: p for k, p in game.named_parameters() if k.startswith(prefixes)}
        self.names, self.owned = list(named), list(named.values())
        self.clip = settings.clip
        # channels last, the fused kernel copies every gradient: measured 2 to 9 times slower
        self.stretches = [stretch(p) for p in self.owned]
        self.optimizer = torch.optim.AdamW(
            self.stretches,
            lr=settings.lr,
            betas=(settings.beta1, settings.beta2),
            weight_decay=settings.weight_decay,
            fused=True,
        )
        device = self.owned[0].device
        self.length = torch.zeros((), device=device)
        """Running length of the gradient; 0 before the first."""
        self.skipped = torch.zeros((), device=device)
        """Moves not made because the loss or its gradient was not finite."""
        self.streak = torch.zeros((), device=device)
        """How many of these were the last in a row."""

    def clear(self) -> None:
        """Forget the gradients."""
        for parameter in self.owned:
            parameter.grad = None

    def gradients(self) -> list[Tensor]:
        """Gradients of the owned weights that took part."""
        return [p.grad for p in self.owned if p.grad is not None]

    @torch.no_grad()
    def step(self, lr: float, total: Tensor) -> Tensor:
        """Move along the gradients, shortened where they are too long; returns their length.

        A move whose loss or gradient is not finite is skipped: decided on the device, so that the
        processor need not wait for it.
        """
        gradients = self.gradients()
        length: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        bad = ~(torch.isfinite(length) & torch.isfinite(total))
        limit = torch.where(self.length > 0, self.clip * self.length, length)
        kept = torch.minimum(length, limit)
        torch._foreach_mul_(gradients, kept / length.clamp(min=1e-30))
        running = torch.where(self.length > 0, self.length.lerp(kept, self.MEMORY), length)
        self.length = torch.where(bad, self.length, running)
        self.skipped = self.skipped + bad
        self.streak = (self.streak + bad) * bad
        self.optimizer.param_groups[0]["lr"] = lr
        # the fused kernel leaves weights and moments alone where this flag is up
        self.optimizer.found_inf = bad.float()  # type: ignore[attr-defined]
        for flat, p in zip(self.stretches, self.owned, strict=True):
            flat.grad = None if p.grad is None else stretch(p.grad)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return length

    def suspect(self) -> str:
        """The first owned tensor that is not finite, or whose gradient is not, in words."""
        for name, parameter in zip(self.names, self.owned, strict=True):
            if not torch.isfinite(parameter).all():
                return f"the weights '{name}'"
            if parameter.grad is not None and not torch.isfinite(parameter.grad).all():
                return f"the gradient of '{name}'"
        return "the loss"

    def state(self) -> dict[str, Tensor]:
        """The optimiser's moments by parameter name, and the guard's counters."""
        tensors = {"length": self.length, "skipped": self.skipped, "streak": self.streak}
        for name, p, flat in zip(self.names, self.owned, self.stretches, strict=True):
            for key, value in self.optimizer.state[flat].items():
                tensors[f"{name}:{key}"] = (
                    value.as_strided(p.shape, p.stride()) if value.ndim else value
                )
        return tensors

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""
        device = self.owned[0].device
        self.length = tensors["length"].to(device)
        self.skipped = tensors["skipped"].to(device)
        self.streak = tensors["streak"].to(device)
        self.optimizer.state.clear()
        for name, p, flat in zip(self.names, self.owned, self.stretches, strict=True):
            for key in ("step", "exp_avg", "exp_avg_sq"):
                value = tensors.get(f"{name}:{key}")
                if value is None:
                    continue
                if key == "step":
                    self.optimizer.state[flat][key] = value.to(device).clone()
                else:  # moments must lie in memory as their weights do
                    self.optimizer.state[flat][key] = stretch(torch.empty_like(p).copy_(value))


def stretch(x: Tensor) -> Tensor:
    """A weight, or what lies in memory as one, as the one stretch that it is there: (numel,)."""
    return x.detach().as_strided((x.numel(),), (1,))


def movers(game: Game, settings: TrainingSettings) -> list[Mover]:
    """One mover a player, after checking that each trainable weight has exactly one owner.

    Raises:
        UserError: a weight has no owner or two: the game is wrong.
    """
    made = [Mover(game, player, settings) for player in game.players()]
    owners = [name for mover in made for name in mover.names]
    for name, parameter in game.named_parameters():
        if parameter.requires_grad and owners.count(name) != 1:
            count = owners.count(name)
            raise UserError(f"'{name}' must be owned by exactly one player, but has {count}.")
    return made


def weights(game: nn.Module) -> int:
    """Number of trainable weights."""
    return sum(p.numel() for p in game.parameters() if p.requires_grad)
