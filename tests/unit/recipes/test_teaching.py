"""A few-step model that takes over from the run of a diffusion model."""

import pytest
import torch
from tests.examples import game_for, pictures, run_for, vectors

from allegory.errors import UserError
from allegory.models.build import build
from allegory.models.files import save_weights, write_card
from allegory.recipes.settings import write_run

SMALL = {"network": "tiny", "formulation": "flow", "label": "label"}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """The folder of a run with a teacher that says something."""
    folder, data = tmp_path_factory.mktemp("teacher"), pictures()
    run = run_for("diffusion", source="drawn", **SMALL)
    blueprint = run.game.blueprint(data)
    model = build(blueprint)
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0.0, 0.05)
    write_run(run, folder / "run.toml")
    write_card(folder, blueprint, {})
    save_weights(folder / "last.safetensors", model)
    return folder, model


def test_it_begins_as_its_teacher(teacher):
    folder, model = teacher
    run = run_for("diffusion-fast", teacher=str(folder), network="small")
    assert run.game.first_images == 0
    game = game_for(run, pictures())
    assert game.columns == ("label",)
    x, sigma, labels = torch.rand(5, 3, 12, 9), torch.rand(5) + 0.1, torch.tensor([0, 1, -1, 0, 1])
    expected = model.denoise(x, sigma, labels=labels)
    for one in (game.model, game.teacher):
        assert torch.equal(one.denoise(x, sigma, labels=labels), expected)
    assert game.model.conditions == ("dark", "bright")


def test_who_can_not_teach_is_told(teacher, tmp_path):
    folder, _ = teacher
    with pytest.raises(UserError, match="of shape"):
        game_for(run_for("diffusion-fast", teacher=str(folder)), vectors())
    with pytest.raises(UserError, match="no such folder"):
        game_for(run_for("diffusion-fast", teacher=str(tmp_path / "none")), pictures())
    write_card(tmp_path, run_for("vae").game.blueprint(pictures()), {})
    with pytest.raises(UserError, match="no diffusion model"):
        game_for(run_for("diffusion-fast", teacher=str(tmp_path)), pictures())
    write_card(tmp_path, run_for("diffusion").game.blueprint(pictures()), {})
    with pytest.raises(UserError, match="no weights"):
        game_for(run_for("diffusion-fast", teacher=str(tmp_path)), pictures())
    (tmp_path / "best.safetensors").write_bytes(b"torn")
    with pytest.raises(UserError, match="can't be read"):
        game_for(run_for("diffusion-fast", teacher=str(tmp_path)), pictures())
