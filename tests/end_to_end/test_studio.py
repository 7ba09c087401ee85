"""The studio as a process: training outlives it, and a browser sees it."""

import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest


class Server:
    """A studio that runs."""

    def __init__(self, runs, *options):
        command = [sys.executable, "-m", "allegory.cli.main", "studio", str(runs)]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--no-browser", *options],
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stderr.readline()
        self.address = re.search(r"http://\S+?/", line)[0]
        self.client = httpx.Client(base_url=f"{self.address}api/", timeout=60)
        self.until(lambda: self.client.get("runs").status_code == 200)

    def until(self, found, tries=600):
        for _ in range(tries):
            try:
                if answer := found():
                    return answer
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("it never came to be")

    def run(self, name):
        return self.client.get(f"runs/{name}").json()

    def end(self, how=signal.SIGKILL):
        self.client.close()
        self.process.send_signal(how)
        self.process.wait()
        self.process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="sessions are of POSIX systems")
def test_training_outlives_the_server(tmp_path):
    runs = tmp_path / "runs"
    first = Server(runs)
    fields = {"images": 10**8, "network": "tiny", "evaluations": 10**5, "device": "cpu"}
    asked = {"recipe": "vae", "source": "ring", "fields": fields}
    answer = first.client.post("runs", json=asked)
    assert answer.status_code == 201, answer.text
    name = answer.json()["id"]
    first.until(lambda: first.run(name)["state"] == "training")
    first.end(signal.SIGKILL)

    second = Server(runs)
    found = second.run(name)
    assert found["state"] == "training"
    again = second.client.post(f"runs/{name}/resume", json={})
    assert "already" in again.json()["error"]
    pictured = len(found["previews"])
    second.until(lambda: len(second.run(name)["previews"]) > pictured)
    assert second.client.post(f"runs/{name}/stop").status_code == 202
    second.until(lambda: second.run(name)["state"] == "stopped")
    assert list((runs / name / "checkpoints").iterdir())
    second.end(signal.SIGINT)
