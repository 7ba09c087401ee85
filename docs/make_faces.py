"""Makes the pictures of the page about the source `faces`: python docs/make_faces.py."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from allegory.data.sources.faces import FACTORS, Factor, draw, render

PICTURES = Path(__file__).parent / "pictures"
LABEL = 150
"""Width of a row's label, in pixels."""


def main() -> None:
    """Write faces.png, faces-factors.png and objects.png."""
    PICTURES.mkdir(exist_ok=True)
    size = {"height": 128, "width": 128}
    _save(_sheet(render(draw(np.arange(40), seed=7), **size), 8), "faces.png")
    objects = render(draw(np.arange(40), seed=7, kind="objects"), kind="objects", **size)
    _save(_sheet(objects, 8), "objects.png")
    rows = [_row(name, factor) for name, factor in FACTORS.items()]
    _save(np.concatenate(rows), "faces-factors.png")


def _row(name: str, factor: Factor, size: int = 80, columns: int = 10) -> np.ndarray:
    """A factor from low to high, or each of its names, with all others fixed; name in front."""
    accessories = {k: "no" for k, f in FACTORS.items() if f.names == ("no", "yes")}
    fixed = {
        "azimuth": "15",
        "elevation": "0",
        "smile": "0.5",
        "mouth_open": "0.1",
        "skin_tone": "0.6",
        "face_shape": "0.5",
        "hair_style": "bob",
        "hair_colour": "brown",
        "eye_colour": "blue",
        "clothes": "250",
        "light_azimuth": "-35",
        "light_elevation": "30",
        "background": "100",
        "background_lightness": "65",
        **accessories,
    }
    if name in ("beard", "hat", "face_shape"):
        fixed["hair_style"] = "short"
    table = draw(np.arange(columns), factors=fixed)
    if factor.kind == "number":
        table[name] = np.linspace(factor.low, factor.high, columns)
    else:
        table[name] = np.arange(columns) * len(factor.names) // columns
    label = Image.new("RGB", (LABEL, size), "white")
    font = ImageFont.load_default(size=12)
    ImageDraw.Draw(label).text((8, size // 2 - 8), name.replace("_", " "), "black", font)
    pictures = _sheet(render(table, height=size, width=size), columns)
    return np.concatenate([np.asarray(label), pictures], axis=1)


def _sheet(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Pictures (n, height, width, 3) side by side, in rows of `columns`."""
    n, height, width, _ = pictures.shape
    grid = pictures.reshape(n // columns, columns, height, width, 3).swapaxes(1, 2)
    return grid.reshape(n // columns * height, columns * width, 3)


def _save(picture: np.ndarray, name: str) -> None:
    # even levels cannot be told from all levels by eye, and make a file a fifth smaller
    Image.fromarray(picture & 0xFE).save(PICTURES / name, optimize=True)


if __name__ == "__main__":
    main()
