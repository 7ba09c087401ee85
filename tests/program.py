"""The command line as a process of its own, which starts at once.

It is forked from a server that has imported what every command needs: a test then waits for the
command, not for seconds of imports. Processes can be killed and interrupted as any other.
"""

import multiprocessing
import os
import sys
from pathlib import Path

__all__ = ["Program"]

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["torch._dynamo", "allegory.runs.play", "allegory.report.page", "allegory.cli.train"]
)


def play(home, environment, arguments):
    """Run `allegory` with these arguments in a folder; what it prints goes to files there."""
    import torch

    from allegory.cli.main import run

    os.chdir(home)
    os.environ.update(environment)
    torch.set_num_threads(1)
    for descriptor, path in enumerate(outputs(Path(home), os.getpid()), start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = ["allegory", *arguments]
    run()


def outputs(home, pid):
    """The files of standard output and standard error."""
    return home / f".{pid}.out", home / f".{pid}.err"


class Program:
    """A running command, with the part of `subprocess.Popen` that tests need."""

    def __init__(self, home, environment, arguments):
        self.home = home
        self.process = FORKS.Process(target=play, args=(str(home), environment, arguments))
        self.process.start()

    @property
    def returncode(self):
        """The exit code, negative for a signal; None while it runs."""
        return self.process.exitcode

    def poll(self):
        """The same."""
        return self.process.exitcode

    def send_signal(self, signal):
        """Send a signal to it."""
        os.kill(self.process.pid, signal)

    def communicate(self, timeout=None):
        """What it printed on standard output and on standard error, once it has ended."""
        self.process.join(timeout)
        assert self.returncode is not None, f"it still runs after {timeout} seconds"
        return [path.read_text() for path in outputs(self.home, self.process.pid)]
