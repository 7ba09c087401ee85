"""What runs a model in a browser: onnxruntime-web, from its npm package, fetched only if asked."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allegory.data.download import download
from allegory.data.store import cache_folder
from allegory.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FETCH", "WebRuntime", "web_runtime"]

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
ADDRESS = f"https://registry.npmjs.org/{PACKAGE}/-/{PACKAGE}-{VERSION}.tgz"
MD5 = "7677e2cac4b2d0a14154aef901cdab13"
FETCH = "npm"
"""What is said to have it fetched."""
SCRIPT, WASM = "dist/ort.wasm.bundle.min.mjs", "dist/ort-wasm-simd-threaded.wasm"
MOST = 64 * 2**20
"""Bytes of a part."""


@dataclass(frozen=True)
class WebRuntime:
    """The two parts that run a model on a processor, with no server and no further file."""

    version: str
    script: bytes
    """An ES module."""
    wasm: bytes
    """WebAssembly."""


def web_runtime(given: str | None = None) -> WebRuntime:
    """The runtime.

    Args:
        given: "npm" downloads the version that was tried, once; a path is its package, as a folder
            or as the .tgz of `npm pack onnxruntime-web`; None: what was downloaded before.

    Raises:
        UserError: it is not there, or is another package.
    """
    kept = cache_folder() / "downloads" / f"{PACKAGE}-{VERSION}.tgz"
    if given == FETCH:
        download(ADDRESS, kept, MD5, f"{PACKAGE} {VERSION}")
    path = kept if given is None or given == FETCH else Path(given).expanduser()
    if given is None and not kept.exists():
        raise UserError(
            f"a page needs {PACKAGE}, which runs the model in it: '--runtime {FETCH}' downloads "
            f"it once from {ADDRESS.split('/')[2]} (32 MB), '--runtime PATH' takes the folder or "
            "the .tgz of that package."
        )
    if path.is_dir():
        return _runtime(path, lambda name: (path / name).read_bytes())
    try:
        with tarfile.open(path) as archive:
            return _runtime(path, lambda name: _member(archive, f"package/{name}"))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UserError(f"can't read {PACKAGE} from {path}: {_reason(error)}.") from error


def _runtime(path: Path, read: Callable[[str], bytes]) -> WebRuntime:
    try:
        about = json.loads(read("package.json"))
        if about["name"] != PACKAGE:
            raise UserError(f"{path} is the package {about['name']}, not {PACKAGE}.")
        return WebRuntime(str(about["version"]), read(SCRIPT), read(WASM))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path} is not the npm package {PACKAGE} as version {VERSION} is built: "
            f"{_reason(error)}."
        ) from error


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.getmember(name)
    file = archive.extractfile(member)
    if file is None or member.size > MOST:
        raise ValueError(f"{name} is no file of a usual size")
    return file.read()


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text.strip("'\"").rstrip(".") or type(error).__name__
