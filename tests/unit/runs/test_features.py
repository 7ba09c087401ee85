"""The default feature network: trained once, kept, and of use."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.examples import pictures, run_for
from torch.nn import functional as F

from allegory.data.open import open_data
from allegory.errors import Interrupted, UserError
from allegory.measures.fidelity import frechet_distance, kernel_distance
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.features import features_for
from allegory.training.trainer import Trainer

SHORT = run_for("features", images=64, batch=16)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The digits, and features trained on them for some seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLEGORY_CACHE", str(tmp_path_factory.mktemp("cache")))
        data = open_data("digits", validation=0.01, test=0.45)
        run = change(recipe("features"), {"images": 12_000, "latents": 64, "device": "cpu"})
        return data, features_for(data, run)


def test_it_is_trained_once_and_named(cache, monkeypatch):
    data = pictures(60)
    first = features_for(data, SHORT)
    assert first.name == "self-supervised, trained on drawn's training split, 3 numbers"
    assert first.resize == "native 12x9"
    monkeypatch.setattr(Trainer, "play", None)
    again = features_for(data.split("test"), SHORT)
    x = data.take(range(5))
    assert torch.equal(again.of(x), first.of(x))
    (folder,) = (cache / "features").iterdir()
    assert not (folder / "checkpoints").exists()


def test_other_data_and_other_recipes_have_their_own(cache):
    data = pictures(40)
    for part, run in (
        (data, SHORT),
        (replace(data, store=255 - data.store), SHORT),
        (replace(data, splits={"train": np.arange(30)}), SHORT),
        (data, change(SHORT, {"temperature": 0.5})),
    ):
        features_for(part, run)
    assert len(list((cache / "features").iterdir())) == 4


def test_training_that_was_interrupted_goes_on(cache, monkeypatch):
    data = pictures(40)
    undisturbed = features_for(data, SHORT).of(data.take(range(4)))
    data = replace(data, fingerprint="the same pictures in another place")
    evaluate = Trainer.evaluate

    def stop(self):
        evaluate(self)
        self.save()
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "evaluate", stop)
        with pytest.raises(Interrupted):
            features_for(data, SHORT)
    seen = []
    monkeypatch.setattr(Trainer, "restore", spy(Trainer.restore, seen))
    assert torch.equal(features_for(data, SHORT).of(data.take(range(4))), undisturbed)
    assert len(seen) == 1


def spy(method, seen):
    def wrapped(self, checkpoint):
        seen.append(checkpoint)
        return method(self, checkpoint)

    return wrapped


def test_large_pictures_are_reduced_and_vectors_are_standardised():
    large = pictures(30, 48, 64)
    found = features_for(large, SHORT)
    assert found.resize == "area 24x32"
    assert found.of(large.take(range(3))).shape == (3, 3)
    assert "standardised" in features_for(open_data("ring", examples=50)).name
    with pytest.raises(UserError, match="at least 2"):
        features_for(replace(pictures(30), splits={"train": np.arange(1)}), SHORT)


def test_they_know_the_digits_apart(digits):
    from sklearn.neighbors import KNeighborsClassifier

    data, features = digits
    train, test = data.split("train"), data.split("test")
    x, y = (features.of_data(part, shown=False).numpy() for part in (train, test))
    labels = [part.table()["label"].values for part in (train, test)]
    assert KNeighborsClassifier(5).fit(x, labels[0]).score(y, labels[1]) > 0.9


def test_distances_grow_with_noise_with_blur_and_with_modes_that_are_missing(digits):
    data, features = digits
    test = data.split("test")
    # the digits come writer by writer
    test = test.select(np.random.default_rng(0).permutation(len(test)))
    half = len(test) // 2
    x = test.take(np.arange(half))
    labels = test.table()["label"].values[:half]
    rest = features.of(test.take(np.arange(half, len(test))))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))

    def blurred(strength):
        return x.lerp(F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), strength)

    worse = {
        "noise": [x, *((x + s * noise).clamp(-1, 1) for s in (0.3, 0.6, 1.0))],
        "blur": [x, *(blurred(s) for s in (0.4, 0.7, 1.0))],
        "modes": [x, *(x[torch.from_numpy(labels < k)] for k in (8, 5, 2))],
    }
    for kind, levels in worse.items():
        sets = [features.of(level) for level in levels]
        for measure in (frechet_distance, kernel_distance):
            found = [measure(rest, s).value for s in sets]
            assert found == sorted(found), (kind, measure.__name__, found)
    same = frechet_distance(rest, sets[0])
    assert abs(same.limit) < 0.1 * frechet_distance(rest, sets[-1]).limit
