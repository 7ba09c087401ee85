"""A sound in another voice: its whole length, to the sample, at its own rate and loudness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from allegory.data.waveforms import resampled
from allegory.errors import UserError
from allegory.sound.picture import drawn, gain, heard
from allegory.tools.tiles import in_tiles
from allegory.tools.translate import chosen_target, source_of, translate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.capabilities import Translates

__all__ = ["translate_sound"]


def translate_sound(
    model: Translates,
    x: NDArray[np.float32],
    rate: int,
    to: str | None = None,
    *,
    rng: int | None = None,
) -> NDArray[np.float32]:
    """Translate a waveform x (n,) at `rate` Hz: (n,) at the same rate.

    Its spectrogram goes through the model in pieces as long as those that it was trained on, which
    overlap and fade into each other; what is shorter is followed by silence, as in training. Its
    own phases are where the search for those of the result begins.

    Args:
        model: it.
        x: the waveform, n ≥ 1.
        rate: its rate, in Hz.
        to: the domain; by default the only one.
        rng: seed of the model's noise; None: there is none.

    Raises:
        UserError: the model does not translate sounds.
    """
    target = chosen_target(model, to)
    media, source = model.media.of(target), model.media.of(source_of(model, target))
    if media.sound is None or source.sound is None:
        raise UserError("this model translates pictures: it can't read a sound.")
    wave = torch.from_numpy(resampled(x, rate, source.sound.rate))
    factor = gain(wave, source.sound.rate)
    picture = drawn(wave[None] * factor, source.height, source.sound)[0]
    frames = picture.shape[2]
    padded = F.pad(picture, (0, max(0, source.width - frames)), value=-1.0)
    made = in_tiles(
        lambda tiles: translate(model, tiles, target, rng=rng), padded, media.height, media.width
    )
    start = wave[None] * factor
    y = heard(made[None, :, :, :frames], media.sound, len(wave), start=start)[0] / factor
    found = resampled(y.numpy(), media.sound.rate, rate)[: len(x)]
    return np.pad(found, (0, len(x) - len(found)))
