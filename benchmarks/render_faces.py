"""How many faces the built-in renderer makes in a second, on one thread and on all."""

import argparse
import os
import time

import numpy as np

from allegory.data.sources.faces import draw, render


def main() -> None:
    """Print pictures per second (wall clock, the better of two runs) for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=64, help="side length in pixels")
    parser.add_argument("-n", type=int, default=512, help="pictures to make")
    options = parser.parse_args()
    for kind in ("faces", "objects"):
        table = draw(np.arange(options.n), kind=kind)
        for threads in (1, os.cpu_count()):
            seconds = []
            for _ in range(2):
                start = time.perf_counter()
                render(table, height=options.size, width=options.size, kind=kind, threads=threads)
                seconds.append(time.perf_counter() - start)
            rate = options.n / min(seconds)
            print(f"{kind} {options.size}x{options.size}, {threads} threads: {rate:.0f}/s")


if __name__ == "__main__":
    main()
