"""What is derived from pictures: known answers."""

import numpy as np
import pytest

from allegory.data.derive import DERIVATIONS, coarse, grey, outlines


@pytest.mark.parametrize("how", DERIVATIONS)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(5, 9), (1, 1), (3, 64)])
def test_every_size_and_mode_is_kept_at_its_size(how, channels, size):
    x = np.random.default_rng(0).integers(0, 256, (2, *size, channels), dtype=np.uint8)
    y = DERIVATIONS[how](x)
    assert y.dtype == np.uint8
    assert y.shape == (2, *size, channels if how == "low-resolution" else 1)


def test_grey_weighs_colours_as_the_eye_does():
    x = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
    assert grey(x.reshape(1, 1, 4, 3)).ravel().tolist() == [76, 150, 29, 255]


def test_what_is_transparent_is_white():
    assert grey(np.array([[[[0, 0, 0, 0], [0, 0, 0, 255]]]], np.uint8)).ravel().tolist() == [
        255,
        0,
    ]


def test_outlines_are_where_brightness_changes_and_nowhere_else():
    x = np.zeros((1, 16, 16, 3), np.uint8)
    x[:, :, 8:] = 255
    ink = 255 - outlines(x)[0, :, :, 0].astype(int)
    assert (ink[:, 7:9] == 255).all()
    assert not ink[:, :2].any()
    assert not ink[:, 14:].any()
    assert not (255 - outlines(np.full((1, 8, 8, 3), 77, np.uint8))).any()


def test_a_coarse_copy_keeps_what_is_large():
    x = np.full((1, 16, 16, 3), 90, np.uint8)
    assert np.array_equal(coarse(x), x)
    checked = np.indices((16, 16)).sum(0) % 2 * 255
    fine = np.repeat(checked[None, ..., None], 3, 3).astype(np.uint8)
    assert coarse(fine).std() < 10
