"""How many faces the built-in renderer makes in a second, on one thread and on all cores."""

import argparse
import os
import time

import numpy as np

from allegory.data.sources.faces import draw, render
from allegory.data.sources.faces.workers import render_range


def main() -> None:
    """Print pictures per second (wall clock, the better of two runs) for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=64, help="side length in pixels")
    parser.add_argument("-n", type=int, default=1536, help="pictures to make")
    options = parser.parse_args()
    size = {"height": options.size, "width": options.size}
    for kind in ("faces", "objects"):
        table = draw(np.arange(options.n), kind=kind)

        def alone() -> None:
            render(table, **size, kind=kind, threads=1)  # noqa: B023

        def together() -> None:
            for _ in render_range(options.n, seed=0, factors={}, **size, kind=kind):  # noqa: B023
                pass

        for name, job in (("one thread", alone), (f"{os.cpu_count()} processes", together)):
            seconds = []
            for _ in range(2):
                start = time.perf_counter()
                job()
                seconds.append(time.perf_counter() - start)
            rate = options.n / min(seconds)
            print(f"{kind} {options.size}x{options.size}, {name}: {rate:.0f}/s")


if __name__ == "__main__":
    main()
