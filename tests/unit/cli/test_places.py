"""Places that are not as they must be are told before torch is imported."""

import json
import subprocess
import sys

MISTAKES = {
    "train vae here/nothing": "no such file or folder",
    "train vae fces": "did you mean 'faces'",
    "train vae faces --out here": "already holds a run",
    "train vae faces --betta 2": "did you mean '--beta'",
    "sweep vae here/nothing --seeds 2": "no such file or folder",
    "sample nothing": "there is no folder nothing",
    "sample here/empty": "is not the folder of a run",
    "evaluate nothing": "there is no folder nothing",
    "evaluate here nothing.npz": "no such file",
    "evaluate here --measure fidelty": "did you mean 'fidelity'",
    "compare here nothing": "there is no folder nothing",
    "report nothing": "there is no folder nothing",
    "translate nothing own.png": "there is no folder nothing",
    "translate here own.png": "no such file or folder: own.png",
    "resume nothing": "there is no folder nothing",
    "traverse nothing": "there is no folder nothing",
    "audit --run nothing": "there is no folder nothing",
}

PROGRAM = """
import contextlib, io, json, sys
from allegory.cli.main import main
told = {}
for line in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        code = main(line.split())
    told[line] = [code, "torch" in sys.modules, said.getvalue()]
print(json.dumps(told))
"""


def test_a_place_that_is_not_as_it_must_be_is_told_before_torch_is_imported(tmp_path):
    (tmp_path / "here" / "empty").mkdir(parents=True)
    (tmp_path / "here" / "run.toml").touch()
    words = [sys.executable, "-c", PROGRAM, json.dumps(list(MISTAKES))]
    out = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    for line, (code, heavy, said) in json.loads(out).items():
        assert code == 2, line
        assert not heavy, line
        assert MISTAKES[line] in said, line
