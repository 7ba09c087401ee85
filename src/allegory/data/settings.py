"""Which data, and how they are to be read: one frozen value."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from allegory.errors import UserError, unknown

__all__ = ["DataSettings", "merged"]

RENDERED = ("faces", "objects")
"""Sources whose factors can be set."""
SIZES = "a size is a side length (64), HEIGHTxWIDTH (48x64) or auto"


class DataSettings(BaseModel):
    """Which data, and how they are to be read."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, coerce_numbers_to_str=True
    )

    source: str = "faces"
    """A folder, a .npy, .npz or .parquet file, hf:OWNER/NAME, or the name of a built-in source."""
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

    @field_validator("negatives", "to", mode="before")
    @classmethod
    def named(cls, source: Any, field: ValidationInfo) -> Any:
        """By its name, since a run must find it again."""
        if source is None or isinstance(source, str | Path):
            return source and str(source)
        many = field.field_name == "negatives"
        what, are = ("negatives", "are") if many else ("a second source", "is")
        raise UserError(
            f"{what} {are} named, by a folder, a file or a built-in source, and {are} no "
            f"{type(source).__name__}: numpy.save writes a file of an array."
        )


def merged(source: str, settings: DataSettings | None, fields: dict[str, Any]) -> DataSettings:
    """The settings with these fields in the place of theirs, for a source.

    Raises:
        UserError: a field is not known, or its value none that it can have.
    """
    known = set(DataSettings.model_fields)
    for name in fields:
        if name not in known:
            raise unknown("data setting", name, known - {"source"})
    base = (settings or DataSettings()).model_dump() | fields
    if base["pairing"] == "none":  # what is to be paired was said: how, follows from it
        made = {"shuffled": base["domains"], "matched": base["to"] or base["derive"]}
        fields = fields | {"pairing": next((k for k, given in made.items() if given), "none")}
    try:
        merged = DataSettings(**{**base, **fields, "source": source})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        wants = SIZES if where == "size" else first["msg"]
        raise UserError(f"data setting {where}={first['input']!r}: {wants}.") from error
    if merged.factors and source not in RENDERED:
        raise UserError(f"factors are for {' and '.join(RENDERED)}: '{source}' has none to set.")
    return merged
