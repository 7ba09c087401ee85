"""Films of what runs recorded."""

import os
import stat
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from allegory.api.runs import train
from allegory.cli.watch import watch
from allegory.errors import UserError
from allegory.report.film import write_film
from allegory.report.health import health_section
from allegory.report.moments import Moment, reach, read_moments, read_sheets, write_moment
from allegory.report.sheets import write_picture
from allegory.report.watch import chosen, draw_run, draw_stills, filled, has_record
from allegory.runs.folder import RunFolder
from allegory.runs.record import ACROSS, ALONG, POINTS, Record
from allegory.training.observers import Scene
from fakes import LinearCoder, OnlySamples, ellipses, fit, identity_vae, points


def moment(images=100, columns=2, shift=0.0, *, noise=True, judged=True):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, columns)).astype(np.float32)
    places = np.full((16,) * columns, 0.5 + shift, np.float32)
    return Moment(
        images,
        x + np.float32(shift),
        2 * x,
        np.full(columns, -4, np.float32),
        np.full(columns, 4, np.float32),
        x if noise else None,
        8 if noise else 0,
        places if judged else None,
    )


class Judge(OnlySamples):
    """Finds large first columns real."""

    def realness(self, x):
        return torch.sigmoid(x[:, 0] + 0.1 * x[:, -1])

    def features(self, x):
        return x[:, :1]


def see(tmp_path, model, data, *images):
    for seen in images:
        Record(RunFolder(tmp_path), data)(Scene(seen, model, {}, best=False))
    return read_moments(tmp_path)


def test_a_moment_comes_back_as_it_was_written(tmp_path):
    write_moment(moment(shift=0.25), tmp_path)
    (found,) = read_moments(tmp_path)
    for name, value in vars(moment(shift=0.25)).items():
        assert np.array_equal(getattr(found, name), value)
    bare = moment(noise=False, judged=False)
    write_moment(bare, tmp_path)
    assert read_moments(tmp_path)[0].noise is None
    assert read_moments(tmp_path)[0].realness is None


def test_moments_of_lost_work_and_damaged_ones_are_left_out(tmp_path):
    for images in (100, 200, 300):
        write_moment(moment(images), tmp_path)
    write_moment(moment(200), tmp_path)
    assert [m.images for m in read_moments(tmp_path)] == [100, 200]
    next((tmp_path / "frames").glob("*100.npz")).write_bytes(b"PK\x03\x04 torn")
    assert [m.images for m in read_moments(tmp_path)] == [200]


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_points_of_the_same_codes_are_recorded(columns, tmp_path):
    data = points(60, columns)
    first, second = see(tmp_path, identity_vae(columns), data, 100, 200)
    shown = min(columns, 2)
    assert first.points.shape == (POINTS, shown)
    assert np.array_equal(first.points, first.noise)
    assert np.array_equal(first.points, second.points)
    assert first.latents == columns
    assert first.realness is None
    assert (first.low < first.data.min(0)).all()
    assert (first.high > first.data.max(0)).all()


def test_realness_is_recorded_where_it_was_asked(tmp_path):
    (line,) = see(tmp_path / "line", Judge(points(60, 1).media), points(60, 1), 100)
    places = np.linspace(line.low[0], line.high[0], ALONG)
    assert line.noise is None
    assert line.realness == pytest.approx(1 / (1 + np.exp(-1.1 * places)), abs=1e-5)
    (plane,) = see(tmp_path / "plane", Judge(points(60, 2).media), points(60, 2), 100)
    x, y = (np.linspace(plane.low[k], plane.high[k], ACROSS) for k in (0, 1))
    expected = 1 / (1 + np.exp(-(x[None, :] + 0.1 * y[:, None])))
    assert plane.realness == pytest.approx(expected, abs=1e-5)


def test_pictures_and_models_that_do_not_sample_leave_no_moments(tmp_path):
    assert see(tmp_path, fit(ellipses(20, 8), 2), ellipses(20, 8), 100) == []
    assert see(tmp_path, fit(points(30), 2, LinearCoder), points(30), 100) == []
    assert not has_record(tmp_path)


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("judged", [True, False])
def test_axes_stand_still_and_points_move(columns, judged, tmp_path):
    for k in range(3):
        write_moment(moment(100 * (k + 1), columns, 0.1 * k, judged=judged), tmp_path)
    film = draw_run(tmp_path)
    assert film.dtype == np.uint8
    assert film.shape[2] == 640
    assert 6 * 15 <= len(film) <= 12 * 15
    moved = (film != film[0]).any(axis=(0, 3))
    # numbers left of the axes stay as they are
    assert not moved[:400, :40].any()
    assert moved[60:300, 80:400].any()
    stills = draw_stills(tmp_path)
    assert stills.shape[2] == 3
    assert stills.std() > 3


def test_what_looks_real_has_another_colour_than_what_does_not(tmp_path):
    bare = {"points": np.zeros((1, 2), np.float32), "data": np.zeros((1, 2), np.float32)}
    half = np.repeat([[0.0, 1.0]], 16, 0).repeat(8, 1).astype(np.float32)
    write_moment(replace(moment(), **bare, realness=half), tmp_path)
    frame = draw_run(tmp_path)[0].astype(int)
    fake, real = frame[200, 80], frame[200, 440]
    assert fake[0] - fake[2] > 20
    assert real[2] - real[0] > 20


def test_between_moments_points_go_straight():
    found = filled([moment(100), moment(300, shift=0.5)], 4)
    assert [m.images for m in found] == [100, 150, 200, 250, 300]
    assert found[2].points == pytest.approx(moment(shift=0.25).points)
    assert found[2].realness == pytest.approx(0.75)


@pytest.mark.parametrize(("away", "shown"), [(0.0, 0.01), (0.012, 0.02), (0.3, 0.5), (0.5, 0.5)])
def test_the_scale_of_realness_holds_all_of_it(away, shown):
    assert reach([moment(), moment(shift=away)]) == shown


def test_six_moments_from_the_first_to_the_last():
    assert chosen(range(21)) == [0, 4, 8, 12, 16, 20]
    assert chosen([1, 2]) == [1, 2]
    assert chosen([]) == []


def test_pictures_are_shown_by_their_previews(tmp_path):
    for k in range(3):
        sheet = np.full((30, 41, 1), 60 * k, np.uint8)
        write_picture(sheet, tmp_path / "previews" / f"{100 * k:012d}.png")
    (tmp_path / "previews" / "000000000050.png").write_bytes(b"no picture")
    assert [images for images, _ in read_sheets(tmp_path)] == [0, 100, 200]
    film = draw_run(tmp_path)
    assert film[0, 60, 60, 0] == 0
    assert film[-1, 60, 60, 0] == 120
    assert film.shape[2] >= 480
    assert (draw_stills(tmp_path)[50, 10] == 0).all()


def test_a_film_that_stays_plays_forwards_only(tmp_path):
    frames = np.stack([np.full((8, 8, 3), 50 * k, np.uint8) for k in range(4)])
    write_film(frames, tmp_path / "film.gif", 10, stay=2.0)
    with Image.open(tmp_path / "film.gif") as film:
        found = []
        for k in range(film.n_frames):
            film.seek(k)
            found.append((film.convert("L").getpixel((0, 0)) // 50, film.info["duration"]))
    assert found == [(0, 100), (1, 100), (2, 100), (3, 2000)]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_video_goes_through_ffmpeg_where_it_is(tmp_path, monkeypatch):
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text('#!/bin/sh\nfor last; do :; done\n/bin/cat > "$last"\n')
    ffmpeg.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path))
    frames = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4, 1)
    write_film(frames, tmp_path / "film.mp4", 10, stay=0.3)
    shown = np.frombuffer((tmp_path / "film.mp4").read_bytes(), np.uint8).reshape(4, 3, 4, 3)
    assert (shown == frames[[0, 1, 1, 1]]).all()
    ffmpeg.write_text("#!/bin/sh\necho no such codec >&2\nexit 1\n")
    with pytest.raises(UserError, match=r"ffmpeg could not write a \.mp4 film: no such codec"):
        write_film(frames, tmp_path / "other.mp4", 10)


def test_a_run_without_a_record_says_which_runs_have_one(tmp_path):
    for draw in (draw_run, draw_stills):
        with pytest.raises(UserError, match="runs whose model draws samples leave one"):
            draw(tmp_path)


def test_the_command_makes_films_and_pictures(tmp_path):
    run = tmp_path / "run"
    small = {"images": 400, "batch": 16, "network": "tiny", "evaluations": 4}
    train("vae", "ring", out=run, examples=200, **small)
    assert len(read_moments(run)) == 4
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<h2>How it came along</h2>" in page
    assert "<h2>Health</h2>" in page
    for name, kind in (("film.gif", "GIF"), ("film.webp", "WEBP"), ("moments.png", "PNG")):
        watch(run, tmp_path / name)
        with Image.open(tmp_path / name) as image:
            assert image.format == kind
            assert getattr(image, "is_animated", False) == name.startswith("film")
    with pytest.raises(UserError, match="not the folder of a run"):
        watch(tmp_path, tmp_path / "no.gif")


def test_the_page_tells_of_health_in_words():
    assert health_section([]) is None
    fine = {"images": 100, "spread": 1.0, "recall": 0.9, "recall_of_data": 0.9, "distance": 0.01}
    finding = {"name": "colour drift", "sentence": "<drift>.", "advice": "Try <less>."}
    well = health_section([fine | {"findings": []}])
    assert "Nothing was found to be wrong" in well.lead
    assert well.body.count("<svg class") == 3
    near = [fine | {"distance": -0.01}]  # an estimate, below 0
    assert health_section(near) is not None
    ill = health_section([fine | {"findings": [finding], "realness_of_train": 0.5}])
    assert "&lt;drift&gt;. <span>Try &lt;less&gt;.</span>" in ill.body
    assert "Nothing" not in ill.lead
    assert ill.body.count("<svg class") == 4
    passed = health_section([fine | {"findings": [finding]}, fine | {"findings": []}])
    assert "last seen after 100 images" in passed.body
