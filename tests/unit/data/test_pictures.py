"""Reading one picture: the policy, case by case."""

import numpy as np
import pytest
from PIL import Image

from allegory.data.pictures import Unreadable, fit, quiet, read_header, read_picture
from hostile import write_hostile, write_odd


def test_odd_but_good_pictures_are_read(tmp_path):
    for name, colour in write_odd(tmp_path).items():
        pixels = read_picture(tmp_path / name, "RGB", 20, 30)
        assert pixels.shape == (20, 30, 3)
        assert pixels.dtype == np.uint8
        left = pixels[:, :15].reshape(-1, 3).mean(axis=0)
        np.testing.assert_allclose(left, colour, atol=6, err_msg=name)


def test_hostile_files_are_refused_with_a_reason(tmp_path):
    reasons = write_hostile(tmp_path)
    assert len(reasons) == 40
    for name, words in reasons.items():
        with pytest.raises(Unreadable) as refused:
            read_picture(tmp_path / name, "RGB", 16, 16)
        assert words in refused.value.reason, (name, refused.value.reason)
        assert len(refused.value.reason) > 8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_gives_the_upright_picture(tmp_path, orientation):
    upright = np.zeros((16, 24, 3), np.uint8)
    upright[:8, :12, 0] = 250
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = Image.fromarray(upright)
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png", "RGB", 16, 24), upright)
    with quiet():
        header = read_header(tmp_path / "a.png")
    assert (header.height, header.width, header.rotated) == (16, 24, orientation > 1)


def test_a_picture_of_the_right_size_keeps_its_pixels(tmp_path):
    for mode, channels in (("L", 1), ("RGB", 3), ("RGBA", 4)):
        pixels = np.random.default_rng(0).integers(0, 256, (9, 7, channels), dtype=np.uint8)
        image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
        image.save(tmp_path / "a.png")
        np.testing.assert_array_equal(read_picture(tmp_path / "a.png", mode, 9, 7), pixels)
        np.testing.assert_array_equal(fit(pixels, mode, 9, 7), pixels)


def test_the_crop_is_central_and_keeps_the_aspect():
    wide = np.zeros((10, 30, 1), np.uint8)
    wide[:, 10:20] = 200
    np.testing.assert_array_equal(fit(wide, "L", 10, 10), np.full((10, 10, 1), 200))
    tall = fit(wide.transpose(1, 0, 2), "L", 5, 5)
    np.testing.assert_allclose(tall, 200, atol=12)
    np.testing.assert_array_equal(fit(wide, "L", 20, 20)[:, 6:14], 200)


def test_shrinking_is_anti_aliased(tmp_path):
    stripes = np.zeros((256, 256), np.uint8)
    stripes[:, ::2] = 255
    for name in ("a.png", "a.jpg"):
        Image.fromarray(stripes).save(tmp_path / name)
        small = read_picture(tmp_path / name, "L", 16, 16)
        np.testing.assert_allclose(small[2:-2, 2:-2], 127.5, atol=6)


def test_alpha_is_kept_or_laid_over_white(tmp_path):
    half = np.full((4, 4, 4), (255, 0, 0, 128), np.uint8)
    Image.fromarray(half).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png", "RGBA", 4, 4), half)
    np.testing.assert_allclose(
        read_picture(tmp_path / "a.png", "RGB", 4, 4)[0, 0], (255, 127, 127)
    )


def test_grey_is_known_from_the_header(tmp_path):
    palette = Image.new("L", (4, 4), 7).convert("P")
    palette.save(tmp_path / "grey.png")
    Image.new("RGB", (4, 4), "red").quantize().save(tmp_path / "red.png")
    with quiet():
        assert read_header(tmp_path / "grey.png").grey
        assert not read_header(tmp_path / "red.png").grey
