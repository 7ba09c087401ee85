"""A studio for tests: a folder with a tiny run, and a client that speaks to it."""

import json

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from allegory.api.runs import train
from allegory.media import Images, Pairs
from allegory.studio.app import make_app
from allegory.studio.guard import Rules
from allegory.studio.shelf import Shelf
from examples import pictures

HOME = "http://127.0.0.1:8765"


class Swaps:
    """Translates: turns light into dark, at any size."""

    media = Pairs(Images("RGB", 16, 16), Images("RGB", 16, 16), ("light", "dark"))
    targets = ("dark",)

    def translate(self, x, to, *, rng=None):
        return -x

    def toward(self, to):
        return self


def trained(folder, recipe="vae", name="spots", seed=0, **fields):
    """A run of a few steps on pictures of soft spots, in `folder / name`."""
    source = folder.parent / f"spots-{seed}.npy"
    if not source.exists():
        np.save(source, pictures(n=64, height=16, width=16, seed=seed).store)
    options = {"network": "tiny", "images": 160, "batch": 16, "evaluations": 2, "device": "cpu"}
    train(recipe, source, out=folder / name, **options | fields)
    return folder / name


def client_of(runs, *, token=None, pages=True, only=None, data=(), shown=True, errors=True):
    """A client; with `shown`, one that shows the token."""
    app = make_app(Shelf(runs, only), data=data, rules=Rules(token), pages=pages)
    headers = {"authorization": f"Bearer {token}"} if token and shown else {}
    return TestClient(app, base_url=HOME, headers=headers, raise_server_exceptions=errors)


def sentence(answer):
    """What an error says."""
    assert answer.headers["content-type"].startswith("application/json")
    said = json.loads(answer.content)["error"]
    assert said.endswith((".", "?"))
    return said


def png(array, path):
    """A picture in a file."""
    Image.fromarray(array).save(path)
    return path
