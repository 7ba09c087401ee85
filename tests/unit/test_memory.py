"""Memory that is kept is not asked for again."""

import json
import platform
import subprocess
import sys

import pytest

from allegory.training.memory import kept

CODE = """
import json, resource, torch
from allegory.training.memory import kept
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(16 * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
before = [faults() for _ in range(5)]
with kept():
    print(json.dumps([before, [faults() for _ in range(20)]]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs the GNU C library")
def test_within_it_a_freed_tensor_is_had_again_for_nothing():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True)
    before, within = json.loads(done.stdout)
    assert min(before) > 1000
    assert min(within) < 100  # not each: aligned blocks take turns at places


def test_a_fault_within_it_comes_through():
    with pytest.raises(RuntimeError, match="told"), kept():
        raise RuntimeError("told")
