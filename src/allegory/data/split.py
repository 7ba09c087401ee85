"""Train, validation and test: disjoint, seeded, with equal examples on the same side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from allegory.data.dataset import Column

__all__ = ["NAMES", "split", "together"]

NAMES = ("train", "validation", "test")


def split(
    digests: NDArray[np.uint64],
    *,
    validation: float,
    test: float,
    seed: int,
    given: Column | None = None,
) -> dict[str, NDArray[np.int64]]:
    """Cut the rows 0 ... n - 1 into "train", "validation" and "test", each sorted.

    An example's place follows from its content and the seed, not from the order of the files.
    Examples of equal content stay together. From 3 different examples on, no part whose share is
    above 0 is empty; of fewer, all go to train.

    Args:
        digests: (n,) digests of the examples' content.
        validation: share of the examples, in [0, 0.5).
        test: likewise.
        seed: another seed, another cut.
        given: the source's own splits, a category whose names are among "train", "validation" and
            "test". The parts that it has are kept as they are; those that it lacks are cut from
            its training part.
    """
    parts = {name: _given(given, name) for name in ("test", "validation")}
    taken = np.concatenate(list(parts.values()))
    pool = np.setdiff1d(np.arange(len(digests), dtype=np.int64), taken)
    mixed = _mix(digests[pool], seed)
    pool = pool[np.argsort(mixed, kind="stable")]
    _, sizes = np.unique(mixed, return_counts=True)
    wanted = {"test": test, "validation": validation}
    cut = [name for name, part in wanted.items() if part and not len(parts[name])]
    n = len(pool)
    for left, name in zip(range(len(cut), 0, -1), cut, strict=True):
        if n < len(NAMES):
            break
        chosen = _fill(sizes, max(1, round(wanted[name] * n)), left)
        inside = np.repeat(chosen, sizes)
        parts[name], pool, sizes = np.sort(pool[inside]), pool[~inside], sizes[~chosen]
    parts["train"] = np.sort(pool)
    return {name: parts[name] for name in NAMES}


def together(digests: NDArray[np.uint64], names: NDArray[np.generic]) -> NDArray[np.uint64]:
    """The digests (n,), those of several examples of one name replaced by one for all of them.

    So pieces of one file stay together, and so do files of equal pieces.
    """
    _, which, counts = np.unique(names, return_inverse=True, return_counts=True)
    if counts.max(initial=1) == 1:
        return digests
    order = np.argsort(which, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    mixed = _mix(digests[order], 0)
    # one piece keeps its digest: a file's place does not depend on how others are cut
    whole = np.where(counts == 1, digests[order][starts], np.add.reduceat(mixed, starts))
    return whole[which]


def _given(given: Column | None, name: str) -> NDArray[np.int64]:
    if given is None or name not in given.names:
        return np.empty(0, np.int64)
    return np.flatnonzero(given.values == given.names.index(name)).astype(np.int64)


def _fill(sizes: NDArray[np.int64], target: int, keep: int) -> NDArray[np.bool_]:
    """Which groups, together of about `target` examples, to take so that `keep` groups stay."""
    chosen = np.zeros(len(sizes), bool)
    fit = np.flatnonzero(sizes <= target)
    fit = fit[np.cumsum(sizes[fit]) <= target]
    if not len(fit):
        fit = np.argmin(sizes, keepdims=True)
    chosen[fit[: max(0, len(sizes) - keep)]] = True
    return chosen


def _mix(digests: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """A bijection of 64 bits that depends on the seed (the finaliser of SplitMix64)."""
    h = digests + np.random.Philox(key=seed).random_raw(1)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))
