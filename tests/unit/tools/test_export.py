"""Models as ONNX files."""

import json

import numpy as np
import pytest
import torch

from allegory.errors import UserError
from allegory.tools.export import TOLERANCE, export_onnx
from examples import data_for, game_for, run_for

for package in ("onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(package, reason="allegory[onnx] is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # of packages that the exporter is built of


@pytest.mark.parametrize(
    ("name", "kind"),
    [("vae", "pictures"), ("gan", "vectors"), ("diffusion-fast", "pictures")],
)
def test_a_file_gives_what_torch_gives_for_any_number(name, kind, tmp_path):
    import onnxruntime

    model = game_for(run_for(name), data_for(kind)).model.eval()
    written = {file.path.stem: file for file in export_onnx(model, tmp_path)}
    assert set(written) == ({"decoder", "encoder"} if name == "vae" else {"decoder"})
    assert all(file.difference <= TOLERANCE for file in written.values())
    assert b"stack_trace" not in written["decoder"].path.read_bytes()
    session = onnxruntime.InferenceSession(written["decoder"].path)
    u = torch.randn(7, model.latent.size, generator=torch.Generator().manual_seed(3))
    x = session.run(["x"], {"input": u.numpy()})[0]
    with torch.inference_mode():
        expected = model.decode(model.latent.mean + model.latent.std * u).numpy()
    np.testing.assert_allclose(x, expected, atol=TOLERANCE, rtol=TOLERANCE)
    about = session.get_modelmeta().custom_metadata_map
    assert int(about["latents"]) == model.latent.size
    assert json.loads(about["media"])["kind"] == ("images" if kind == "pictures" else "vectors")


def guided():
    """A diffusion model of classes, whose sampler is a loop, and not one that says 0."""
    model = game_for(run_for("diffusion-toy", label="label"), data_for("vectors")).model.eval()
    with torch.no_grad():
        model.network.leave.weight.normal_(std=0.1, generator=torch.Generator().manual_seed(0))
    return model.drawn_by(guidance=2.0)


@pytest.mark.parametrize(
    "made", [lambda: game_for(run_for("cgan"), data_for("pictures")).model.eval(), guided]
)
def test_a_class_is_an_input_of_a_conditional_decoder(made, tmp_path):
    import onnxruntime

    model = made()
    written = export_onnx(model, tmp_path)[0]
    session = onnxruntime.InferenceSession(written.path)
    rng = torch.Generator().manual_seed(1)
    u, labels = torch.randn(2, model.latent.size, generator=rng), torch.tensor([0, 1])
    x = session.run(["x"], {"input": u.numpy(), "label": labels.numpy()})[0]
    with torch.inference_mode():
        expected = model.decode(u, labels=labels).numpy()
    np.testing.assert_allclose(x, expected, atol=TOLERANCE, rtol=TOLERANCE)
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["labels"]) == list(model.conditions)


def test_a_solver_that_draws_noise_is_told(tmp_path):
    model = game_for(run_for("diffusion-toy"), data_for("vectors")).model.eval()
    with pytest.raises(UserError, match="draws noise at each step"):
        export_onnx(model.drawn_by(solver="ancestral"), tmp_path)


def test_what_neither_decodes_nor_encodes_is_told(tmp_path):
    with pytest.raises(UserError, match="'export' needs"):
        export_onnx(object(), tmp_path)
    assert not list(tmp_path.iterdir())
