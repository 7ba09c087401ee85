"""VAEs on faces of which few factors vary: what the claims on disentangling share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.claims.pictures import OnPictures
from allegory.data.open import open_data

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from allegory.data.dataset import Column, Dataset
    from allegory.models.vae import VAE
    from allegory.recipes.settings import Run

__all__ = ["FULL", "QUICK", "Coded", "OnFaces", "named"]

FIXED = {
    "azimuth": "0", "elevation": "0", "smile": "0.3", "mouth_open": "0.1", "skin_tone": "0.6",
    "face_shape": "0.5", "hair_style": "short", "hair_colour": "brown", "eye_colour": "brown",
    "clothes": "250", "light_azimuth": "20", "light_elevation": "25", "background": "250",
    "background_lightness": "60", "glasses": "0%", "sunglasses": "0%", "hat": "0%", "beard": "0%",
}  # fmt: skip
"""What each factor is where it does not vary."""


@dataclass(frozen=True, kw_only=True)
class OnFaces(OnPictures):
    """VAEs that differ in beta alone, on faces with known factors."""

    varying: tuple[str, ...]
    """The factors that vary; the others are fixed."""
    narrowed: tuple[str, ...] = ("azimuth=-20..20",)
    """Distributions of those that do not vary over their whole range."""
    betas: tuple[float, ...] = (1.0, 16.0)
    """From 1, the plain VAE, to the larger one that claims speak of, the default of `beta-vae`."""
    latents: int = 10
    test: float = 0.3
    """Share of the faces that is measured on."""

    def each_seed(self) -> range:
        """From 1 on: by seed 0 it was chosen which factors vary."""
        return range(1, self.seeds + 1)

    def on_faces(self, name: str, seed: int, **fields: object) -> Run:
        """The recipe of this name on these faces."""
        fixed = tuple(f"{n}={v}" for n, v in FIXED.items() if n not in self.varying)
        return self.run(name, factors=fixed + self.narrowed, test=self.test, seed=seed, **fields)

    def vae(self, beta: float, seed: int) -> Run:
        """The recipe `beta-vae` with this beta; with 1 it is the plain VAE."""
        return self.on_faces("beta-vae", seed, beta=beta, latents=self.latents)

    def held_out(self) -> Dataset:
        """The faces that are measured on."""
        run = self.vae(1.0, 0)
        return open_data(run.data.source, run.data).split("test")


@dataclass(frozen=True)
class Coded:
    """Held-out faces in the codes of one model."""

    model: VAE
    x: Tensor
    """(n, channels, height, width), in [-1, 1]."""
    mean: Tensor
    """(n, latents): posterior means."""
    columns: dict[str, Column]
    """The factors that vary, (n,) each."""
    active: tuple[int, ...]
    """Latents whose mean has a variance above 0.01 over the faces."""

    @classmethod
    def by(cls, run: Run, data: Dataset, varying: tuple[str, ...]) -> Coded:
        """The model of this run, trained or kept, and its codes of these faces."""
        import torch

        from allegory.claims.trained import trained
        from allegory.measures.latent.active import active_units
        from allegory.models.vae import VAE
        from allegory.tools.running import home, in_batches

        model = trained(run)
        assert isinstance(model, VAE)
        x = data.take(np.arange(len(data)))
        with torch.inference_mode():
            mean = in_batches(lambda part: model.encode(part).mean, x, home(model))
        table = data.table()
        known = {name: table[name] for name in varying}
        return cls(model, x, mean, known, active_units(mean).active)

    @property
    def codes(self) -> NDArray[np.float64]:
        """The posterior means, as measures read them."""
        return self.mean.double().numpy()


def named(run: Run) -> str:
    """What tables call the model of this run: its beta, or its recipe."""
    from allegory.recipes.vae import VAESettings

    if run.recipe != "beta-vae" or not isinstance(run.game, VAESettings):
        return run.recipe
    return f"beta = {run.game.beta:.3g}"


# azimuth over its whole range leaves the smile, a few pixels, to far longer training
QUICK: dict[str, Any] = {
    "seeds": 3, "images": 30_000, "source": "faces", "size": "32", "examples": 4_000,
    "varying": ("azimuth", "smile", "skin_tone"),
}  # fmt: skip
FULL: dict[str, Any] = {
    "seeds": 5, "images": 100_000, "source": "faces", "size": "32", "examples": 12_000,
    "varying": ("azimuth", "smile", "skin_tone", "background"), "betas": (1.0, 4.0, 16.0),
}  # fmt: skip
"""Of all claims on these faces, so that they share their models."""
