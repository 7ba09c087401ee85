"""Films."""

import numpy as np
import pytest
import torch
from PIL import Image

from allegory.errors import UserError
from allegory.report.draw import draw_examples, draw_film, draw_pairs, draw_strips
from allegory.report.film import FILMS, write_film
from allegory.tools.traverse import traverse
from fakes import ellipses, fit, points


def read(path):
    with Image.open(path) as file:
        frames = []
        for k in range(file.n_frames):
            file.seek(k)
            frames.append(np.asarray(file.convert("RGB"), np.int16))
        return np.stack(frames), file.info


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("suffix", FILMS)
def test_a_film_plays_there_and_back(suffix, channels, tmp_path):
    ramp = np.linspace(0, 200, 32).astype(np.uint8)[None, :, None] + np.zeros((24, 1, 1), np.uint8)
    frames = np.stack([(ramp + 10 * k).repeat(channels, 2) for k in range(5)])
    frames[..., 3:] = 255
    write_film(frames, tmp_path / f"film{suffix}", fps=10)
    found, info = read(tmp_path / f"film{suffix}")
    assert len(found) == 8
    assert info["loop"] == 0
    assert info["duration"] == 100
    there_and_back = np.concatenate([frames, frames[-2:0:-1]])[..., :1].astype(np.int16)
    assert np.abs(found - there_and_back).mean() < 4


def test_colours_of_a_gif_serve_the_whole_film(tmp_path):
    levels = torch.linspace(0, 255, 40).numpy().astype(np.uint8)
    frames = np.zeros((4, 40, 40, 3), np.uint8)
    for k in range(3):
        frames[k, :, :, k] = levels
    frames[3] = levels[:, None]
    write_film(frames, tmp_path / "film.gif")
    found, _ = read(tmp_path / "film.gif")
    assert np.abs(found[:4] - frames).mean() < 3


def test_a_single_frame_is_a_film_too(tmp_path):
    write_film(np.zeros((1, 8, 8, 3), np.uint8), tmp_path / "film.gif")
    assert len(read(tmp_path / "film.gif")[0]) == 1


@pytest.mark.parametrize("suffix", [".mp4", ".xyz"])
def test_videos_are_refused_with_what_works(suffix, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"\.gif, \.webp"):
        write_film(np.zeros((2, 8, 8, 3), np.uint8), tmp_path / f"film{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [ellipses(40, 12), points(40), points(40, 1), points(40, 3)])
def test_whatever_the_examples_are_they_are_drawn(data):
    model = fit(data, 1 if data.media.shape == (1,) else 2)
    x = data.take(np.arange(40))
    strips = traverse(model, axes=[0], frames=5)
    sheets = [
        draw_examples(x, data.media),
        draw_pairs(x, x, data.media),
        draw_strips(strips, data.media, ["z0"]),
        *draw_film(strips, data.media, ["z0"]),
        *draw_film(strips, data.media),
    ]
    for found in sheets:
        assert found.dtype == np.uint8
        assert found.ndim == 3
        assert found.max() - found.min() > 60
    assert len(draw_film(strips, data.media)) == 5
