"""The observer of health: what it says, what it keeps, and that it goes on where it stood."""

import json

import pytest
import torch

from allegory.randomness import some_rows
from allegory.runs.folder import RunFolder
from allegory.runs.health import Health
from allegory.training.observers import Scene
from examples import dataset, pictures, trainer_for, vectors
from fakes import LinearCoder, OnlySamples, fit

GRADIENTS = {"generator/gradient_norm": 2.0, "discriminator/gradient_norm": 4.0, "lr": 1.0}


class Judge(OnlySamples):
    """Samples one point, and can tell it."""

    def sample(self, n, *, rng):
        return torch.zeros(n, *self.media.shape) + 1e-3 * super().sample(n, rng=rng)

    def realness(self, x):
        return (x.flatten(1).abs().amax(1) > 0.01).float()

    def features(self, x):
        return x.flatten(1)


def scenes(model, count, begin=1):
    return [Scene(100 * k, model, {}, best=False) for k in range(begin, begin + count)]


def records(folder):
    return [json.loads(line) for line in folder.health.read_text().splitlines()]


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path)


def watch(folder, data, seen, **options):
    observer = Health(folder, data.split("train"), data.split("validation"), **options)
    for scene in seen:
        observer(scene)


def test_a_finding_is_told_once_with_its_number_and_what_to_try(folder, capsys):
    data = vectors(300)
    watch(folder, data, scenes(Judge(data.media), 5))
    said = capsys.readouterr().err
    assert said.count("mode collapse") == 1
    assert said.startswith("after 300 images: mode collapse: samples differ only 0% as much")
    assert "gradient penalty" in said
    both = ["mode collapse", "discriminator saturated"]
    assert [[f["name"] for f in r["findings"]] for r in records(folder)] == [[], [], *[both] * 3]


def test_a_run_that_is_resumed_says_and_keeps_the_same(folder, tmp_path, capsys):
    data = vectors(300)
    seen = scenes(Judge(data.media), 5)
    watch(folder, data, seen)
    undisturbed, said = folder.health.read_text(), capsys.readouterr().err
    other = RunFolder(tmp_path / "other")
    watch(other, data, seen[:4])
    watch(other, data, seen[2:])  # the work after the second evaluation was lost
    assert other.health.read_text() == undisturbed
    assert capsys.readouterr().err == said * 2


def test_the_first_tenth_of_a_run_is_not_judged(folder):
    data = vectors(300)
    watch(folder, data, scenes(Judge(data.media), 5), total=4_000)
    assert [len(r["findings"]) for r in records(folder)] == [0] * 5


def test_judgements_and_gradients_are_kept(folder):
    data = vectors(300)
    rates = {"images": 50, "rates": GRADIENTS}
    (folder.path / "metrics.jsonl").write_text(json.dumps(rates) + "\n")
    watch(folder, data, scenes(Judge(data.media), 1))
    found = records(folder)[0]
    assert found["gradients"] == {"generator": 2.0, "discriminator": 4.0}
    assert found["accuracy"] == 1.0
    assert found["realness_of_samples"] == 0.0
    assert found["realness_of_held_out"] == 1.0


def test_models_that_do_not_sample_and_tiny_data_have_no_record(folder):
    data = vectors(300)
    watch(folder, data, scenes(fit(data, 2, LinearCoder), 1))
    few = dataset(data.store[:3], data.media).select([0, 1, 2])
    Health(folder, few, few.select([]))(scenes(OnlySamples(data.media), 1)[0])
    assert not folder.health.exists()


def test_binary_pictures_are_compared_as_they_are_drawn(folder):
    data = pictures(300, channels=1, binary=True)
    watch(folder, data, scenes(OnlySamples(data.media), 1))
    # noise about grey, drawn as black and white: as strong a contrast as there can be
    assert records(folder)[0]["contrast"] > 1


def test_a_short_run_of_a_vae_is_well(folder, capsys):
    data = vectors(400)
    observer = Health(folder, data.split("train"), data.split("validation"), total=4_000)
    trainer = trainer_for(
        "vae", "vectors", data, images=4_000, evaluations=8, observers=(observer,)
    )
    trainer.play()
    assert len(records(folder)) == 8
    assert [r["findings"] for r in records(folder)] == [[]] * 8
    assert "collapse" not in capsys.readouterr().err


def test_the_same_examples_are_taken_every_time():
    assert sorted(some_rows(5, 9)) == [0, 1, 2, 3, 4]
    assert some_rows(9, 5).tolist() == some_rows(9, 5).tolist()
    assert len(set(some_rows(9, 5).tolist())) == 5
