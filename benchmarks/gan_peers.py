"""GANs on Fashion-MNIST beside PyTorch-GAN's scripts: equal time, machine and threads, one run.

python benchmarks/gan_peers.py --peer CLONE --minutes 10: each script of a clone of
github.com/eriklindernoren/PyTorch-GAN, then our recipe, trains for so long, one after the other.
10,000 samples of each are compared with the test split by our feature network. Then our trainer
plays with the scripts' own networks, for images per second at equal networks.

The scripts run as they are, with their default options, on the whole published training set
(ours keeps a part of it to choose its best weights by). Where their pictures are of another size
they are brought to that of the data by averaging areas. They draw samples in training mode, with
the statistics of each batch; samples in evaluation mode are measured too. Images are those of the
data that were seen, repeats counted; seconds are those of the loop of training. A free machine is
needed: what else runs slows the one and not the other. With --busy the processor's seconds are
counted instead of the clock's, of one thread each (ours from the start of the program): for a
machine that others use too.
"""

from __future__ import annotations

import argparse
import copy
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from allegory.api.runs import load
from allegory.data.open import open_data
from allegory.games.gan import GANGame, Penalties
from allegory.measures.fidelity import frechet_distance, kernel_distance
from allegory.media import to_bytes, to_unit
from allegory.models.gan import GAN
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.features import features_for
from allegory.runs.inputs import held_out
from allegory.training.journal import read_journal
from allegory.training.settings import TrainingSettings
from allegory.training.trainer import Trainer
from answer import answer
from peer_script import networks

SAMPLES, BATCH = 10_000, 250
SCRIPTS = ("dcgan", "wgan_gp")
GAMES = {
    "dcgan": {"loss": "non-saturating", "penalties": Penalties()},
    "wgan_gp": {"loss": "wasserstein", "penalties": Penalties(unit=10.0), "turns": 5},
}
"""What the scripts play, as games of ours."""
FEW = 6_400
"""Pictures for the scripts' images per second: to prepare all would take longer."""
SHARE = 0.95
"""Of the time, planned for our training: the rest is for its evaluations on the way."""


def script_of(peer, name):
    """The file of a script."""
    path = peer / "implementations" / name / f"{name}.py"
    if not path.is_file():
        raise SystemExit(f"there is no {path}: --peer is a clone of PyTorch-GAN.")
    return path


class Judge:
    """Compares samples with the test split, by features of the training split."""

    def __init__(self, data):
        self.features = features_for(data)  # trained here, before anything is timed
        self.real = self.features.of_data(held_out(data, SAMPLES))

    def __call__(self, x):
        """Value and 95 % interval of each distance of pictures x in [-1, 1], as 8 bits."""
        generated = self.features.of(to_unit(to_bytes(x)))[: len(self.real)]
        distances = {"frechet": frechet_distance, "kernel": kernel_distance}
        found = {name: of(self.real, generated) for name, of in distances.items()}
        ends = {name: (m.value, m.low, m.high) for name, m in found.items()}
        return {name: [round(v, 4) for v in values] for name, values in ends.items()}


def launch(script, store, seconds, options, samples=SAMPLES):
    """Run a script on pictures (n, h, w, channels) for so long: what `peer_script` keeps of it."""
    with tempfile.TemporaryDirectory() as folder:
        pictures, out = Path(folder) / "pictures.npy", Path(folder) / "out.npz"
        np.save(pictures, store)
        launcher = Path(__file__).with_name("peer_script.py")
        words = ["--seconds", seconds, "--samples", samples, "--channels", store.shape[-1]]
        words += ["--busy"] if options.busy else []
        command = [sys.executable, launcher, script, pictures, out, *words]
        environment = environment_of(options.threads)
        subprocess.run([str(word) for word in command], check=True, env=environment)
        with np.load(out) as found:
            return dict(found)


def theirs(script, data, judge, seconds, options):
    """Train by the script, and measure."""
    media = data.media
    train = np.concatenate([data.splits["train"], data.splits.get("validation", [])])
    found = launch(script, data.store[np.sort(train).astype(np.int64)], seconds, options)
    result = clocked(int(found["images"]), float(found["seconds"]))
    result["options"] = str(found["options"])
    for mode in ("training", "evaluation"):
        x = torch.from_numpy(found[mode])
        result["sample_size"] = "{}x{}".format(*x.shape[2:])
        x = F.interpolate(x, size=(media.height, media.width), mode="area")
        result[f"samples in {mode} mode"] = judge(x)
    return result


def environment_of(threads):
    return os.environ | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}


def clocked(images, seconds):
    return {
        "seconds": round(seconds, 1),
        "images": images,
        "images_per_second": round(images / seconds),
    }


def ours(data, judge, seconds, options, folder):
    """Train by the recipe for the images that are planned to take so long, and measure."""
    name = options.recipe
    run = change(recipe(name), {"source": data.name})
    per_second = pace(
        run.game.build(data), data, run.training, min(seconds / 4, 20.0), options.busy
    )
    images, out = int(SHARE * seconds * per_second), folder / name
    words = ["train", name, data.name, "--images", images, "--out", out]
    command = [sys.executable, "-m", "allegory.cli.main", *map(str, words)]
    environment = environment_of(options.threads)
    child = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    spent, late = stopped_late(child, out, seconds, options.busy)
    result = clocked(read_journal(out / "metrics.jsonl")[-1]["images"], spent)
    result |= {"planned_images": images, "stopped": late}
    model = load(out)
    x = torch.cat([model.sample(BATCH, rng=seed) for seed in range(-(-SAMPLES // BATCH))])
    return result | {"samples": judge(x[:SAMPLES])}


def stopped_late(child, out, seconds, busy):
    """Wait for the training: the seconds it took, and whether it was stopped."""
    spent, late = 0.0, False
    while child.poll() is None:
        time.sleep(0.2)
        spent = processor_seconds(child.pid, spent) if busy else clock_seconds(out, now=True)
        if not late and spent > seconds:
            child.send_signal(signal.SIGINT)
            late = True
    if child.returncode and not late:
        raise SystemExit(f"our training failed: exit code {child.returncode}.")
    return (spent if busy else clock_seconds(out)), late


def processor_seconds(pid, before):
    """What a running process has used of the processor; `before` where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return before
    used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return max(used, before)  # of one that waits to be taken note of, nothing is told


def clock_seconds(out, now=False):
    """Seconds of the loop of training by its last record, or until now; 0 before the first."""
    journal = out / "metrics.jsonl"
    records = read_journal(journal) if journal.exists() else []
    if not records or not records[-1]["images"]:
        return 0.0
    since = time.time() - journal.stat().st_mtime if now else 0.0
    return records[-1]["seconds"] + since


def pace(game, data, settings, seconds, busy):
    """Images per second of our trainer, after a warm-up."""
    clock = time.process_time if busy else time.perf_counter
    settings = settings.model_copy(update={"images": 10**9})
    trainer = Trainer(game, data.split("train"), None, settings)
    with trainer.working():
        for _ in range(10):
            trainer.round()
        began, rounds = clock(), 0
        while clock() - began < seconds:
            trainer.round()
            trainer.guard()
            rounds += 1
        return rounds * settings.batch / (clock() - began)


class Generates(nn.Module):
    """A generator of the peer's, speaking as ours do."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, z, labels=None):
        return self.net(z)


class Judges(nn.Module):
    """A discriminator of the peer's, speaking as ours do: scores (n,), without a sigmoid."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        net.model.append(nn.Flatten())  # its views want this of what lies channels last
        if hasattr(net, "adv_layer"):
            net.adv_layer[-1] = nn.Identity()

    def forward(self, x, labels=None):
        return self.net(x.contiguous()).squeeze(1)


def same_networks(script, seconds, options):
    """Images per second of the script and of our trainer with its networks, batch and rates.

    They take turns; ours computes as it would by default, and in float32 as the script does.
    """
    torch.manual_seed(0)
    whole = open_data(options.data)
    generator, discriminator, opt = networks(script, ["--channels", str(whole.media.shape[0])])
    data = open_data(options.data, size=str(opt.img_size))
    nets = Generates(generator), Judges(discriminator)
    model = GAN(*nets, opt.latent_dim, data.media, paired=False)
    rates = {"theirs": [], "ours": [], "ours, float32": []}
    for _ in range(options.repeats):
        found = launch(script, whole.store[:FEW], seconds, options, samples=1)
        rates["theirs"].append(float(found["images"] / found["seconds"]))
        for name, precision in (("ours", "auto"), ("ours, float32", "float32")):
            settings = TrainingSettings(
                batch=opt.batch_size, lr=opt.lr, beta1=opt.b1, beta2=opt.b2, precision=precision
            )
            game = GANGame(copy.deepcopy(model), **GAMES[script.stem])
            rates[name].append(pace(game, data, settings, seconds, options.busy))
    result = {name: [round(rate) for rate in found] for name, found in rates.items()}
    for name in ("ours", "ours, float32"):
        ratios = [a / b for a, b in zip(rates[name], rates["theirs"], strict=True)]
        result[f"ratio of {name}"] = round(statistics.median(ratios), 2)
    return result | {"size": opt.img_size, "batch": opt.batch_size}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="a clone of PyTorch-GAN")
    parser.add_argument("--data", default="fashion", help="a source, or a path")
    parser.add_argument("--minutes", type=float, default=10.0, help="of training, each")
    parser.add_argument("--recipe", default="gan")
    parser.add_argument("--only", nargs="+", choices=[*SCRIPTS, "ours"])
    parser.add_argument("--same-networks", action="store_true", help="nothing but that part")
    parser.add_argument("--repeats", type=int, default=3, help="of that part")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--busy", action="store_true", help="seconds of the processor, one thread")
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    options.threads = 1 if options.busy else options.threads
    torch.set_num_threads(options.threads)
    seconds = 60 * options.minutes
    data = open_data(options.data)
    chosen = options.only or [*SCRIPTS, "ours"]
    scripts = [script_of(options.peer, name) for name in SCRIPTS if name in chosen]
    result = {
        "data": data.name,
        "torch": torch.__version__,
        "threads": options.threads,
        "minutes": options.minutes,
        "minutes_of": "the processor, one thread" if options.busy else "the clock",
    }
    if not options.same_networks:
        judge, found = Judge(data), {}
        for script in scripts:
            found[script.stem] = theirs(script, data, judge, seconds, options)
        if "ours" in chosen:
            with tempfile.TemporaryDirectory() as folder:
                found[f"ours: {options.recipe}"] = ours(
                    data, judge, seconds, options, Path(folder)
                )
        result["systems"] = found
    short = min(seconds / 4, 20.0)
    result["same_networks"] = {
        script.stem: same_networks(script, short, options) for script in scripts
    }
    answer(result, options.out)


if __name__ == "__main__":
    main()
