"""Training throughput of pix2pix and CycleGAN beside PyTorch-GAN's scripts, in one run.

python benchmarks/translation_peers.py --peer CLONE: each script of a clone of
github.com/eriklindernoren/PyTorch-GAN and our trainer, with the script's own networks, batch, size
and rates, take turns on the same drawn towns. Images per second are those of the loop of training,
after its first step.

The scripts run as they are. Their data set is replaced by pictures that lie in memory, converted
once, which is to their advantage; pictures of samples are not written. pix2pix's generator halves
256 pixels eight times, so that its size can't be less. Their norms are computed on the usual
layout in ours (`--norms theirs` leaves them as they are): the function is the same. With --busy
the processor's seconds are counted instead of the clock's, of one thread each: for a machine that
others use too.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock, patch

import torch
import torch._dynamo  # a script's optimiser imports it, which can't be undone and done again
from torch import nn

from allegory.data.open import open_data
from allegory.games.cyclegan import CycleGANGame
from allegory.games.pix2pix import Pix2PixGame
from allegory.models.translation import CycleGAN, Pix2Pix
from allegory.training.settings import TrainingSettings
from allegory.training.trainer import Trainer
from answer import answer
from peer_script import Built, Clock, TimeUp

FEW = 32
"""Towns: no step depends on how many there are."""
SIZES = {"pix2pix": 256, "cyclegan": 64}


class InMemory(torch.utils.data.Dataset):
    """What the script's `ImageDataset` is to it; it ends the script in time."""

    def __init__(self, pairs, clock):
        self.pairs, self.clock = pairs, clock

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        self.clock.tick()
        return {"A": self.pairs[index, :3], "B": self.pairs[index, 3:]}


def module_of(path, name):
    """A file of the script's folder as a module."""
    module = ModuleType(name)
    exec(compile(path.read_text(), str(path), "exec"), vars(module))
    return module


def run(script, options, dataset):
    """Run the script until `dataset` ends it: its names."""
    data = ModuleType("datasets")
    data.ImageDataset, data.Image = (lambda *_, **__: dataset()), MagicMock()
    torchvision = MagicMock()
    torchvision.utils.make_grid = lambda x, **_: x
    modules = {
        "torchvision": torchvision,
        "torchvision.transforms": torchvision.transforms,
        "torchvision.utils": torchvision.utils,
        "datasets": data,
    }
    names = {"__name__": "__main__", "__file__": str(script)}
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(sys.modules, modules),
        patch.object(sys, "argv", [str(script), *options]),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.chdir(folder),
    ):
        for name in ("models", "utils"):
            path = script.with_name(f"{name}.py")
            if path.is_file():
                sys.modules[name] = module_of(path, name)
        with contextlib.suppress(TimeUp, Built):
            exec(compile(script.read_text(), str(script), "exec"), names)
    return names


class Timed(Clock):
    """Begins to count after the first step."""

    def tick(self):
        if self.began is None:
            self.began = 0.0
            return
        self.began = self.began or self.now()
        if self.seconds() >= self.limit:
            raise TimeUp
        self.seen += 1


class Alone(nn.Module):
    """A network of the script's that takes what ours take."""

    def __init__(self, net, *, split=False):
        super().__init__()
        self.net, self.split = net, split

    def forward(self, x, uniform=None):
        y = self.net(*x.chunk(2, dim=1)) if self.split else self.net(x)
        return y.float()


class UsualLayout(nn.InstanceNorm2d):
    """The same norm, on channels that lie first."""

    def forward(self, x):
        return super().forward(x.contiguous())


def laid_out(net):
    """The network with norms that see the usual layout."""
    for parent in list(net.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.InstanceNorm2d:
                setattr(parent, name, UsualLayout(child.num_features))
    return net


def game_of(name, nets, media):
    """What the script plays, as a game of ours."""
    if name == "pix2pix":
        model = Pix2Pix(Alone(nets["generator"]), media, reverse=False)
        critic = Alone(nets["discriminator"], split=True)
        return Pix2PixGame(model, critic, l1=100.0, adversarial=1.0)
    model = CycleGAN(Alone(nets["G_AB"]), Alone(nets["G_BA"]), media)
    critics = Alone(nets["D_A"]), Alone(nets["D_B"])
    return CycleGANGame(model, *critics, cycle=10.0, identity=0.5, pool=50)


def theirs(script, words, pairs, seconds, now):
    """Images per second of the script."""
    clock = Timed(seconds, now)
    run(script, words, lambda: InMemory(pairs, clock))
    return clock.seen / clock.seconds()


def ours(game, data, settings, seconds, now):
    """Images per second of our trainer, after its first step."""
    trainer = Trainer(game, data, None, settings)
    with trainer.working():
        trainer.round()
        began, rounds = now(), 0
        while now() - began < seconds:
            trainer.round()
            trainer.guard()
            rounds += 1
        return rounds * settings.batch / (now() - began)


def measured(name, script, options):
    """Images per second, and their ratios."""
    size, now = SIZES[name], time.process_time if options.busy else time.perf_counter
    data = open_data("towns", examples=FEW, size=str(size), pairing="matched")
    pairs = data.take(range(len(data)))
    words = ["--img_height", str(size), "--img_width", str(size), "--batch_size"]
    words += [str(options.batch), "--n_cpu", "0", "--sample_interval", "1000000000"]

    def built():
        raise Built

    torch.manual_seed(0)
    names = run(script, words, built)
    opt = names["opt"]
    wanted = ("generator", "discriminator", "G_AB", "G_BA", "D_A", "D_B")
    nets = {key: names[key] for key in wanted if key in names}
    if options.norms == "ours":
        nets = {key: laid_out(net) for key, net in nets.items()}
    rates = {"theirs": [], "ours": [], "ours, float32": []}
    for _ in range(options.repeats):
        rates["theirs"].append(theirs(script, words, pairs, options.seconds, now))
        for way, precision in (("ours", "auto"), ("ours, float32", "float32")):
            settings = TrainingSettings(
                images=10**9,
                batch=opt.batch_size,
                lr=opt.lr,
                beta1=opt.b1,
                beta2=opt.b2,
                precision=precision,
            )
            game = game_of(name, copy.deepcopy(nets), data.media)
            rates[way].append(ours(game, data, settings, options.seconds, now))
    result = {way: [round(rate, 3) for rate in found] for way, found in rates.items()}
    for way in ("ours", "ours, float32"):
        ratios = [a / b for a, b in zip(rates[way], rates["theirs"], strict=True)]
        result[f"ratio of {way}"] = round(statistics.median(ratios), 2)
    return result | {"size": size, "batch": opt.batch_size}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="a clone of PyTorch-GAN")
    parser.add_argument("--only", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--seconds", type=float, default=60.0, help="of each, each time")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1, help="the scripts' default is 1")
    parser.add_argument("--norms", choices=["ours", "theirs"], default="ours")
    parser.add_argument("--busy", action="store_true", help="seconds of the processor, one thread")
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    if options.busy:
        torch.set_num_threads(1)
    result = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    for name in options.only:
        script = options.peer.resolve() / "implementations" / name / f"{name}.py"
        if not script.is_file():
            raise SystemExit(f"there is no {script}: --peer is a clone of PyTorch-GAN.")
        result[name] = measured(name, script, options)
        print(json.dumps({name: result[name]}), file=sys.stderr)
    answer(result, options.out)


if __name__ == "__main__":
    main()
