"""Small data and games for tests: drawn here, nothing is read."""

import numpy as np

from allegory.data.dataset import Column, Dataset
from allegory.media import Images, Media, Pairs, Vectors
from allegory.recipes.settings import STAGES, Run, change, field_names
from allegory.recipes.table import RECIPES, recipe
from allegory.training.game import Game
from allegory.training.trainer import Trainer

PAIRED = [name for name in RECIPES if recipe(name).data.pairing != "none"]
"""The recipes that translate."""

GAMES = [
    (name, kind)
    for name in RECIPES
    for kind in (("pairs",) if name in PAIRED else ("pictures", "vectors"))
]
"""Every recipe on each kind of data that it plays on: a new recipe is covered by being in the
table."""

SYSTEMS = list({recipe(name).game.kind: name for name in reversed(RECIPES)}.values())[::-1]
"""The first recipe of each game, for tests that start a process or play a whole run for each."""


def pictures(n=48, height=12, width=9, channels=3, binary=False, seed=0):
    """Pictures of soft spots: uint8, somewhere between noise and nothing."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    cy, cx = rng.uniform(0, height, (2, n, 1, 1, channels))
    far = (y[None, ..., None] - cy) ** 2 + (x[None, ..., None] - cx) ** 2
    store = (255 * np.exp(-far / 12)).astype(np.uint8)
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    return dataset(store, Images(mode, height, width, binary))


def pairs(n=48, height=12, width=9, seed=0):
    """Grey spots, and what they are in colour."""
    b = pictures(n, height, width, seed=seed)
    store = np.concatenate([b.store.mean(3, keepdims=True).astype(np.uint8), b.store], axis=3)
    return dataset(store, Pairs(Images("L", height, width), b.media, ("grey", "colour")))


def vectors(n=48, size=2, seed=0):
    """Normal vectors in odd units."""
    store = np.random.default_rng(seed).normal(5, 3, (n, size)).astype(np.float32)
    return dataset(store, Vectors((5.0,) * size, (3.0,) * size))


def dataset(store, media: Media) -> Dataset:
    n = len(store)
    cuts = {"train": (0, n - 8), "validation": (n - 8, n - 4), "test": (n - 4, n)}
    splits = {name: np.arange(a, b) for name, (a, b) in cuts.items()}
    mean = store.reshape(n, -1).mean(1).astype(np.float64)
    bright = (mean > np.median(mean)).astype(np.int64)
    columns = {
        "brightness": Column("number", mean),
        "label": Column("category", bright, ("dark", "bright")),
    }
    return Dataset("drawn", media, store, np.arange(n), columns, splits)


def data_for(kind: str) -> Dataset:
    return {"pictures": pictures, "pairs": pairs, "vectors": vectors}[kind]()


def run_for(name: str, **fields) -> Run:
    """A recipe made small, as far as it has such fields: a few steps of a tiny network."""
    small: dict = {"network": "tiny", "latents": 3, "images": 80, "batch": 8, "device": "cpu"}
    small["upweight"] = 2.0  # of few examples, those that were missed are most
    run = recipe(name)
    small |= dict.fromkeys(stages(run), 40)
    known = {k: v for k, v in small.items() if k in field_names(run)}
    return change(run, {**known, "evaluations": 2, **fields})


def known_to(name: str, options, stage: int = 40) -> list[str]:
    """Those options of a command line, flag and value in turn, that the recipe has.

    What has an end within the run ends after `stage` images.
    """
    known = field_names(recipe(name))
    pairs = zip(options[::2], options[1::2], strict=True)
    words = [word for pair in pairs if pair[0].removeprefix("--") in known for word in pair]
    flags = (f"--{field.replace('_', '-')}" for field in stages(recipe(name)))
    return [*words, *(word for flag in flags for word in (flag, str(stage)))]


def paired_by(name: str, *domains: str) -> list[str]:
    """Options by which a recipe that translates finds pairs in any pictures; none for others."""
    matched = {"matched": ["--derive", "low-resolution"], "shuffled": ["--domains", *domains]}
    return matched.get(recipe(name).data.pairing, [])


def stages(run: Run) -> list[str]:
    """Its settings that say when something in it ends."""
    return [name for name in STAGES if getattr(run.game, name, None) is not None]


def game_for(run: Run, data: Dataset) -> Game:
    import torch

    torch.manual_seed(run.training.seed)
    return run.game.build(data)


def trainer_for(name: str, kind: str, data=None, **fields) -> Trainer:
    keys = ("world", "checkpoints", "journal", "observers", "flips")
    parts = {k: fields.pop(k) for k in keys if k in fields}
    run = run_for(name, **fields)
    data = data or data_for(kind)
    game = game_for(run, data)
    return Trainer(game, data.split("train"), data.split("validation"), run.training, **parts)


def weights_of(trainer: Trainer) -> dict:
    """Everything that a run ends with, copied."""
    return {k: v.clone() for k, v in trainer.state().tensors.items()}


def equal(a: dict, b: dict) -> bool:
    import torch

    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)
