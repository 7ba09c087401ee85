"""Training of diffusion models beside denoising-diffusion-pytorch and diffusers, in one run.

python benchmarks/diffusion_peers.py: images per second of processor time on Fashion-MNIST at
32x32, of the same networks, batch, optimiser and averaged weights, one thread. Each peer's
network (denoising-diffusion-pytorch: `Unet(32, dim_mults=(1, 2, 4))`; diffusers: `UNet2DModel` of
32, 64 and 128 channels, attention at the lowest level) is trained by the peer's own steps, then
by our trainer. The peers' steps are those of denoising-diffusion-pytorch's `Trainer.train` and of
diffusers' script `train_unconditional.py`, without reading pictures, which are kept in memory, and
without what they draw and save on the way: all to their advantage. They compute in float32, as
they do by default on a processor; ours also in bfloat16, as it does by default. Beside them a
U-Net of our own, of about as many operations an example.

Both packages are optional; one that is missing is left out. torchvision, which the first imports
and does not need here, is replaced where it is missing.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from allegory.data.open import open_data
from allegory.games.diffusion import DiffusionGame
from allegory.models.diffusion import Denoiser
from allegory.networks.denoising import DenoisingUNet
from allegory.recipes.diffusion import spread_of
from allegory.sampling.sampler import Sampler
from allegory.training.settings import TrainingSettings
from allegory.training.trainer import Trainer
from answer import answer

SIZE, LR = 32, 1e-4
TIMES = 1_000
"""Noise levels of the peers."""
WIDTH = 128
"""Of our own U-Net's first level."""


@contextmanager
def torchvision():
    """Within this context torchvision can be imported, where it is missing, and does nothing."""
    names = ["torchvision", "torchvision.transforms", "torchvision.utils"]
    names = [] if importlib.util.find_spec(names[0]) else names
    for name in names:
        sys.modules[name] = ModuleType(name)
    for name in names[1:]:
        setattr(sys.modules[names[0]], name.partition(".")[2], sys.modules[name])
    yield
    for name in names:
        del sys.modules[name]


def lucidrains():
    """The network of denoising-diffusion-pytorch, and its step."""
    with torchvision():
        from denoising_diffusion_pytorch.denoising_diffusion_pytorch import (
            GaussianDiffusion,
            Unet,
        )
        from ema_pytorch import EMA

    torch.manual_seed(0)
    net = Unet(dim=32, dim_mults=(1, 2, 4), channels=1)

    def stepper(net):
        model = GaussianDiffusion(net, image_size=SIZE, timesteps=TIMES)
        optimizer = torch.optim.Adam(model.parameters(), lr=LR, betas=(0.9, 0.99))
        average = EMA(model, beta=0.995, update_every=10)

        def step(x):
            loss = model(x)
            loss.item()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            average.update()

        return step

    return net, stepper, lambda net, x, time: net(x, time)


def huggingface():
    """The network of diffusers, and its step."""
    from diffusers import DDPMScheduler, UNet2DModel
    from diffusers.training_utils import EMAModel

    torch.manual_seed(0)
    net = UNet2DModel(
        sample_size=SIZE,
        in_channels=1,
        out_channels=1,
        layers_per_block=1,
        block_out_channels=(32, 64, 128),
        down_block_types=("DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
    )

    def stepper(net):
        schedule = DDPMScheduler(num_train_timesteps=TIMES)
        optimizer = torch.optim.AdamW(net.parameters(), lr=LR, betas=(0.95, 0.999))
        average = EMAModel(
            net.parameters(), decay=0.9999, use_ema_warmup=True, inv_gamma=1.0, power=0.75
        )

        def step(x):
            noise = torch.randn(x.shape)
            times = torch.randint(0, TIMES, (len(x),))
            found = net(schedule.add_noise(2 * x - 1, noise, times), times).sample
            F.mse_loss(found.float(), noise.float()).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            average.step(net.parameters())

        return step

    return net, stepper, lambda net, x, time: net(x, time).sample


PEERS = {
    "denoising-diffusion-pytorch": ("denoising_diffusion_pytorch", lucidrains),
    "diffusers": ("diffusers", huggingface),
}


class Spoken(nn.Module):
    """A peer's network, speaking as ours do: a level, ln sigma / 4, in the place of its time."""

    def __init__(self, net, call):
        super().__init__()
        self.net, self.call = net, call

    def forward(self, x, level, labels=None):
        return self.call(self.net, x.contiguous(), (level + 2.0) * 0.25 * TIMES)


def pace(work, batch, seconds):
    """Images per second of processor time of `work`, after a warm-up."""
    work()
    began, rounds = time.process_time(), 0
    while time.process_time() - began < seconds:
        work()
        rounds += 1
    return rounds * batch / (time.process_time() - began)


def theirs(net, stepper, data, batch, seconds):
    """Of the peer's step on pictures in [0, 1], as it takes them."""
    pixels = data.grey(np.arange(20 * batch)).contiguous() * 0.5 + 0.5
    step, rng = stepper(net.train()), np.random.default_rng(0)
    return pace(lambda: step(pixels[rng.choice(len(pixels), batch)]), batch, seconds)


def ours(net, call, data, batch, seconds, precision):
    """Of our trainer, with the peer's network."""
    model = Denoiser(
        Spoken(net, call),
        data.media,
        formulation="edm",
        spread=spread_of(data),
        sampler=Sampler(),
    )
    game = DiffusionGame(model, mean=-0.5, deviation=1.2)
    settings = TrainingSettings(images=10**9, batch=batch, lr=LR, precision=precision)
    trainer = Trainer(game, data, None, settings)

    def work():
        trainer.round()
        trainer.guard()

    with trainer.working():
        return pace(work, batch, seconds)


def operations(net, call):
    """Of a training step, in millions for each example: three times those of the forward."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        call(net, torch.zeros(1, 1, SIZE, SIZE), torch.zeros(1))
    return round(3 * counter.get_total_flops() / 1e6)


def own(data, options):
    """Rate of our trainer with a network of ours."""
    torch.manual_seed(0)
    net = DenoisingUNet(1, SIZE, SIZE, features=WIDTH, blocks=1)

    def call(net, x, time):
        return net(x, time)

    each, one = operations(net, call), (data, options.batch, options.seconds)
    rates = [
        ours(copy.deepcopy(net), call, *one, precision)
        for _ in range(options.repeats)
        for precision in ("auto", "float32")
    ]
    result = {"ours": rates[::2], "ours, float32": rates[1::2]}
    result = {name: [round(rate, 1) for rate in found] for name, found in result.items()}
    parameters = sum(p.numel() for p in net.parameters())
    return result | {"parameters": parameters, "MFLOP an example": each}


def beside(build, data, options):
    """Rates of all, taking turns, and the ratios."""
    net, stepper, call = build()
    rates = {"theirs": [], "ours": [], "ours, float32": []}
    for _ in range(options.repeats):
        one = (data, options.batch, options.seconds)
        rates["theirs"].append(theirs(copy.deepcopy(net), stepper, *one))
        rates["ours"].append(ours(copy.deepcopy(net), call, *one, "auto"))
        rates["ours, float32"].append(ours(copy.deepcopy(net), call, *one, "float32"))
    result = {name: [round(rate, 1) for rate in found] for name, found in rates.items()}
    for name in ("ours", "ours, float32"):
        ratios = [a / b for a, b in zip(rates[name], rates["theirs"], strict=True)]
        result[f"ratio of {name}"] = round(statistics.median(ratios), 2)
    parameters = sum(p.numel() for p in net.parameters())
    return result | {"parameters": parameters, "MFLOP an example": operations(net, call)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each rate")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = open_data("fashion", size=str(SIZE)).split("train")
    result = {"torch": torch.__version__, "batch": options.batch, "seconds": options.seconds}
    for name in options.only:
        module, build = PEERS[name]
        if importlib.util.find_spec(module) is None:
            result[name] = "not installed"
            continue
        result[name] = beside(build, data, options)
    result["our own U-Net"] = own(data, options)
    answer(result, options.out)


if __name__ == "__main__":
    main()
