"""Slider to picture: the time of 100 moves over the studio's socket, as a page makes them.

    python benchmarks/studio.py [RUN_DIR]

Without a run: a VAE for 64x64 RGB with fresh weights, network "small", as `allegory train vae`
builds by default. A server is started as a process of its own; a move is a message with a new
code, and its time ends when all bytes of the picture are there.
"""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import websockets

MOVES, WARM = 100, 10


def fresh(folder: Path) -> Path:
    """A run whose model has fresh weights, since time does not depend on them."""
    import torch

    from allegory.media import Images
    from allegory.models.build import Blueprint, build
    from allegory.models.files import save_weights, write_card
    from allegory.recipes.settings import write_run
    from allegory.recipes.table import recipe

    torch.manual_seed(0)
    arguments = {"latents": 32, "network": "small", "likelihood": "gaussian"}
    blueprint = Blueprint("vae", Images("RGB", 64, 64), arguments)
    path = folder / "fresh"
    write_run(recipe("vae"), path / "run.toml")
    write_card(path, blueprint, {"data": "faces"})
    save_weights(path / "last.safetensors", build(blueprint))
    return path


async def moves(address: str, run: str, size: int) -> list[float]:
    """Seconds of each move."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=size)
    seconds = []
    async with websockets.connect(f"{address}api/runs/{run}/decode") as socket:
        for n in range(WARM + MOVES):
            z[n % size] = rng.uniform(-3, 3)
            message = json.dumps({"n": n, "z": z.tolist()})
            begun = time.perf_counter()
            await socket.send(message)
            answer = await socket.recv()
            seconds.append(time.perf_counter() - begun)
            if isinstance(answer, str):
                raise SystemExit(answer)
    return seconds[WARM:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, nargs="?")
    given = parser.parse_args().run
    with tempfile.TemporaryDirectory() as folder:
        run = given or fresh(Path(folder))
        from allegory.runs.folder import RunFolder

        model = RunFolder(run).model()
        command = [sys.executable, "-m", "allegory.cli.main", "studio", str(run.resolve().parent)]
        server = subprocess.Popen(
            [*command, "--port", "0", "--no-browser"], stderr=subprocess.PIPE, text=True
        )
        try:
            found = re.search(r"http://(\S+)", server.stderr.readline())
            time.sleep(1)
            spent = asyncio.run(moves(f"ws://{found[1]}", run.name, model.latent.size))
        finally:
            server.terminate()
            server.wait()
    milliseconds = sorted(1000 * s for s in spent)
    shape = "x".join(map(str, model.media.shape))
    print(
        f"{shape}: median {statistics.median(milliseconds):.1f} ms, "
        f"95th percentile {milliseconds[int(0.95 * MOVES)]:.1f} ms over {MOVES} moves"
    )


if __name__ == "__main__":
    main()
