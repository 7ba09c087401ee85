"""A folder of pictures that the tests draw, and the command line as a process."""

import json
import os
import shutil

import pytest
from PIL import Image
from tests.examples import pictures

from program import Program


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Sixty pictures in two labelled sub-folders, and a table with a number for each."""
    root = tmp_path_factory.mktemp("pictures")
    rows = ["file_name,brightness"]
    for i, picture in enumerate(pictures(60, 16, 16).store):
        place = root / ("even" if i % 2 == 0 else "odd")
        place.mkdir(exist_ok=True)
        Image.fromarray(picture).save(place / f"{i:03d}.png")
        rows.append(f"{place.name}/{i:03d}.png,{picture.mean()}")
    (root / "metadata.csv").write_text("\n".join(rows))
    return root


class Shell:
    """Runs `allegory` in a folder of its own."""

    def __init__(self, home):
        self.home = home
        cache = {"ALLEGORY_CACHE": str(home / "cache"), "OMP_NUM_THREADS": "1"}
        self.environment = {**os.environ, **cache}

    def start(self, *arguments):
        return Program(self.home, self.environment, list(map(str, arguments)))

    def __call__(self, *arguments, code=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert process.returncode == code, err
        assert "Traceback" not in err
        self.out, self.err = out, err
        return out

    def json(self, *arguments):
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


SMALL = ("--images", "400", "--network", "tiny", "--latents", "4", "--batch", "16")


@pytest.fixture
def small():
    """Options that make a run short."""
    return SMALL


@pytest.fixture(scope="session")
def trained(tmp_path_factory, folder):
    """A shell whose folder holds a trained VAE, `run`."""
    shell = Shell(tmp_path_factory.mktemp("trained"))
    shell("train", "vae", folder, "--out", "run", *SMALL)
    return shell


@pytest.fixture(scope="session")
def browser():
    """A Chromium of this machine, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="pytest-playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with api.sync_playwright() as found:
        # a microphone that hums, and nobody to ask for it
        microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *microphone]
        opened = found.chromium.launch(executable_path=path, args=options)
        yield opened
        opened.close()
