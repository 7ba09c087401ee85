"""Commands of models that denoise."""

import numpy as np
import pytest
from PIL import Image
from tests.examples import pictures, run_for, vectors

from allegory.cli.main import main
from allegory.models.build import build
from allegory.runs.folder import RunFolder

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")


@pytest.fixture
def use(monkeypatch, tmp_path):
    """Makes every run's model this recipe's, fresh; commands run in a folder of their own."""

    def use(name, data, **fields):
        run = run_for(name, source="nothing", **fields)
        model = build(run.game.blueprint(data)).eval()
        monkeypatch.setattr(RunFolder, "model", lambda self, which="best", device="auto": model)
        monkeypatch.setattr(RunFolder, "run", lambda self: run)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run" / "run.toml").touch()
        Image.fromarray(np.full((12, 9, 3), 120, np.uint8)).save("mine.png")
        return tmp_path

    return use


def said(capsys, *words, code=0):
    assert main([str(word) for word in words]) == code
    return capsys.readouterr().err


def test_samples_by_another_solver(use, capsys):
    home = use("diffusion", pictures(), label="label")
    said(capsys, "sample", "run", "-n", "2", "--solver", "heun", "--steps", "3", "--out", "a.npy")
    assert np.load(home / "a.npy").shape == (2, 3, 12, 9)
    said(capsys, "sample", "run", "-n", "2", "--guidance", "2", "--label", "all", "--out", "g.png")
    assert "'heun'" in said(capsys, "sample", "run", "--solver", "hein", code=2)
    assert "steps" in said(capsys, "sample", "run", "--steps", "0", code=2)


def test_variations_and_inpainting(use, capsys):
    home = use("diffusion", pictures(), label="label")
    said(capsys, "vary", "run", "mine.png", "-n", "3", "--strength", "0.3", "--label", "dark")
    with Image.open(home / "variations.png") as made:
        assert made.width > made.height
    Image.fromarray(np.eye(12, 9, dtype=np.uint8) * 255).save("mask.png")
    for mask in ("mask.png", "left", "centre"):
        said(capsys, "inpaint", "run", "mine.png", "--mask", mask, "-n", "2", "--steps", "3")
    assert (home / "inpainted.png").exists()
    assert "'left'" in said(capsys, "inpaint", "run", "mine.png", "--mask", "lift", code=2)
    assert "strength" in said(capsys, "vary", "run", "mine.png", "--strength", "2", code=2)


def test_what_can_not_be_done_is_said(use, capsys):
    use("diffusion", vectors())
    assert "vectors" in said(capsys, "inpaint", "run", "mine.png", code=2)
    use("diffusion-fast", pictures())
    assert "(Denoises)" in said(capsys, "sample", "run", "--steps", "4", code=2)
    for name in ("diffusion", "diffusion-fast"):
        use(name, pictures())
        assert "none stands for anything" in said(capsys, "traverse", "run", code=2)
    assert "(Denoises)" in said(capsys, "export", "run", "--to", "diffusers", code=2)
    use("diffusion", pictures())
    assert "UNet2DModel" in said(capsys, "export", "run", "--to", "diffusers", code=2)
