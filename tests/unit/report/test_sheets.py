"""Sheets of pictures and their files."""

import numpy as np
import pytest
import torch
from PIL import Image

from allegory.errors import UserError
from allegory.media import Images
from allegory.report.draw import draw_pairs
from allegory.report.sheets import sheet, write_picture

MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def flat(n, channels=3, side=(64, 64)):
    """Pictures of one value each, from black to white."""
    levels = torch.linspace(-1, 1, n)[:, None, None, None]
    return levels.expand(n, channels, *side)


def test_pictures_stand_in_rows_with_gaps():
    found = sheet(flat(6), 3, gap=2)
    assert found.shape == (64 * 2 + 2, 64 * 3 + 4, 3)
    assert found.dtype == np.uint8
    assert (found[:64, :64] == 0).all()
    assert (found[64:66] == 255).all()
    assert (found[66:, -64:] == 255).all()
    assert (found[10, 66 + 10] == 51).all()


def test_an_incomplete_last_row_ends_in_white():
    found = sheet(flat(5) * 0, 3, gap=0)
    assert found.shape == (128, 192, 3)
    assert (found[64:, 128:] == 255).all()


@pytest.mark.parametrize(("n", "shape"), [(5, (4, 3)), (2, (2, 2))])
def test_reconstructions_stand_under_their_originals_in_an_incomplete_row_too(n, shape):
    x = flat(n, 1)
    found = draw_pairs(x, -x, Images("L", 64, 64), columns=3)[::66, ::66, 0].astype(int)
    assert found.shape == shape
    above, below = found[0::2].ravel(), found[1::2].ravel()
    assert np.abs(above[:n] + below[:n] - 255).max() <= 1
    assert (above[n:] == 255).all()
    assert (below[n:] == 255).all()


def test_the_default_is_nearly_square():
    assert sheet(flat(9), gap=0).shape == (192, 192, 3)
    assert sheet(flat(8, side=(64, 128)), gap=0).shape == (256, 256, 3)


def test_small_pictures_grow_pixel_by_pixel():
    x = torch.rand(1, 1, 8, 8) * 2 - 1
    found = sheet(x)
    assert found.shape == (64, 64, 1)
    assert np.array_equal(found[::8, ::8], found[7::8, 7::8])
    assert sheet(flat(1, side=(28, 28))).shape == (56, 56, 3)
    assert sheet(flat(1, side=(100, 60))).shape == (100, 60, 3)


@pytest.mark.parametrize("channels", MODES)
def test_the_mode_of_pictures_is_the_mode_of_the_file(channels, tmp_path):
    picture = sheet(flat(4, channels))
    assert picture.shape[2] == channels
    write_picture(picture, tmp_path / "new" / "sheet.png")
    with Image.open(tmp_path / "new" / "sheet.png") as file:
        assert file.mode == MODES[channels]
        found = np.asarray(file)
    assert np.array_equal(found.reshape(picture.shape), picture)
    write_picture(picture, tmp_path / "sheet.jpg")
    write_picture(picture, tmp_path / "sheet.webp")
    assert len(list(tmp_path.iterdir())) == 3


def test_transparent_pictures_are_laid_on_white_in_a_jpeg(tmp_path):
    write_picture(np.zeros((64, 64, 4), np.uint8), tmp_path / "a.jpeg")
    with Image.open(tmp_path / "a.jpeg") as file:
        assert np.asarray(file).min() == 255


def test_clear_gaps_are_transparent():
    assert sheet(flat(2, 1), 2, clear=True).shape == (64, 130, 2)
    found = sheet(flat(2), 2, clear=True)
    assert (found[:, 64:66, 3] == 0).all()
    assert (found[:, :64, 3] == 255).all()


def test_labels_stand_left_of_the_rows():
    plain, labelled = (sheet(flat(4), 2, labels=names) for names in [(), ("tone (0.9)", "z1")])
    assert labelled.shape[0] == plain.shape[0]
    margin = labelled.shape[1] - plain.shape[1]
    assert np.array_equal(labelled[:, margin:], plain)
    for half in (labelled[:64, :margin], labelled[66:, :margin]):
        assert half.min() < 120


def test_an_unknown_suffix_names_those_that_work(tmp_path):
    with pytest.raises(UserError, match=r"\.png, \.jpg, \.jpeg, \.webp"):
        write_picture(sheet(flat(1)), tmp_path / "a.gif")
