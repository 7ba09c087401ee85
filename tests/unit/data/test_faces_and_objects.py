"""Rendered sources: settings reach the renderer, factors become columns."""

import numpy as np
import pytest

from allegory.data.open import open_data
from allegory.errors import UserError
from allegory.media import Images

pytest.importorskip("allegory.data.sources.faces")


def test_faces_are_rendered_once_with_their_factors(capsys):
    data = open_data("faces", examples=6, size="16x12", factors=("smile=0.5", "glasses = 100%"))
    assert data.media == Images("RGB", 16, 12)
    np.testing.assert_array_equal(data.columns["smile"].values, 0.5)
    assert data.columns["glasses"].names == ("no", "yes")
    assert data.columns["glasses"].values.all()
    assert "rendering faces" in capsys.readouterr().err
    again = open_data("faces", examples=6, size="16x12", factors=("smile=0.5", "glasses=100%"))
    assert again.fingerprint == data.fingerprint
    assert not capsys.readouterr().err


def test_grey_objects_of_another_seed():
    one, two = (
        open_data("objects", examples=3, size="16", mode="grey", data_seed=seed) for seed in (0, 1)
    )
    assert one.media == Images("L", 16, 16)
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    ("factor", "words"),
    [("smile", "NAME=DISTRIBUTION"), ("smil=1", "'smile'"), ("smile=9", "range")],
)
def test_bad_factors(factor, words):
    with pytest.raises(UserError, match=words):
        open_data("faces", examples=2, size="8", factors=(factor,))


def test_factors_of_other_sources_are_refused():
    with pytest.raises(UserError, match="factors"):
        open_data("ring", factors=("smile=1",))
