"""Training throughput on Fashion-MNIST beside pythae: same networks, batch and machine, one run.

Prints one JSON object: examples per second of each (median and range over repeats, which take
turns), their ratio, what part of this machine's measured matrix-product rate ours reaches, and the
rate of the loss and its gradients alone.
pythae is optional (`pip install pythae`); without it only our side is measured.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from allegory.data.open import open_data
from allegory.games.vae import VAEGame
from allegory.models.build import Blueprint, build
from allegory.models.likelihoods import Bernoulli
from allegory.models.vae import VAE
from allegory.training.settings import TrainingSettings
from allegory.training.trainer import Trainer
from answer import answer

BATCH = 64
"""Examples of a step, of both, unless another is asked for."""
IMAGES = {"pythae's convnet": 1_280, "convnet": 6_400, "dense": 25_600}
"""Networks, with the examples timed in each repeat, of steps of 64."""
LATENTS = 10


class Flat(nn.Module):
    """A dense network on flattened pictures: pythae's default shape, 784-512-10."""

    def __init__(self, sizes, shape=None):
        super().__init__()
        self.shape = shape
        self.first, self.last = nn.Linear(sizes[0], sizes[1]), nn.Linear(sizes[1], sizes[2])

    def forward(self, x):
        y = self.last(torch.relu(self.first(x.flatten(1))))
        return y if self.shape is None else y.unflatten(1, self.shape)


class PeerEncoder(nn.Module):
    """pythae's own convolutional encoder for MNIST, speaking as our encoders do."""

    def __init__(self):
        super().__init__()
        from pythae.models import VAEConfig
        from pythae.models.nn.benchmarks.mnist import Encoder_Conv_VAE_MNIST

        self.net = Encoder_Conv_VAE_MNIST(VAEConfig((1, 28, 28), LATENTS))

    def forward(self, x):
        out = self.net(0.5 * x + 0.5)
        return torch.cat([out.embedding, 0.5 * out.log_covariance], dim=1)


class PeerDecoder(nn.Module):
    """pythae's own convolutional decoder for MNIST, giving log-odds."""

    def __init__(self):
        super().__init__()
        from pythae.models import VAEConfig
        from pythae.models.nn.benchmarks.mnist import Decoder_Conv_AE_MNIST

        self.net = Decoder_Conv_AE_MNIST(VAEConfig((1, 28, 28), LATENTS))
        self.net.layers[-1][-1] = nn.Identity()  # the likelihood has the sigmoid

    def forward(self, z):
        return self.net(z).reconstruction


def model_of(kind, media):
    """A fresh VAE with these networks."""
    torch.manual_seed(0)
    if kind == "pythae's convnet":
        return VAE(PeerEncoder(), PeerDecoder(), Bernoulli(), LATENTS, media)
    if kind == "convnet":
        arguments = {"latents": LATENTS, "network": "small", "likelihood": "bernoulli"}
        return build(Blueprint("vae", media, arguments))
    encoder = Flat((784, 512, 2 * LATENTS))
    decoder = Flat((LATENTS, 512, 784), (1, 28, 28))
    return VAE(encoder, decoder, Bernoulli(), LATENTS, media)


def ours(kind, data, images, batch, *, compile_=False, alone=False):
    """Examples per second of our trainer, after a warm-up.

    `alone`: of the loss and its gradients, all else left out, which no trainer of the same
    numbers is faster than.
    """
    settings = TrainingSettings(images=10**9, batch=batch, compile=compile_)
    trainer = Trainer(VAEGame(model_of(kind, data.media)), data, None, settings)

    def step():
        if alone:
            trainer.backward(trainer.movers[0])
        else:
            trainer.round()
            trainer.guard()

    with trainer.working():
        for _ in range(5):
            step()
        steps = images // batch
        began = time.perf_counter()
        for _ in range(steps):
            step()
        return steps * batch / (time.perf_counter() - began)


def theirs(kind, data, images, batch):
    """Examples per second of pythae's BaseTrainer on the same networks, after a first epoch."""
    from pythae import models
    from pythae.data.datasets import BaseDataset
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig
    from pythae.trainers.training_callbacks import TrainingCallback

    model = model_of(kind, data.media)

    class Encoder(BaseEncoder):
        def __init__(self):
            super().__init__()
            self.net = model.encoder

        def forward(self, x):
            mean, log_std = self.net(2 * x - 1).chunk(2, dim=1)
            return ModelOutput(embedding=mean, log_covariance=2 * log_std)

    class Decoder(BaseDecoder):
        def __init__(self):
            super().__init__()
            self.net = model.decoder

        def forward(self, z):
            return ModelOutput(reconstruction=torch.sigmoid(self.net(z)))

    class Clock(TrainingCallback):
        def __init__(self):
            self.times = []

        def on_epoch_begin(self, training_config, **kwargs):
            self.times.append(time.perf_counter())

        def on_train_end(self, training_config, **kwargs):
            self.times.append(time.perf_counter())

    config = models.VAEConfig((1, 28, 28), LATENTS, reconstruction_loss="bce")
    pixels = data.grey(np.arange(images)).contiguous() * 0.5 + 0.5
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = BaseTrainer(
            models.VAE(config, Encoder(), Decoder()),
            train_dataset=BaseDataset(pixels, torch.zeros(images)),
            training_config=BaseTrainerConfig(
                folder, num_epochs=3, per_device_train_batch_size=batch, learning_rate=1e-3
            ),
            callbacks=[clock],
        )
        trainer.train()
    return images / (clock.times[2] - clock.times[1])


def ceiling(dtype, n=2048, repeats=6):
    """The rate of a matrix product, in GFLOP/s: the best of several."""
    a, b = torch.randn(n, n, dtype=dtype), torch.randn(n, n, dtype=dtype)
    best = 0.0
    for _ in range(repeats):
        began = time.perf_counter()
        a @ b
        best = max(best, 2 * n**3 / (time.perf_counter() - began) / 1e9)
    return best


def operations(kind, data):
    """Multiplications and additions of one example's training step."""
    game = VAEGame(model_of(kind, data.media))
    trainer = Trainer(game, data, None, TrainingSettings(batch=BATCH, precision="float32"))
    with FlopCounterMode(display=False) as counter:
        trainer.round()
    return counter.get_total_flops() / BATCH


def spread(rates):
    """Median, lowest and highest."""
    return {
        k: round(f(rates)) for k, f in (("median", statistics.median), ("low", min), ("high", max))
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--networks", nargs="+", default=list(IMAGES))
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--compile", action="store_true", help="ours compiled: pythae can't be")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    data = open_data("fashion").split("train")
    result = {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "batch": options.batch,
        "compiled": options.compile,
        "ceiling_gflops": {
            str(t).split(".")[1]: round(ceiling(t)) for t in (torch.float32, torch.bfloat16)
        },
        "networks": {},
    }
    for kind in options.networks:
        us, bare, them = [], [], []
        images, compile_ = IMAGES[kind] * options.batch // BATCH, options.compile
        for _ in range(options.repeats):
            for rates, alone in ((us, False), (bare, True)):
                rate = ours(kind, data, images, options.batch, compile_=compile_, alone=alone)
                rates.append(rate)
            if not options.no_peer:
                them.append(theirs(kind, data, images, options.batch))
        flops = operations(kind, data)
        found = {"mflop_per_example": round(flops / 1e6, 1), "ours": spread(us)}
        found["loss and gradients alone"] = spread(bare)
        rate = statistics.median(us) * flops / 1e9
        found["share_of_ceiling"] = {
            k: round(rate / v, 3) for k, v in result["ceiling_gflops"].items()
        }
        if them:
            ratios = [a / b for a, b in zip(us, them, strict=True)]
            found["pythae"] = spread(them)
            found["ratio"] = {
                "median": round(statistics.median(ratios), 2),
                "low": round(min(ratios), 2),
            }
        result["networks"][kind] = found
    answer(result, options.out)


if __name__ == "__main__":
    main()
