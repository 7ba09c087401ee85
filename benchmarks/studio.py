"""Slider to picture: the time of 100 moves over the studio's socket, as a page makes them.

    python benchmarks/studio.py [RUN_DIR]
    python benchmarks/studio.py --hostile

The second asks 2,000 hostile requests of a server instead, and follows its memory.

Without a run: a VAE for 64x64 RGB with fresh weights, network "small", as `allegory train vae`
builds by default. A server is started as a process of its own; a move is a message with a new
code, and its time ends when all bytes of the picture are there. Beside it stands the processor
time that the server takes for a move, which other programs hardly change (Linux).
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import websockets

MOVES, WARM = 100, 10
HOSTILE, PARTS = 2_000, 8
"""Hostile requests, and after how many parts of them memory is looked at."""
WORDS = ("fresh", "..", "%2e%2e%2f", "%00", "-1", "0", "1e9", "a" * 300, "9" * 400)


def fresh(folder: Path, small: bool) -> Path:
    """A run whose model has fresh weights, since time does not depend on them; or a small one."""
    import torch

    from allegory.media import Images
    from allegory.models.build import Blueprint, build
    from allegory.models.files import save_weights, write_card
    from allegory.recipes.settings import change, write_run
    from allegory.recipes.table import recipe

    torch.manual_seed(0)
    arguments = {"latents": 32, "network": "small", "likelihood": "gaussian"}
    media, source = (Images("L", 8, 8), "digits") if small else (Images("RGB", 64, 64), "faces")
    blueprint = Blueprint("vae", media, arguments)
    path = folder / "runs" / "fresh"
    write_run(change(recipe("vae"), {"source": source}), path / "run.toml")
    write_card(path, blueprint, {"data": source})
    save_weights(path / "last.safetensors", build(blueprint))
    return path


async def moves(address: str, run: str, size: int, process: int) -> tuple[list[float], float]:
    """Seconds of each move, and those of the server's processor for one."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=size)
    seconds = []
    async with websockets.connect(f"{address}api/runs/{run}/decode") as socket:
        for n in range(WARM + MOVES):
            if n == WARM:
                before = processor(process)
            z[n % size] = rng.uniform(-3, 3)
            message = json.dumps({"n": n, "z": z.tolist()})
            begun = time.perf_counter()
            await socket.send(message)
            answer = await socket.recv()
            seconds.append(time.perf_counter() - begun)
            if isinstance(answer, str):
                raise SystemExit(answer)
    return seconds[WARM:], (processor(process) - before) / MOVES


def processor(process: int) -> float:
    """Seconds of processor time that a process has taken (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """What a process holds in memory, MB (Linux)."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def attack(address: str, rng: random.Random, routes: list[tuple[str, str]]) -> int:
    """One hostile request; the status of the answer."""
    path, method = rng.choice(routes)
    path = re.sub(r"{\w+}", lambda _: rng.choice(WORDS), path)
    bodies = [
        b"",
        b"{" * 5_000,
        rng.randbytes(2_000),
        b"0" * (1 << rng.randrange(10, 22)),
        json.dumps({"x": [[0.0] * 64] * 64, "z": [[1e300] * 32], "a": [0] * 32}).encode(),
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../x"\r\n\r\n'
        + rng.randbytes(20_000)
        + b"\r\n--x--\r\n",
    ]
    kinds = ("application/json", "multipart/form-data; boundary=x", "text/html")
    query = f"?run={rng.choice(WORDS)}&n={rng.choice(WORDS)}&seed=1&format=png"
    connection = http.client.HTTPConnection(*address.rstrip("/").split(":"), timeout=60)
    try:
        headers = {"content-type": rng.choice(kinds)}
        body = rng.choice(bodies) if method == "POST" else None
        connection.request(method, path + query, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def hostile(address: str, process: int) -> None:
    """Ask, and say what the server holds after each part of the requests."""
    rng = random.Random(0)
    with urlopen(f"http://{address}api/openapi.json") as answer:
        paths = json.load(answer)["paths"]
    routes = [
        (path, method.upper())
        for path, methods in paths.items()
        for method in methods
        # what starts a process of its own is none of the server's memory
        if (path, method) != ("/api/runs", "post") and not path.endswith(("resume", "stop"))
        if not (method == "post" and path.endswith("audit"))
    ]
    held, statuses = [memory(process)], Counter()
    for _ in range(PARTS):
        statuses.update(attack(address, rng, routes) for _ in range(HOSTILE // PARTS))
        held.append(memory(process))
    faults = sum(n for status, n in statuses.items() if status >= 500 and status != 503)
    print(
        f"{HOSTILE:,} hostile requests on {len(routes)} routes: {faults} faults, {dict(statuses)}"
    )
    print("memory in MB, before and after each part:", ", ".join(f"{mb:.0f}" for mb in held))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, nargs="?")
    parser.add_argument("--hostile", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = asked.run or fresh(Path(folder), asked.hostile)
        from allegory.runs.folder import RunFolder

        model = RunFolder(run).model()
        command = [sys.executable, "-m", "allegory.cli.main", "studio", str(run.resolve().parent)]
        server = subprocess.Popen(
            [*command, "--port", "0", "--no-browser"], stderr=subprocess.PIPE, text=True
        )
        try:
            found = re.search(r"http://(\S+)", server.stderr.readline())
            time.sleep(1)
            if asked.hostile:
                hostile(found[1], server.pid)
                return
            address = f"ws://{found[1]}"
            spent, busy = asyncio.run(moves(address, run.name, model.latent.size, server.pid))
        finally:
            server.terminate()
            server.wait()
    milliseconds = sorted(1000 * s for s in spent)
    shape = "x".join(map(str, model.media.shape))
    print(
        f"{shape}: median {statistics.median(milliseconds):.1f} ms, "
        f"95th percentile {milliseconds[int(0.95 * MOVES)]:.1f} ms over {MOVES} moves; "
        f"{1000 * busy:.1f} ms of processor time each, at load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
