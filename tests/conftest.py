"""What all tests share."""

import socket

import pytest
from hypothesis import settings

# no test depends on how fast the machine is
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """An empty cache of its own for every test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("ALLEGORY_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No test reaches beyond this machine."""
    connect = socket.socket.connect

    def connect_here(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert address[0] in ("127.0.0.1", "::1", "localhost"), f"a test asks for {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
