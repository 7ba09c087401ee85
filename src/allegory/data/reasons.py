"""Why a file cannot be read as a picture or a sound, in plain words."""

import errno
import os
import stat
from pathlib import Path

__all__ = ["Unreadable", "before_opening", "of_content", "of_fault", "of_sound", "of_system"]


class Unreadable(Exception):
    """A picture or a sound that cannot be read, and why, in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


STARTS = (
    (b"\x89PNG", "a PNG whose header is broken or cut off"),
    (b"\xff\xd8\xff", "a JPEG whose header is broken or cut off"),
    (b"GIF8", "a GIF whose header is broken or cut off"),
    (b"BM", "a BMP whose header is broken or cut off"),
    (b"II*\0", "a TIFF whose header is broken or cut off"),
    (b"MM\0*", "a TIFF whose header is broken or cut off"),
    (b"\x1f\x8b", "not a picture but a gzip archive"),
    (b"PK\x03\x04", "not a picture but a zip archive"),
    (b"BZh", "not a picture but a bzip2 archive"),
    (b"\xfd7zXZ", "not a picture but an xz archive"),
    (b"Rar!", "not a picture but a rar archive"),
    (b"%PDF", "not a picture but a PDF document"),
    (b"%!PS", "not a picture but a PostScript document"),
    (b"8BPS", "a Photoshop document, which is not supported"),
    (b"version https://git-lfs", "not the picture but a Git LFS pointer to it"),
    (b"\x93NUMPY", "not a picture but a NumPy array"),
    (b"ID3", "not a picture but a sound"),
    (b"OggS", "not a picture but a sound or a film"),
    (b"\x1aE\xdf\xa3", "not a picture but a film"),
    (b"\x7fELF", "not a picture but a program"),
)
"""What files begin with, and what that makes of a file that no decoder takes."""

CONTAINERS = (
    (b"RIFF", 8, b"WEBP", "a WebP whose content is broken or cut off"),
    (b"RIFF", 8, b"WAVE", "not a picture but a sound"),
    (b"", 4, b"ftypavif", "an AVIF that is broken, or that the installed Pillow cannot read"),
    (b"", 4, b"ftyphei", "a HEIC picture, which is not supported: convert it to JPEG"),
    (b"", 4, b"ftypmif1", "a HEIC picture, which is not supported: convert it to JPEG"),
    (b"", 4, b"ftyp", "not a picture but a film"),
    (b"", 4, b"jP  ", "a JPEG 2000 whose header is broken or cut off"),
)

SYSTEM = {
    errno.ENOENT: "a link to nothing, or gone since the folder was read",
    errno.ELOOP: "a link that leads back to itself",
    errno.EACCES: "no permission to read it",
    errno.EPERM: "no permission to read it",
    errno.ENAMETOOLONG: "its name is too long for this system",
    errno.EIO: "the disk cannot read it",
    errno.ENOTDIR: "a link to nothing",
}

CUT = ("truncated", "unexpected end", "not enough", "eof", "incomplete", "ran out")


def before_opening(path: Path) -> None:
    """Raise Unreadable for what is no regular file with content: opening a pipe would hang."""
    try:
        status = path.stat()
    except OSError as error:
        raise Unreadable(of_system(error)) from error
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable("a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("not a regular file")
    if status.st_size == 0:
        raise Unreadable("an empty file (0 bytes)")
    if not os.access(path, os.R_OK):
        raise Unreadable("no permission to read it")


def of_system(error: OSError) -> str:
    """The reason behind an error of the operating system."""
    return SYSTEM.get(error.errno or 0, error.strerror or "cannot be read")


def of_content(path: Path) -> str:
    """The reason for a file that no decoder recognises, from how it begins."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        return of_system(error)
    for start, at, mark, reason in CONTAINERS:
        if head.startswith(start) and head[at:].startswith(mark):
            return reason
    for start, reason in STARTS:
        if head.startswith(start):
            return reason
    return _of_text(head)


def of_sound(path: Path, error: BaseException) -> str:
    """The reason for a file that is called a sound and that libsndfile did not open."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as fault:
        return of_system(fault)
    if head.startswith((b"RIFF", b"fLaC", b"OggS", b"FORM", b"ID3", b"caff", b".snd")):
        return "a sound whose content is broken, cut off or of an unknown coding"
    said = _of_text(head).replace("picture", "sound")
    return said if said.startswith("not a sound") else "not a sound of any known format"


def _of_text(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not any(head):
        return "not a picture: it begins with zeros only"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "not a picture but a web page"
    if b"<svg" in text:
        return "an SVG drawing, which has no pixels"
    if all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return "not a picture but text"
    return "not a picture of any known format"


def of_fault(error: BaseException) -> str:
    """The reason behind an error that a decoder raised."""
    if isinstance(error, OSError) and error.errno:
        return of_system(error)
    if isinstance(error, MemoryError):
        return "too large for the memory of this machine"
    said = str(error).strip() or type(error).__name__
    if "decoder object" in said:
        return "broken or cut off"
    if any(word in said.lower() for word in CUT):
        return "cut off: the end of the file is missing"
    return f"broken: {said[:120]}"
