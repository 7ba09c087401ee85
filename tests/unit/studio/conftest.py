"""A run that all tests of the studio look at."""

import os

import pytest

from studios import client_of, trained


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    home = tmp_path_factory.mktemp("studio")
    # the data are packed once, beside what every single test sees
    before = os.environ.get("ALLEGORY_CACHE")
    os.environ["ALLEGORY_CACHE"] = str(home / "cache")
    trained(home / "runs")
    if before is None:
        del os.environ["ALLEGORY_CACHE"]
    else:
        os.environ["ALLEGORY_CACHE"] = before
    return home / "runs"


@pytest.fixture
def client(runs):
    with client_of(runs) as found:
        yield found
