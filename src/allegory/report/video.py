"""Videos, by ffmpeg where a person has it: no encoder comes with the library."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allegory.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["VIDEOS", "can_encode", "encode_video"]

VIDEOS = (".mp4", ".webm", ".mov", ".avi", ".mkv")


def can_encode() -> bool:
    """Whether ffmpeg is on the PATH."""
    return shutil.which("ffmpeg") is not None


def encode_video(frames: NDArray[np.uint8], suffix: str, fps: float) -> bytes:
    """Frames (t, H, W, C) as the bytes of a video with this suffix, one of VIDEOS.

    Raises:
        UserError: ffmpeg can't.
    """
    height, width = frames.shape[1:3]
    if frames.shape[3] in (2, 4):
        alpha = frames[..., -1:] / 255.0
        frames = (frames[..., :-1] * alpha + 255.0 * (1 - alpha)).round().astype(np.uint8)
    colours = np.broadcast_to(frames, (*frames.shape[:3], 3))
    # players want even sides and a quarter of the colours
    shape = "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white,format=yuv420p"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{suffix}"
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps}"]
        done = subprocess.run(
            ["ffmpeg", "-loglevel", "error", *source, "-i", "-", "-vf", shape, str(path)],
            input=np.ascontiguousarray(colours).data,
            capture_output=True,
            check=False,
        )
        if done.returncode or not path.exists():
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no film"]
            raise UserError(f"ffmpeg could not write a {suffix} film: {reason[0]}.")
        return path.read_bytes()
