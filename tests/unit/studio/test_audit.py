"""The audit of a run's data from the page: begun, seen at work, and what it left."""

import csv
import io
import shutil

import pytest

from allegory.runs.at_work import announce
from allegory.studio import train
from studios import client_of, sentence

AT = "/api/runs/spots/audit"


@pytest.fixture(scope="module")
def audited(runs, tmp_path_factory):
    """A studio whose run has been audited, as its own process does it."""
    from allegory.runs.audit import audit

    home = tmp_path_factory.mktemp("audited")
    folder = shutil.copytree(runs, home / "runs") / "spots"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("allegory.runs.audit.FEATURE_IMAGES", 128)
        patch.setattr("allegory.runs.quick.LEAST_IMAGES", 128)
        patch.setattr("allegory.tools.plane.ROUNDS", 250)
        audit(run=folder, out=folder / "audit")
    return client_of(home / "runs")


@pytest.fixture
def fresh(runs, tmp_path, monkeypatch):
    """A studio that only notes what it would start."""
    started = []
    monkeypatch.setattr(train, "_start", lambda *words: started.append(words))
    return client_of(shutil.copytree(runs, tmp_path / "runs")), tmp_path / "runs", started


def test_an_audit_is_the_command_line_in_a_folder_of_the_run(fresh):
    client, runs, started = fresh
    assert client.get(AT).json() == {"state": "none", "said": ""}
    assert client.post(AT).status_code == 202
    out, run = runs / "spots" / "audit", runs / "spots"
    assert started == [(out, "audit", "--run", str(run), "--out", str(out))]


def test_one_that_is_at_work_is_seen_and_not_begun_twice(fresh):
    import os

    client, runs, started = fresh
    (runs / "spots" / "audit").mkdir()
    (runs / "spots" / "audit" / "log.txt").write_text("one\rallegory: laying out examples.\n")
    announce(runs / "spots" / "audit", os.getpid())
    assert client.get(AT).json() == {"state": "running", "said": "laying out examples."}
    assert "being audited already" in sentence(client.post(AT))
    (runs / "spots" / "audit" / ".trainer").unlink()
    assert client.get(AT).json()["state"] == "failed"
    assert not started


def test_the_map_tells_of_every_example_on_it(audited):
    assert audited.get(AT).json()["state"] == "done"
    found = audited.get(f"{AT}/map").json()
    m = len(found["names"])
    assert m == found["examples"] == 64
    assert len(found["places"]) == len(found["weights"]) == m
    assert all(len(colour["values"]) == m for colour in found["colours"])
    assert found["atlas"].startswith("data:image/webp;base64,")
    assert "/" not in found["source"]


def test_tables_and_the_page_are_handed_out(audited):
    for name in ("weights", "outliers"):
        answer = audited.get(f"{AT}/{name}.csv")
        assert f'filename="{name}.csv"' in answer.headers["content-disposition"]
        assert len(list(csv.DictReader(io.StringIO(answer.text)))) == 64
    page = audited.get(f"{AT}/page")
    assert page.headers["content-security-policy"].startswith("sandbox")
    assert "<h1>" in page.text


@pytest.mark.parametrize("part", ["map", "page", "weights.csv", "outliers.csv"])
def test_what_is_not_there_is_not_found(fresh, part):
    assert fresh[0].get(f"{AT}/{part}").status_code == 404


@pytest.mark.parametrize("name", ["map.json", "../run.toml", "%2e%2e%2frun", "run"])
def test_no_other_file_is_handed_out(audited, name):
    assert audited.get(f"{AT}/{name}").status_code in (404, 422)
    assert audited.get(f"{AT}/{name}.csv").status_code in (404, 422)
