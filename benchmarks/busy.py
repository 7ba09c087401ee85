"""A training step beside other programs: a piece of the batch a core, against torch's threads.

Prints one JSON object: examples per second of the small convnet's VAE on random pictures, batch
64, for each way of sharing the work, where the machine is free and beside programs that only
count.
"""

import argparse
import json
import multiprocessing
import statistics
import time

import numpy as np
import torch

from allegory.data.dataset import Dataset
from allegory.games.vae import VAEGame
from allegory.media import Images
from allegory.models.build import Blueprint, build
from allegory.training.hands import Hands
from allegory.training.settings import TrainingSettings
from allegory.training.trainer import Trainer

BATCH, STEPS, REPEATS = 64, 15, 5


def trainer():
    """A fresh game on pictures of the size of Fashion-MNIST."""
    media = Images("L", 28, 28)
    store = np.random.default_rng(0).integers(0, 256, (1_000, 28, 28, 1), dtype=np.uint8)
    data = Dataset("random", media, store, np.arange(len(store)))
    torch.manual_seed(0)
    arguments = {"latents": 32, "network": "small", "likelihood": "gaussian"}
    game = VAEGame(build(Blueprint("vae", media, arguments)))
    return Trainer(game, data, None, TrainingSettings(batch=BATCH))


def rate(apart):
    """Examples per second, with the cores working `apart` or together: median of a few windows."""
    threads, player = torch.get_num_threads(), trainer()
    torch.set_num_threads(1 if apart else threads)
    player.backward.hands = Hands(threads if apart else 1)
    found = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        for _ in range(STEPS):
            player.round()
        found.append(STEPS * BATCH / (time.perf_counter() - began))
    player.backward.hands.close()
    torch.set_num_threads(threads)
    return round(statistics.median(found[1:]))


def count():
    """Keep a core busy."""
    while True:
        pass


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    result = {"torch": torch.__version__, "threads": torch.get_num_threads(), "beside": {}}
    for programs in options.programs:
        others = [multiprocessing.Process(target=count, daemon=True) for _ in range(programs)]
        for other in others:
            other.start()
        rates = {"a piece a core": rate(True), "torch's threads": rate(False)}
        result["beside"][f"{programs} programs"] = rates
        for other in others:
            other.terminate()
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
