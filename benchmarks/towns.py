"""How near the answers of a run on `towns`, with pairs or without, come to the true partners.

Prints one JSON object: of held-out towns, each way, how far answers are from the partners, and how
far the partner of another town is, for scale.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from allegory.data.open import open_data
from allegory.measures.estimate import estimate
from allegory.measures.translation import NEARNESS
from allegory.report.sheets import sheet, write_picture
from allegory.runs.folder import RunFolder
from allegory.tools.translate import translate
from answer import answer

SHOWN = 8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("--sheet", type=Path, help="write what is translated, made and true here")
    parser.add_argument("--out", type=Path, help="write the result here too")
    options = parser.parse_args()
    folder = RunFolder(options.run)
    pairs = open_data("towns", pairing="matched", size=folder.run().data.size)
    test = pairs.split("test")
    halves = pairs.media.halves(test.take(np.arange(len(test))))
    model, result, rows = folder.model(), {"towns": len(test)}, []
    for name, x, y in zip(pairs.media.names[::-1], halves, halves[::-1], strict=True):
        if name not in model.targets:
            continue
        made = translate(model, x, name)
        for label, distance in NEARNESS.values():
            found = estimate(distance(made, y))
            ends = [round(end, 4) for end in (found.mean, found.low, found.high)]
            result[f"{name}: {label}"] = ends
            other = distance(y.roll(1, 0), y).mean()
            result[f"{name} of another town: {label}"] = round(float(other), 4)
        rows += [side[:SHOWN] for side in (x, made, y)]
    if options.sheet:
        write_picture(sheet(torch.cat(rows), SHOWN), options.sheet)
    answer(result, options.out)


if __name__ == "__main__":
    main()
