"""Runs a training script of PyTorch-GAN for a limited time, and keeps samples of its generator.

python benchmarks/peer_script.py SCRIPT PICTURES.npy OUT.npz --seconds S [options of the script]

The script runs as it is. What it imports of torchvision is replaced by a few lines: the data set
is the pictures given, each of them resized (as torchvision does, by Pillow's bilinear filter),
converted and normalised once and kept, where torchvision would do it anew in each epoch; pictures
of samples are not written. Both are to the script's advantage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image


class TimeUp(Exception):
    """The script has had its time."""


class Built(Exception):
    """The script's networks are there."""


class Clock:
    """Counts the pictures that the script asks for, and ends it."""

    def __init__(self, seconds, now):
        self.limit, self.now, self.began, self.seen = seconds, now, None, 0

    def tick(self):
        self.began = self.began or self.now()
        if self.seconds() >= self.limit:
            raise TimeUp
        self.seen += 1

    def seconds(self):
        return self.now() - self.began


class Pictures(torch.utils.data.Dataset):
    """What torchvision.datasets.MNIST is to the script."""

    def __init__(self, store, clock, transform):
        channels = store.shape[-1]
        shown = [Image.fromarray(p[..., 0] if channels == 1 else p) for p in store]
        self.x = torch.stack([transform(picture) for picture in shown])
        self.clock = clock

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        self.clock.tick()
        return self.x[index], 0


def resize(size):
    return lambda picture: picture.resize((size, size), Image.Resampling.BILINEAR)


def to_tensor(picture):
    values = torch.from_numpy(np.atleast_3d(np.array(picture))).permute(2, 0, 1)
    return values.float().div(255)


def normalize(mean, std):
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (mean, std))
    return lambda x: (x - mean) / std


def compose(steps):
    def run(x):
        for step in steps:
            x = step(x)
        return x

    return run


def stand_ins(mnist):
    """Modules in the place of torchvision; `mnist` makes the data set from its transform."""
    transforms = {
        "Compose": compose,
        "Resize": resize,
        "ToTensor": lambda: to_tensor,
        "Normalize": normalize,
    }
    parts = {
        "datasets": {"MNIST": lambda *_, transform, **__: mnist(transform)},
        "transforms": transforms,
        "utils": {"save_image": lambda *_, **__: None},
    }
    root = ModuleType("torchvision")
    found = {"torchvision": root}
    for name, content in parts.items():
        module = ModuleType(f"torchvision.{name}")
        vars(module).update(content)
        setattr(root, name, module)
        found[module.__name__] = module
    return found


def run(script, options, mnist):
    """Run the script's source until it ends or `mnist` ends it.

    It works in a folder two levels below a temporary one, since it makes some beside and above.

    Returns:
        Its names.
    """
    names = {"__name__": "__main__", "__file__": str(script)}
    source = compile(Path(script).read_text(), str(script), "exec")
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(sys.modules, stand_ins(mnist)),
        patch.object(sys, "argv", [str(script), *options]),
        contextlib.redirect_stdout(None),
    ):
        place = Path(folder) / "a" / "b"
        place.mkdir(parents=True)
        with contextlib.chdir(place), contextlib.suppress(TimeUp, Built):
            exec(source, names)
    return names


def networks(script, options=()):
    """The script's generator, discriminator and options, with the weights that it starts from."""

    def mnist(_):
        raise Built

    names = run(script, options, mnist)
    return names["generator"], names["discriminator"], names["opt"]


@torch.no_grad()
def samples(generator, n, latents, batch):
    """n pictures in [-1, 1], drawn as the script draws them: batches, noise by NumPy."""
    made = []
    for _ in range(-(-n // batch)):
        z = torch.from_numpy(np.random.normal(0, 1, (batch, latents))).float()  # noqa: NPY002
        made.append(generator(z))
    return torch.cat(made)[:n].numpy()


def main():
    """Run, draw, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("script", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--busy", action="store_true", help="count the processor's seconds")
    given, rest = parser.parse_known_args()
    torch.manual_seed(given.seed)
    np.random.seed(given.seed)  # noqa: NPY002
    now = time.process_time if given.busy else time.perf_counter
    store, clock = np.load(given.pictures), Clock(given.seconds, now)
    names = run(given.script, rest, lambda transform: Pictures(store, clock, transform))
    seconds = clock.seconds()
    generator, opt = names["generator"], names["opt"]
    found = {}
    for mode in ("training", "evaluation"):
        generator.train(mode == "training")
        found[mode] = samples(generator, given.samples, opt.latent_dim, opt.batch_size)
    np.savez(given.out, **found, seconds=seconds, images=clock.seen, options=json.dumps(vars(opt)))


if __name__ == "__main__":
    main()
