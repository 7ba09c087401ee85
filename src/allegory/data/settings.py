"""Which data, and how they are to be read: one frozen value."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from allegory.errors import UserError

__all__ = ["DataSettings"]


class DataSettings(BaseModel):
    """Which data, and how they are to be read."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, coerce_numbers_to_str=True
    )

    source: str = "faces"
    """A folder, a .npy or .npz file, or the name of a built-in source."""
    negatives: str | None = None
    """A second source, of what the first is to be told from: the column "label" then says
    "positive" or "negative", and one of that name in a source becomes "own_label". Pictures are
    read at the size and in the channels of the first's; the other settings are for each of both,
    factors for the first alone."""
    to: str | None = None
    """A second source, of what the first is to be translated into."""
    derive: Literal["grey", "edges", "low-resolution"] | None = None
    """Make pairs of any pictures: from each picture without its colour, from its outlines, or from
    a coarse copy, to the picture."""
    domains: tuple[str, ...] = ()
    """Two conditions on what is known of each example, "label=cat" "label=dog" or "smile=0..0.3"
    "smile=0.7..1": the first are to be translated into the second."""
    pairing: Literal["none", "matched", "shuffled"] = "none"
    """How examples of two sources are put side by side: not at all; by file name, as two pictures
    of one thing; or any with any."""
    size: str = Field(default="auto", pattern=r"^(auto|\d+|\d+x\d+)$")
    """Side length of pictures, HEIGHTxWIDTH, or "auto": the size that nearly all pictures share
    where it is small, else 64. Of sounds, BANDSxFRAMES of their spectrograms, a frame every 8 ms;
    "auto": 64x64, half a second."""
    rate: str = Field(default="auto", pattern=r"^(auto|\d{3,6})$")
    """Samples a second of sounds, in Hz; "auto": the rate that most files have, at most 16000."""
    mode: Literal["auto", "grey", "rgb", "rgba"] = "auto"
    """Channels; "auto": grey where every picture is grey, else RGB."""
    examples: Annotated[int, Field(ge=1)] | None = None
    """How many examples to make (built-in sources) or to use at most (folders, arrays)."""
    factors: tuple[str, ...] = ()
    """Distributions of a renderer's factors, "name=distribution" each: a value ("azimuth=0"), a
    range ("smile=0..1"), or a share of a range ("skin_tone=90% 0.6..1"); of a rare accessory, its
    chance ("glasses=50%")."""
    binarize: bool = False
    """Draw each pixel anew as black or white, with its grey value as probability."""
    flip: bool = False
    """Mirror training pictures left to right, half of the time."""
    validation: float = Field(default=0.1, ge=0.0, lt=0.5)
    """Share held out to choose the best checkpoint."""
    test: float = Field(default=0.1, ge=0.0, lt=0.5)
    """Share held out to measure; a source with a test split of its own keeps that."""
    data_seed: int = Field(default=0, ge=0)
    """Seed of rendering and splitting."""

    @field_validator("negatives", mode="before")
    @classmethod
    def named(cls, negatives: Any) -> Any:
        """By its name, since a run must find it again."""
        if negatives is None or isinstance(negatives, str | Path):
            return negatives and str(negatives)
        raise UserError(
            f"negatives are named, by a folder, a file or a built-in source, and are no "
            f"{type(negatives).__name__}: numpy.save writes a file of an array."
        )
