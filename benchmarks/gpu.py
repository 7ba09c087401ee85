"""What a GPU makes of it: throughput in each precision, compiled or not, exactness, and a run.

Of a VAE and of a diffusion model, and how fast the latter samples.

Prints one JSON object, and with --out writes it. Without a GPU, --device cpu tries the
script itself with a few images.
"""

import argparse
import json
import tempfile
import time
from itertools import product
from pathlib import Path

import torch

from allegory.data.open import open_data
from allegory.recipes.settings import change
from allegory.recipes.table import recipe
from allegory.runs.evaluate import evaluate
from allegory.runs.folder import RunFolder
from allegory.runs.measuring.subject import Options
from allegory.runs.play import begin
from allegory.training.settings import TrainingSettings
from allegory.training.trainer import Trainer
from answer import answer


def trainer_for(data, device, name="vae", **fields):
    """Of a recipe with its base network."""
    torch.manual_seed(0)
    game = change(recipe(name), {"network": "base"}).game.build(data)
    settings = TrainingSettings(images=10**9, device=device, **fields)
    return Trainer(game, data, None, settings)


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def throughput(data, device, rounds, name, **fields):
    """Examples per second after a warm-up, and the most memory used."""
    trainer = trainer_for(data, device, name, **fields)
    for _ in range(3):
        trainer.round()
    wait(device)
    began = time.perf_counter()
    for _ in range(rounds):
        trainer.round()
    wait(device)
    rate = rounds * trainer.settings.batch / (time.perf_counter() - began)
    memory = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else 0
    return {"recipe": name, **fields, "images_per_second": round(rate), "peak_mb": round(memory)}


@torch.inference_mode()
def sampling(data, device, batch):
    """Samples per second of an untrained diffusion model, by its own sampler."""
    model = trainer_for(data, device, "diffusion-64", batch=2).average.model
    model.sample(batch, rng=0)
    wait(device)
    began = time.perf_counter()
    model.sample(batch, rng=0)
    wait(device)
    steps, rate = model.sampler.steps, batch / (time.perf_counter() - began)
    return {"batch": batch, "steps": steps, "samples_per_second": round(rate)}


def resume_difference(data, device):
    """Largest difference of a weight between a run and the same run broken off and resumed."""
    whole = trainer_for(data, device, batch=16)
    broken = trainer_for(data, device, batch=16)
    for _ in range(20):
        whole.round()
    for _ in range(9):
        broken.round()
    state = broken.state()
    again = trainer_for(data, device, batch=16)
    again.restore(state)
    for _ in range(11):
        again.round()
    pairs = zip(whole.game.parameters(), again.game.parameters(), strict=True)
    return max(float((a - b).detach().abs().max()) for a, b in pairs)


def run_64(data, device, images):
    """A whole run at 64x64, and its held-out scores."""
    run = change(
        recipe("vae"), {"source": "faces", "images": images, "device": device, "batch": 256}
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        trained = begin(run, RunFolder(Path(folder) / "run"), data)
        seconds = time.perf_counter() - began
        measures, options = ["reconstruction", "density"], Options(examples=500, draws=16)
        scores = evaluate(trained.model(), data, measures=measures, options=options).scores
    return {"images": images, "seconds": round(seconds, 1), "scores": scores}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--recipes", nargs="+", default=["vae", "diffusion-64"])
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 512, 2048])
    parser.add_argument("--examples", type=int, default=4_000, help="faces to render")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    data = open_data("faces", examples=options.examples)
    train, rates = data.split("train"), []
    compiled = (False, True) if options.device == "cuda" else (False,)
    ways = product(options.recipes, options.batches, ("float32", "bfloat16"), compiled)
    for recipe_name, batch, precision, compile_ in ways:
        fields = {"batch": batch, "precision": precision, "compile": compile_}
        rates.append(throughput(train, options.device, options.rounds, recipe_name, **fields))
        print(json.dumps(rates[-1]), flush=True)
    name = torch.cuda.get_device_name() if options.device == "cuda" else "processor"
    result = {
        "device": name,
        "torch": torch.__version__,
        "throughput": rates,
        "sampling": sampling(train, options.device, max(options.batches)),
        "resume_difference": resume_difference(train, options.device),
        "run_64": run_64(data, options.device, options.images),
    }
    answer(result, options.out)


if __name__ == "__main__":
    main()
