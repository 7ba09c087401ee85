"""Files that no program should fall over, and good ones that look odd."""

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

CUT = "cut off"
BROKEN = "broken"
UNKNOWN = "not a picture of any known format"


def write_good(folder: Path, n: int, seed: int = 0) -> list[str]:
    """Write n small colour pictures of several formats; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    names = []
    for i in range(n):
        pixels = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)
        name = f"good{i}.{('png', 'jpg', 'webp', 'bmp')[i % 4]}"
        Image.fromarray(pixels).save(folder / name)
        names.append(name)
    return names


def write_hostile(folder: Path) -> dict[str, str]:
    """Write 40 files that cannot be read; name -> words that the reason must have."""
    folder.mkdir(parents=True, exist_ok=True)
    reasons: dict[str, str] = {}
    for files in (_cut(), _damaged(), _huge(), _other()):
        for name, (content, words) in files.items():
            (folder / name).write_bytes(content)
            reasons[name] = words
    (folder / "folder.png").mkdir()
    (folder / "nowhere.jpg").symlink_to("missing.jpg")
    (folder / "circle.png").symlink_to("circle.png")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    return reasons | {
        "folder.png": "a folder",
        "nowhere.jpg": "link to nothing",
        "circle.png": "leads back to itself",
    }


Files = dict[str, tuple[bytes, str]]


def _encoded(form: str, **options: object) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form, **options)
    return out.getvalue()


def _cut() -> Files:
    jpeg, png, webp = _encoded("JPEG"), _encoded("PNG"), _encoded("WEBP", lossless=True)
    gif, bmp, tiff = _encoded("GIF"), _encoded("BMP"), _encoded("TIFF")
    jp2, avif = _encoded("JPEG2000"), _encoded("AVIF")
    return {
        "cut-half.jpg": (jpeg[: len(jpeg) // 2], CUT),
        "cut-late.jpg": (jpeg[:-200], CUT),
        "cut-progressive.jpg": (_encoded("JPEG", progressive=True)[:2000], CUT),
        "cut-in-header.jpg": (jpeg[:20], CUT),
        "cut-half.png": (png[: len(png) // 2], CUT),
        "cut-after-header.png": (png[:40], CUT),
        "cut-in-header.png": (png[:20], CUT),
        "signature-only.png": (png[:8], BROKEN),
        "cut-half.webp": (webp[: len(webp) // 2], CUT),
        "cut-in-header.webp": (webp[:16], CUT),
        "cut-half.gif": (gif[: len(gif) // 2], CUT),
        "cut-in-header.gif": (gif[:8], CUT),
        "cut-half.bmp": (bmp[: len(bmp) // 2], CUT),
        "cut-half.tif": (tiff[: len(tiff) // 2], ""),
        "cut-half.jp2": (jp2[: len(jp2) // 2], ""),
        "cut-half.avif": (avif[: len(avif) // 2], ""),
    }


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def _png(width: int, height: int, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + data + _chunk(b"IEND", b"")


def _damaged() -> Files:
    png = bytearray(_encoded("PNG"))
    checksum = bytearray(png)
    checksum[29] ^= 0xFF
    data = bytearray(png)
    data[200:260] = bytes(60)
    return {
        "bad-checksum.png": (bytes(checksum), BROKEN),
        "damaged-data.png": (bytes(data), BROKEN),
        "no-pixels.png": (_png(0, 16, b""), ""),
        "too-little-data.png": (_png(64, 64, b"\0" * 50), ""),
        "wild-offset.tif": (b"II*\0" + struct.pack("<I", 0x7FFFFFFF) + bytes(50), ""),
        "headerless.jpg": (b"\xff\xd8\xff\xe0" + bytes(500), ""),
        "sizes.webp": (b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(40), ""),
        "no-width.ppm": (b"P6\n0 16\n255\n", ""),
        "no-number.ppm": (b"P6\nmany 16\n255\n" + bytes(100), ""),
    }


def _huge() -> Files:
    bmp = bytearray(_encoded("BMP"))
    bmp[18:26] = struct.pack("<ii", 60_000, 60_000)
    gif = bytearray(_encoded("GIF"))
    gif[6:10] = struct.pack("<HH", 65_000, 65_000)
    return {
        "bomb.png": (_png(50_000, 50_000, b"\0" * 100), "million pixels"),
        "above-own-limit.png": (_png(10_000, 8_500, b"\0" * 100), "million pixels"),
        "bomb.bmp": (bytes(bmp), "million pixels"),
        "bomb.gif": (bytes(gif), "million pixels"),
    }


def _other() -> Files:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.txt", "a")
    noise = np.random.default_rng(2).bytes(3000)
    return {
        "empty.jpg": (b"", "empty"),
        "text.jpg": (b"This is my diary.\n" * 20, "text"),
        "page.PNG": (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        "archive.png": (gzip.compress(_encoded("PNG")), "gzip"),
        "folder.gif": (zipped.getvalue(), "zip"),
        "drawing.webp": (b"<?xml version='1.0'?><svg></svg>", "SVG"),
        "zeros.tif": (bytes(4096), "zeros"),
        "noise.jp2": (b"\x07" + noise, UNKNOWN),
    }


def write_odd(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Write good but odd pictures, 20 high and 30 wide; name -> colour of their left half."""
    folder.mkdir(parents=True, exist_ok=True)
    red, grey = (200, 40, 60), (120, 120, 120)
    colour = Image.new("RGB", (30, 20), red)
    plain = Image.new("L", (30, 20), 120)
    colour.save(folder / "UPPER.PNG")
    colour.save(folder / "progressive.jpg", progressive=True, quality=95)
    colour.save(folder / ("ünïcode 名前 " + "x" * 180 + ".png"))
    colour.save(folder / "wrong-extension.jpg", "PNG")
    colour.convert("P", palette=Image.Palette.ADAPTIVE).save(folder / "palette.png")
    colour.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    colour.convert("RGBA").save(folder / "opaque.png")
    plain.convert("LA").save(folder / "la.png")
    deep = np.full((20, 30), 120 * 257, np.uint16)
    Image.fromarray(deep).save(folder / "deep.png")
    Image.fromarray(deep).save(folder / "deep.tif")
    Image.fromarray(np.full((20, 30), 120 / 255, np.float32)).save(folder / "float.tif")
    Image.new("1", (30, 20), 1).save(folder / "bits.png")
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(folder / "clear.png")
    frames = [Image.new("RGB", (30, 20), (10, 20, 250)), Image.new("RGB", (30, 20), (0, 0, 0))]
    for form in ("gif", "webp"):
        lossless = {"lossless": True} if form == "webp" else {}
        colour.save(
            folder / f"film.{form}", save_all=True, append_images=frames, duration=50, **lossless
        )
    upright = Image.new("RGB", (20, 30), red)
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.save(folder / "rotated.jpg", exif=exif, quality=95)
    white = (255, 255, 255)
    colours = dict.fromkeys(("la.png", "deep.png", "deep.tif", "float.tif"), grey)
    colours |= {"bits.png": white, "clear.png": white}
    return {p.name: colours.get(p.name, red) for p in folder.iterdir()}
