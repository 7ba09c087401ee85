"""Runs as the studio tells of them."""

import json
import shutil

import pytest

from allegory.errors import UserError
from allegory.runs.at_work import announce, at_work, coming, worker
from allegory.studio.app import Studio
from allegory.studio.shelf import Shelf
from allegory.studio.sources import offers, source_of
from allegory.studio.state import judge
from studios import client_of, sentence


def test_a_run_is_told_as_it_lies_in_its_folder(client):
    [run] = client.get("/api/runs").json()
    assert (run["id"], run["state"], run["images"], run["total"]) == ("spots", "done", 160, 160)
    assert run["data"].startswith("spots")
    assert "/" not in run["data"]
    details = client.get("/api/runs/spots").json()
    assert details["tabs"] == ["explore", "quiz", "audit"]
    assert details["curves"]["held_out"][-1][0] == 160
    sheet = client.get(f"/api/runs/spots/previews/{details['previews'][-1]}")
    assert sheet.content.startswith(b"\x89PNG")


def test_an_empty_folder_has_no_runs(tmp_path):
    assert client_of(tmp_path / "nothing").get("/api/runs").json() == []


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2fruns%2fspots", "spots%00", "nothing"])
def test_only_ids_of_the_list_are_runs(client, name):
    assert client.get(f"/api/runs/{name}").status_code in (400, 404)
    assert client.get(f"/api/runs/{name}/report").status_code in (400, 404)


def test_one_run_alone_can_be_shown(runs, tmp_path):
    both = shutil.copytree(runs, tmp_path / "runs")
    shutil.copytree(both / "spots", both / "other")
    client = client_of(both, only="other")
    assert [run["id"] for run in client.get("/api/runs").json()] == ["other"]
    assert client.get("/api/runs/spots").status_code == 400


def test_a_damaged_run_is_told_and_hides_no_other(runs, tmp_path):
    both = shutil.copytree(runs, tmp_path / "runs")
    shutil.copytree(both / "spots", both / "torn")
    (both / "torn" / "run.toml").write_text("recipe = ")
    found = {run["id"]: run for run in client_of(both).get("/api/runs").json()}
    assert found["torn"]["state"] == "unreadable"
    assert found["spots"]["state"] == "done"


def test_why_a_model_cannot_be_opened_is_told_without_its_path(runs, tmp_path):
    both = shutil.copytree(runs, tmp_path / "runs")
    (both / "spots" / "best.safetensors").write_bytes(b"torn")
    found = client_of(both).get("/api/runs/spots").json()
    assert found["tabs"] == []
    assert "weights" in found["fault"]
    assert str(tmp_path) not in found["fault"]


@pytest.mark.parametrize(
    ("held_out", "said"), [(("kl", "total"), ""), (("far", "total"), "far"), ((), "")]
)
def test_what_judges_held_out_examples_is_told_where_it_is_not_the_loss(held_out, said):
    records = [{"train": {"kl": 1.0, "total": 1.0}}]
    if held_out:
        records.append({"held_out": dict.fromkeys(held_out, 1.0)})
    assert judge(records) == said


def test_what_takes_a_while_is_looked_for_once_for_each_state_of_a_model(tmp_path, monkeypatch):
    models = {}
    monkeypatch.setattr(Shelf, "model", lambda _, name: models.setdefault(name, object()))
    studio, looked = Studio(Shelf(tmp_path), ()), []

    def look(model):
        looked.append(model)
        return len(looked)

    assert [studio.once("a", "space", look) for _ in range(3)] == [1, 1, 1]
    assert studio.once("a", "examples", look) == 2
    models["a"] = object()
    assert studio.once("a", "space", look) == 3
    for k in range(50):
        studio.once(str(k), "space", look)
    assert len(studio.looked) < 50


def test_mistakes_are_sentences(client):
    asked = {"recipe": "vae", "source": "/etc/passwd"}
    assert "unknown source" in sentence(client.post("/api/runs", json=asked))
    asked = {"recipe": "vea", "source": "faces"}
    assert "did you mean 'vae'" in sentence(client.post("/api/runs", json=asked))
    asked = {"recipe": "vae", "source": "faces", "fields": {"lr": 7}}
    assert "lr" in sentence(client.post("/api/runs", json=asked))
    assert client.post("/api/runs", content=b"{").status_code == 422
    assert "not being trained" in sentence(client.post("/api/runs/spots/stop"))


def test_a_service_of_one_run_has_neither_pages_nor_training(runs):
    client = client_of(runs, pages=False, only="spots")
    assert client.get("/").status_code == 404
    assert client.post("/api/runs", json={"recipe": "vae", "source": "ring"}).status_code == 405
    assert client.get("/api/runs/spots").status_code == 200


def test_every_part_that_the_page_names_is_there(client):
    from importlib.resources import files

    for file in files("allegory.studio").joinpath("pages").iterdir():
        if file.name.endswith((".js", ".html", ".css")):
            words = file.read_text(encoding="utf-8").replace("'", '"').split('"')
            named = [w.rpartition("/")[2] for w in words if w.startswith(("./", "/part/"))]
            for name in named:
                assert client.get(f"/part/{name}").status_code == 200, name
            assert "http://" not in " ".join(words).replace("http://www.w3.org/2000/svg", "")
            assert "https://" not in " ".join(words)


def test_own_data_are_offered_by_name(tmp_path):
    for folder in ("a/cats", "b/cats", "b/faces"):
        (tmp_path / folder).mkdir(parents=True)
    known = offers([tmp_path / "a/cats", tmp_path / "b/cats", tmp_path / "b/faces"])
    assert [offer.id for offer in known][:3] == ["cats", "cats-2", "faces-2"]
    assert source_of(known, "cats-2") == str(tmp_path / "b/cats")
    with pytest.raises(UserError, match="no such file"):
        offers([tmp_path / "dogs"])


def test_who_trains_is_told_by_the_folder(tmp_path):
    assert worker(tmp_path) is None
    with at_work(tmp_path):
        import os

        assert worker(tmp_path) == os.getpid()
        with pytest.raises(UserError, match="already"), at_work(tmp_path):
            pass
        assert worker(tmp_path) == os.getpid()
    assert worker(tmp_path) is None


def test_who_was_announced_and_died_is_not_coming(tmp_path):
    import os

    announce(tmp_path, os.getpid())
    assert coming(tmp_path) == os.getpid()
    assert worker(tmp_path) is None
    announce(tmp_path, 2**22 + 1)
    assert coming(tmp_path) is None


def test_a_model_is_read_again_when_its_weights_are_new(runs, tmp_path):
    folder = shutil.copytree(runs, tmp_path / "runs")
    shelf = Shelf(folder)
    first = shelf.model("spots")
    assert shelf.model("spots") is first
    weights = folder / "spots" / "last.safetensors"
    weights.write_bytes(weights.read_bytes())
    assert shelf.model("spots") is not first


def test_tabs_are_those_of_what_a_model_can_do(runs, monkeypatch):
    from allegory.studio import tabs

    shelf = Shelf(runs)
    assert tabs.tabs_of(shelf, "spots").names == ("explore", "quiz", "audit")
    monkeypatch.setattr(tabs, "tools_for", lambda _: ("sample", "watch"))
    assert tabs.tabs_of(shelf, "spots").names == ("quiz",)
    monkeypatch.setattr(tabs, "tools_for", lambda _: ("traverse",))
    assert tabs.tabs_of(shelf, "spots").names == ("explore",)
    monkeypatch.setattr(tabs, "without_ways", lambda _: "its code is noise")
    assert tabs.tabs_of(shelf, "spots").names == ()


def test_the_openapi_document_is_complete(client):
    document = client.get("/api/openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods.values():
            assert method.get("description"), path
    json.dumps(document, allow_nan=False)
