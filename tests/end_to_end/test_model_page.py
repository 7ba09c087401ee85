"""A model in a page, opened from disk: with a runtime of our own, and with the real one."""

import json
import os

import numpy as np
import pytest
import torch

from allegory.errors import UserError
from allegory.media import Images
from allegory.report.model_page import Moved, Portable, write_model_page
from allegory.tools.export import decoder_onnx
from allegory.tools.web_runtime import WebRuntime, web_runtime
from examples import data_for, game_for, run_for

FAKE = b"""
export const env = { wasm: {} };
export class Tensor {
  constructor(type, data, dims) { Object.assign(this, { type, data, dims }); }
}
export const InferenceSession = {
  create: async (decoder) => {
    const { weight, size } = JSON.parse(new TextDecoder().decode(decoder));
    const [channels, height, width] = size;
    return {
      run: async ({ input }) => {
        const [n, latents] = input.dims;
        const x = [], picture = [];
        for (let i = 0; i < n; i++) {
          const u = input.data.subarray(i * latents, (i + 1) * latents);
          const row = weight.map((w) => Math.tanh(w.reduce((sum, v, j) => sum + v * u[j], 0)));
          x.push(...row);
          for (let p = 0; p < height * width; p++)
            for (let c = 0; c < channels; c++)
              picture.push(Math.round((row[c * height * width + p] + 1) * 127.5));
        }
        return { x: { data: Float32Array.from(x) }, picture: { data: Uint8Array.from(picture) } };
      },
    };
  },
};
"""


def portable(media, decoder, latents, **fields):
    rng = np.random.default_rng(0)
    ways = [Moved(f"z{k}", None, 1 / latents, np.eye(latents)[k].tolist()) for k in range(latents)]
    draws = rng.normal(size=(5, latents)).round(6).tolist()
    real = torch.from_numpy(rng.uniform(-1, 1, (3, *media.shape))).float()
    start = [0.0] * latents
    return Portable("a toy", media, decoder, start, ways, draws, real, **fields)


def linear():
    """A decoder that the runtime above runs, and its answers."""
    media = Images("RGB", 4, 5)
    weight = np.random.default_rng(1).normal(size=(60, 3))
    decoder = json.dumps({"weight": weight.tolist(), "size": media.shape}).encode()
    model = portable(media, decoder, 3)
    return model, WebRuntime("0", FAKE, b""), np.tanh(np.array(model.draws) @ weight.T)


def real():
    """A VAE of ours in onnxruntime-web, where both can be had."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason="allegory[onnx] is not installed")
    try:
        runtime = web_runtime(os.environ.get("ALLEGORY_WEB_RUNTIME"))
    except UserError as error:
        pytest.skip(f"{error} Here: ALLEGORY_WEB_RUNTIME.")
    model = game_for(run_for("vae"), data_for("pictures")).model.eval()
    made = portable(model.media, decoder_onnx(model), model.latent.size)
    with torch.inference_mode():
        return made, runtime, model.decode(torch.tensor(made.draws)).numpy()


@pytest.fixture(params=[linear, real], ids=["our own", "onnxruntime-web"])
def written(request, tmp_path, browser):
    """The page, what it holds, and what it should draw."""
    model, runtime, expected = request.param()
    path = tmp_path / "a page.html"
    write_model_page(model, runtime, path)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(30_000)
    asked, complaints = [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("globalThis.allegory")
    yield page, model, expected
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert complaints == []
    assert wide <= 390
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)


@pytest.mark.filterwarnings("ignore")  # of packages that the exporter is built of
def test_a_page_draws_what_torch_draws_and_plays(written):
    page, model, expected = written
    found = page.evaluate("codes => allegory.decode(codes)", model.draws)
    np.testing.assert_allclose(np.reshape(found, expected.shape), expected, atol=1e-3)
    pixels = "() => document.getElementById('seen').toDataURL()"
    page.locator("#drawn canvas").nth(4).wait_for()
    before = page.evaluate(pixels)
    page.get_by_role("slider").first.press("End")
    page.wait_for_function(f"before => ({pixels})() !== before", arg=before)
    page.get_by_role("button", name="Back to the start").click()
    page.wait_for_function(f"before => ({pixels})() === before", arg=before)
    page.get_by_role("button", name="Draw others").click()
    page.locator("#drawn canvas").nth(15).wait_for()
    page.get_by_role("button", name="Begin").click()
    for number in range(3):
        page.get_by_text(f"Round {number + 1} of 3").wait_for()
        page.keyboard.press("ArrowLeft")
    page.get_by_text("Guessing gives").wait_for()
    page.get_by_role("button", name="Play again").wait_for()


def test_real_pictures_lose_nothing_in_the_page(browser, tmp_path):
    model, runtime, _ = linear()
    write_model_page(model, runtime, tmp_path / "page.html")
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_function("globalThis.allegory")
    found = page.evaluate(
        """async () => {
          const sheet = new Image();
          sheet.src = allegory.about.real.sheet;
          await sheet.decode();
          const canvas = new OffscreenCanvas(sheet.width, sheet.height).getContext("2d");
          canvas.drawImage(sheet, 0, 0);
          return [...canvas.getImageData(0, 0, 5, 4).data];
        }"""
    )
    page.close()
    expected = ((model.real[0] + 1) * 127.5).round().permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(np.reshape(found, (4, 5, 4))[..., :3], expected)
