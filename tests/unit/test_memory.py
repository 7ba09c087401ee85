"""Memory that is kept is not asked for again."""

import platform

import pytest
import torch

from allegory.training.memory import kept


def faults():
    """Pages that a large tensor makes the system find."""
    import resource  # not on all systems

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(16 * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs the GNU C library")
def test_a_freed_tensor_is_had_again_for_nothing_within_it_and_not_after_it():
    # not at every call: blocks take turns at places
    with kept():
        assert min(faults() for _ in range(20)) < 100
    assert min(faults() for _ in range(5)) > 1000


def test_a_fault_within_it_comes_through():
    with pytest.raises(RuntimeError, match="told"), kept():
        raise RuntimeError("told")
