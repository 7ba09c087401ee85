"""Pairs: the right two side by side, the rest listed, and no picture on both sides of a split."""

import numpy as np
import pytest
import soundfile
from PIL import Image

from allegory.data.check import check
from allegory.data.open import open_data, open_packed
from allegory.errors import UserError
from allegory.media import Pairs, describe, media_from


def pictures(n, height=8, width=8, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def folder(path, names, x):
    for name, one in zip(names, x, strict=True):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(one).save(path / name)
    return path


def numbered(n):
    return [f"{i}.png" for i in range(n)]


def sides(data):
    channels = data.media.a.channels
    shown = data.store[data.rows]
    return shown[..., :channels], shown[..., channels:]


def test_partners_are_found_by_name_in_whichever_order_they_lie(tmp_path):
    x = pictures(6)
    a = folder(tmp_path / "a", numbered(6), x)
    b = folder(
        tmp_path / "b", [f"{i}.bmp" for i in (3, 0, 5, 1, 4, 2)], 255 - x[[3, 0, 5, 1, 4, 2]]
    )
    data = open_data(a, to=b)
    first, last = sides(data)
    assert data.media.matched
    assert data.media.names == ("a", "b")
    assert np.array_equal(first, x)
    assert np.array_equal(last, 255 - x)


def test_what_has_no_partner_is_listed_and_left_out(tmp_path):
    a = folder(tmp_path / "a", ["0.png", "1.png", "only.png"], pictures(3))
    b = folder(tmp_path / "b", ["0.png", "1.png", "lone.png"], pictures(3, seed=1))
    data = open_data(a, to=b)
    assert len(data) == 2
    assert {(s.path, s.reason) for s in data.skipped} == {
        ("only.png", "has no partner in b"),
        ("lone.png", "has no partner in a"),
    }
    text = check(a, to=b).text()
    assert "only.png" in text
    assert "lone.png" in text
    assert "pix2pix" in text


def test_of_two_files_of_one_name_the_second_is_listed(tmp_path):
    x = pictures(3)
    a = folder(tmp_path / "a", ["0.bmp", "0.png", "1.png"], x)
    b = folder(tmp_path / "b", numbered(2), pictures(2, seed=1))
    data = open_data(a, to=b)
    assert np.array_equal(sides(data)[0], x[[0, 2]])
    assert [(s.path, s.reason) for s in data.skipped] == [("0.png", "has the name of 0.bmp")]


def test_partners_of_another_shape_are_left_out(tmp_path):
    a = folder(tmp_path / "a", numbered(2), pictures(2))
    b = folder(tmp_path / "b", ["0.png"], pictures(1))
    folder(b, ["1.png"], pictures(1, 8, 16))
    data = open_data(a, to=b)
    assert len(data) == 1
    assert data.skipped[0].reason == "is 8x8, its partner 8x16"


def test_no_two_names_alike_is_told(tmp_path):
    a = folder(tmp_path / "a", ["x.png"], pictures(1))
    b = folder(tmp_path / "b", ["y.png"], pictures(1))
    with pytest.raises(UserError, match=r"'x'.*'y'.*cyclegan"):
        open_data(a, to=b)


def test_two_folders_in_one_are_pairs(tmp_path):
    x = pictures(4)
    folder(tmp_path / "both" / "A", numbered(4), x)
    folder(tmp_path / "both" / "B", numbered(4), 255 - x)
    data = open_data(tmp_path / "both", pairing="matched")
    first, last = sides(data)
    assert data.media.names == ("A", "B")
    assert np.array_equal(last, 255 - first)


def test_two_labels_that_are_no_folders_are_no_pairs(tmp_path):
    nested, flat = tmp_path / "nested", tmp_path / "flat"
    for part in ("train/A", "train/B", "test/A", "test/B"):
        folder(nested / part, numbered(3), pictures(3))
    folder(flat, numbered(4), pictures(4))
    table = "".join(f"{i}.png,{'ab'[i % 2]}\n" for i in range(4))
    (flat / "metadata.csv").write_text("file_name,label\n" + table)
    for path in (nested, flat):
        with pytest.raises(UserError, match="holds no pairs"):
            open_data(path, pairing="matched")


def test_sounds_are_paired_by_name_too(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        for i in range(3):
            soundfile.write(tmp_path / name / f"{i}.wav", np.sin(np.arange(4000) / (9 - i)), 8000)
    data = open_data(tmp_path / "a", to=tmp_path / "b", pairing="matched")
    assert data.media.names == ("a", "b")
    assert np.array_equal(*sides(data))


def test_two_pictures_in_one_file_are_a_pair(tmp_path):
    x = pictures(4, 8, 16)
    data = open_data(folder(tmp_path / "ab", numbered(4), x), pairing="matched")
    first, last = sides(data)
    assert (data.media.height, data.media.width) == (8, 8)
    assert np.array_equal(first, x[:, :, :8])
    assert np.array_equal(last, x[:, :, 8:])


def test_pictures_alone_are_no_pairs(tmp_path):
    alone = folder(tmp_path / "alone", numbered(3), pictures(3))
    with pytest.raises(UserError, match=r"holds no pairs.*--to.*--derive"):
        open_data(alone, pairing="matched")


@pytest.mark.parametrize("how", ["grey", "edges", "low-resolution"])
def test_any_pictures_make_pairs_with_what_is_derived(tmp_path, how):
    x = pictures(4, 8, 6)
    data = open_data(folder(tmp_path / "a", numbered(4), x), derive=how)
    assert data.media.names == (how, "picture")
    assert data.media.shape == ((6 if how == "low-resolution" else 4), 8, 6)
    assert np.array_equal(sides(data)[1], x)


@pytest.mark.parametrize("sizes", [(30, 12), (12, 30)])
def test_shuffled_sides_share_no_picture_over_splits(tmp_path, sizes):
    a, b = (
        folder(tmp_path / name, numbered(n), pictures(n, seed=seed))
        for name, n, seed in (("a", sizes[0], 0), ("b", sizes[1], 1))
    )
    data = open_data(a, to=b, pairing="shuffled")
    assert not data.media.matched
    for side, n in zip("ab", sizes, strict=True):
        seen = [set(data.split(name).table()[f"{side}_row"].values) for name in data.splits]
        assert sum(map(len, seen)) == n == len(set.union(*seen))
    of_train = sides(data.split("train"))
    assert len(of_train[0]) == max(len(np.unique(x, axis=0)) for x in of_train)


def test_opened_again_they_are_the_same(tmp_path):
    a, b = (folder(tmp_path / n, numbered(9), pictures(9, seed=k)) for k, n in enumerate("ab"))
    for pairing in ("matched", "shuffled"):
        one, again = (open_data(a, to=b, pairing=pairing) for _ in range(2))
        assert one.fingerprint == again.fingerprint
        assert {k: v.tolist() for k, v in one.splits.items()} == {
            k: v.tolist() for k, v in again.splits.items()
        }


def test_one_source_is_two_domains_by_what_is_known(tmp_path):
    x = pictures(20)
    names = [f"{'cat' if i % 2 else 'dog'}/{i}.png" for i in range(20)]
    data = open_data(folder(tmp_path / "pets", names, x), domains=("label=cat", "label=dog"))
    assert data.media.names == ("cat", "dog")
    first, last = sides(data)
    cats, dogs = ({one.tobytes() for one in x[k::2]} for k in (1, 0))
    assert {one.tobytes() for one in first} == cats
    assert {one.tobytes() for one in last} == dogs
    assert len(data.whole) == 20
    assert data.whole.table()["label"].names == ("cat", "dog")


def test_domains_that_meet_are_refused(tmp_path):
    x = np.arange(5.0)
    np.savez(tmp_path / "x.npz", images=pictures(5), age=x)
    with pytest.raises(UserError, match="1 examples are in both"):
        open_data(tmp_path / "x.npz", domains=("age=..2", "age=2.."))


def test_parts_of_one_source_and_a_second_are_not_asked_for_at_once(tmp_path):
    a, b = (folder(tmp_path / n, numbered(3), pictures(3, seed=k)) for k, n in enumerate("ab"))
    with pytest.raises(UserError, match="give one of them"):
        open_data(a, to=b, domains=("label=cat", "label=dog"))


def test_the_settings_say_all_that_was_asked(tmp_path):
    a, b = (folder(tmp_path / n, numbered(3), pictures(3, seed=k)) for k, n in enumerate("ab"))
    data, _, settings = open_packed(a, to=b)
    assert settings.pairing == "matched"
    assert open_data(settings.source, settings).fingerprint == data.fingerprint


def test_media_of_pairs_are_read_as_written(tmp_path):
    x = pictures(3)
    media = open_data(folder(tmp_path / "a", numbered(3), x), derive="grey").media
    assert isinstance(media, Pairs)
    assert media_from(describe(media)) == media
