import numpy as np
import pytest

from allegory.data.sources.faces import FACTORS, OBJECT_FACTORS, draw, render
from allegory.data.sources.faces.colours import lightness
from allegory.errors import UserError

PLAIN = {
    "azimuth": "0",
    "elevation": "0",
    "smile": "0",
    "mouth_open": "0",
    "hair_style": "bald",
    "light_azimuth": "0",
    "light_elevation": "20",
    "glasses": "0%",
    "sunglasses": "0%",
    "hat": "0%",
    "beard": "0%",
}


def faces(n, **factors):
    """A table of n faces that are alike but for these columns."""
    table = draw(np.zeros(n, np.int64), factors=PLAIN)
    return table | {k: np.asarray(v) for k, v in factors.items()}


@pytest.mark.parametrize("kind", ["faces", "objects"])
def test_a_row_depends_on_seed_and_index_alone(kind):
    whole = draw(np.arange(100), seed=3, kind=kind)
    part = draw(np.array([42, 7]), seed=3, kind=kind)
    other = draw(np.arange(100), seed=4, kind=kind)
    for name in whole:
        assert np.array_equal(whole[name][[42, 7]], part[name])
        assert not np.array_equal(whole[name], other[name])


@pytest.mark.parametrize(("kind", "known"), [("faces", FACTORS), ("objects", OBJECT_FACTORS)])
def test_the_table_has_all_factors_in_their_ranges(kind, known):
    table = draw(np.arange(2000), kind=kind)
    assert list(table) == list(known)
    for name, factor in known.items():
        values = table[name]
        if factor.kind == "number":
            assert values.dtype == np.float64
            assert factor.low <= values.min() < values.max() <= factor.high
        else:
            assert values.dtype == np.int64
            assert set(values.tolist()) == set(range(len(factor.names)))


def test_factors_are_independent():
    table = draw(np.arange(4000))
    numbers = [v for k, v in table.items() if FACTORS[k].kind == "number"]
    correlation = np.corrcoef(numbers) - np.eye(len(numbers))
    assert np.abs(correlation).max() < 0.06


def test_accessories_are_rare_unless_asked_for():
    rows = np.arange(4000)
    for name in ("glasses", "sunglasses", "hat", "beard"):
        assert 0.02 < draw(rows)[name].mean() < 0.06
        assert 0.45 < draw(rows, factors={name: "50%"})[name].mean() < 0.55
        assert draw(rows, factors={name: "yes"})[name].all()
        assert not draw(rows, factors={name: "0%"})[name].any()


def test_distributions_of_numbers():
    rows = np.arange(4000)
    assert np.all(draw(rows, factors={"azimuth": "-12.5"})["azimuth"] == -12.5)
    smile = draw(rows, factors={"smile": "0.2..0.4"})["smile"]
    assert 0.2 <= smile.min() < smile.max() <= 0.4
    tone = draw(rows, factors={"skin_tone": "90% 0.6..1"})["skin_tone"]
    assert abs((tone >= 0.6).mean() - 0.9) < 0.02
    rest = tone[tone < 0.6]
    assert abs(rest.mean() - 0.3) < 0.05
    middle = draw(rows, factors={"skin_tone": "50% 0.4..0.6"})["skin_tone"]
    assert abs((middle < 0.4).mean() - 0.25) < 0.03
    assert abs((middle > 0.6).mean() - 0.25) < 0.03


def test_distributions_of_categories():
    rows = np.arange(4000)
    curly = FACTORS["hair_style"].names.index("curly")
    assert np.all(draw(rows, factors={"hair_style": "curly"})["hair_style"] == curly)
    half = draw(rows, factors={"hair_style": "50% curly"})["hair_style"]
    assert abs((half == curly).mean() - 0.5) < 0.03
    assert len(set(half.tolist())) == len(FACTORS["hair_style"].names)


def test_one_distribution_leaves_the_other_factors_alone():
    plain, asked = draw(np.arange(50)), draw(np.arange(50), factors={"smile": "1"})
    assert all(np.array_equal(plain[k], asked[k]) for k in plain if k != "smile")


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ({"smlie": "1"}, "did you mean 'smile'"),
        ({"hair_style": "curley"}, "did you mean 'curly'"),
        ({"smile": "2"}, "'smile' goes from -0.3 to 1"),
        ({"smile": "1..0"}, "'smile' goes from"),
        ({"smile": "happy"}, "not understood"),
        ({"smile": ""}, "not understood"),
        ({"smile": "40%"}, "not understood"),
        ({"glasses": "140%"}, "not between 0% and 100%"),
        ({"hair_style": "40%"}, "unknown hair_style"),
    ],
)
def test_what_is_not_understood_is_said(factors, said):
    with pytest.raises(UserError, match=said):
        draw(np.arange(3), factors=factors)


@pytest.mark.parametrize("kind", ["faces", "objects"])
def test_a_picture_is_the_same_alone_in_a_batch_and_on_any_number_of_threads(kind):
    crowd = {"glasses": "30%", "sunglasses": "30%", "hat": "30%", "beard": "30%"}
    table = draw(np.arange(48), kind=kind, factors=crowd if kind == "faces" else {})
    together = render(table, height=48, width=48, kind=kind, threads=2)
    for i in range(0, 48, 7):
        alone = render({k: v[i : i + 1] for k, v in table.items()}, height=48, width=48, kind=kind)
        assert np.array_equal(alone[0], together[i])
    backwards = {k: v[::-1] for k, v in table.items()}
    again = render(backwards, height=48, width=48, kind=kind, threads=1)
    assert np.array_equal(again[::-1], together)


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (32, 32), (96, 64), (33, 130)])
def test_any_size(size):
    height, width = size
    pictures = render(draw(np.arange(3)), height=height, width=width)
    assert pictures.shape == (3, height, width, 3)
    assert pictures.dtype == np.uint8


def test_no_pictures():
    assert render(draw(np.arange(0)), height=8, width=8).shape == (0, 8, 8, 3)


def test_a_small_picture_is_a_large_one_made_small():
    table = draw(np.arange(6), factors={"hair_style": "bob"})
    small = render(table, height=48, width=48).astype(float)
    large = render(table, height=192, width=192).reshape(6, 48, 4, 48, 4, 3).mean(axis=(2, 4))
    assert np.abs(small - large).mean() < 4.0


def test_skin_tone_is_even_in_lightness():
    table = faces(9, skin_tone=np.linspace(0, 1, 9))
    L = lightness(render(table))[:, 14:22, 26:38].mean(axis=(1, 2))
    steps = np.diff(L)
    assert L[0] < 32
    assert L[-1] > 80
    assert np.all(steps > 0)
    assert steps.max() < 2.0 * steps.min()


def test_light_comes_from_where_it_is_said_to():
    left, right = render(faces(2, light_azimuth=[-60.0, 60.0])).mean(axis=3)
    cheeks = np.s_[30:40, 20:28], np.s_[30:40, 36:44]
    assert left[cheeks[0]].mean() > left[cheeks[1]].mean() + 15
    assert right[cheeks[1]].mean() > right[cheeks[0]].mean() + 15


def test_turning_the_other_way_with_mirrored_light_is_the_mirror_image():
    one, other = render(faces(2, azimuth=[30.0, -30.0], light_azimuth=[40.0, -40.0])).astype(float)
    assert np.abs(one - other[:, ::-1]).mean() < 1.5
    assert np.abs(one - other).mean() > 8.0


def test_the_face_goes_where_the_head_turns():
    light = {"skin_tone": np.ones(3), "hair_colour": np.zeros(3, np.int64)}
    pose = {"azimuth": [0.0, 25.0, 0.0], "elevation": [0.0, 0.0, 15.0]}
    pictures = render(faces(3, **light, **pose))
    # brows and pupils are all that is dark above the chin
    middle = [np.mean(np.nonzero(L[10:40, 10:54] < 45), axis=1) for L in map(lightness, pictures)]
    straight, right, up = middle
    assert right[1] > straight[1] + 5
    assert up[0] < straight[0] - 3


@pytest.mark.parametrize(
    ("factor", "values"),
    [
        ("azimuth", [0.0, 20.0]),
        ("elevation", [-10.0, 10.0]),
        ("smile", [0.0, 0.8]),
        ("mouth_open", [0.0, 0.6]),
        ("face_shape", [0.0, 1.0]),
        ("eye_colour", [0, 3]),
        ("hair_style", [0, 6]),
        ("clothes", [0.0, 150.0]),
        ("background", [0.0, 150.0]),
        ("background_lightness", [40.0, 80.0]),
        ("light_elevation", [0.0, 60.0]),
        ("glasses", [0, 1]),
        ("sunglasses", [0, 1]),
        ("hat", [0, 1]),
        ("beard", [0, 1]),
    ],
)
def test_every_factor_shows(factor, values):
    one, other = render(faces(2, **{factor: values})).astype(float)
    assert np.abs(one - other).mean() > 0.08
