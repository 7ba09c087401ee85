"""Ways from examples to features."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from allegory.errors import UserError
from allegory.measures.fidelity.features import (
    BATCH,
    encoder_features,
    inception_features,
    module_features,
    plain_features,
    read_features,
)
from allegory.media import Images
from fakes import ellipses, fit, points


def test_plain_features_are_the_values():
    data = ellipses(BATCH + 9, 8)
    pixels = plain_features(data.media)
    assert (pixels.name, pixels.resize) == ("pixels", "native 8x8")
    everything = data.take(np.arange(len(data)))
    assert torch.equal(pixels.of_data(data), everything.flatten(1))
    vectors = points(200)
    standard = plain_features(vectors.media).of_data(vectors)
    torch.testing.assert_close(standard.mean(0), torch.zeros(2), rtol=0, atol=1e-5)
    torch.testing.assert_close(standard.std(0, correction=0), torch.ones(2))


def test_binary_pixels_of_each_batch_are_drawn_anew():
    grey = ellipses(2 * BATCH, 8)
    same = replace(grey, media=Images("RGB", 8, 8, True), rows=np.zeros(2 * BATCH, np.int64))
    first, second = plain_features(same.media).of_data(same).split(BATCH)
    assert not torch.equal(first, second)


def test_modules_and_encoders():
    data = ellipses(20, 8)
    module = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Dropout())
    found = module_features(module, "mine", "native").of_data(data)
    assert found.shape == (20, 2 * 6 * 6)
    assert torch.equal(found, module_features(module, "mine", "native").of_data(data))
    coder = fit(data, 3)
    codes = encoder_features(coder, "codes").of_data(data)
    assert torch.equal(codes, coder.encode(data.take(np.arange(20))).mean)


def test_features_of_other_programs(tmp_path):
    x = np.random.default_rng(0).random((6, 4))
    np.save(tmp_path / "b.npy", x[3:])
    np.save(tmp_path / "a.npy", x[:3])
    np.savez(tmp_path / "one.npz", anything=x)
    np.savez(tmp_path / "two.npz", features=x, names=np.arange(6))
    for source in (tmp_path, tmp_path / "one.npz", tmp_path / "two.npz"):
        torch.testing.assert_close(read_features(source), torch.from_numpy(x).float())
    assert len(read_features(tmp_path / "a.npy")) == 3


def test_what_holds_no_features_is_told(tmp_path):
    np.savez(tmp_path / "two.npz", a=np.zeros((2, 2)), b=np.zeros((2, 2)))
    np.save(tmp_path / "flat.npy", np.zeros(5))
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "empty").mkdir()
    (tmp_path / "nothing.npz").touch()
    (tmp_path / "cut.npz").write_bytes((tmp_path / "two.npz").read_bytes()[:300])
    np.save(tmp_path / "one.npy", np.zeros((3, 2)))
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    for name, said in {
        "two.npz": "holds a, b",
        "nothing.npz": "can't read",
        "cut.npz": "can't read",
        "flat.npy": r"\(n, d\)",
        "text.npy": "can't read",
        "empty": "no .npy file",
        "nowhere.npy": "No such file",
    }.items():
        with pytest.raises(UserError, match=said):
            read_features(tmp_path / name)
    with pytest.raises(UserError, match="without a name"):
        read_features(tmp_path / "one.npz", "real")


def test_inception_is_refused_in_a_sentence_where_it_can_not_be_had(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="vectors"):
        inception_features(points(9).media)
    monkeypatch.setitem(__import__("sys").modules, "torch_fidelity", None)
    with pytest.raises(UserError, match="pip install torch-fidelity"):
        inception_features(ellipses(9, 8).media)
    monkeypatch.setitem(__import__("sys").modules, "torch_fidelity", nn)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(UserError, match="no Inception weights"):
        inception_features(ellipses(9, 8).media)
