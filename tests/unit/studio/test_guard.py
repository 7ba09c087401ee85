"""Who may speak to the studio."""

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from allegory.errors import UserError
from allegory.studio.guard import HEADERS, Guard, Rules
from allegory.studio.serve import require_token
from studios import HOME, client_of, sentence

TOKEN = "0123456789abcdef-secret"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[::1", "", "10.0.0.1"]
)
def test_a_name_that_is_not_this_machine_is_refused(client, host):
    answer = client.get("/api/runs", headers={"host": host})
    assert answer.status_code == 403
    sentence(answer)


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765"])
def test_this_machine_is_heard(client, host):
    assert client.get("/api/runs", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9", "http://["]
)
def test_another_sites_page_is_refused(client, origin):
    answer = client.post("/api/runs/spots/stop", headers={"origin": origin})
    assert answer.status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/api/runs/spots/decode", headers={"origin": origin}),
    ):
        pass


def test_a_picture_in_another_sites_page_is_refused(client):
    asked = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert client.get("/api/runs", headers=asked).status_code == 403
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=followed).status_code == 200


def test_every_route_asks_for_the_token(runs):
    closed = client_of(runs, token=TOKEN, shown=False)
    paths = ["/", "/part/app.js", "/api/openapi.json", *closed.app.openapi()["paths"]]
    for path in [*paths, "/nothing"]:
        assert closed.get(path).status_code == 401, path
    with (
        pytest.raises(WebSocketDisconnect),
        closed.websocket_connect("/api/runs/spots/decode"),
    ):
        pass


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_a_wrong_token_is_refused(runs, token):
    closed = client_of(runs, token=TOKEN, shown=False)
    assert closed.get("/api/runs", params={"token": token}).status_code == 401
    if token.isascii():
        shown = {"cookie": f"allegory_token={token}"}
        assert closed.get("/api/runs", headers=shown).status_code == 401


def test_the_token_goes_from_the_address_into_a_cookie(runs):
    closed = client_of(runs, token=TOKEN, shown=False)
    answer = closed.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert TOKEN not in answer.headers["location"]
    assert closed.get("/api/runs").status_code == 200


def test_every_answer_has_the_headers_of_safety(client):
    for path in ("/", "/api/runs", "/nothing", "/part/app.js"):
        found = client.get(path).headers
        for name, value in HEADERS.items():
            assert found[name] == value
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_a_runs_page_is_a_stranger_to_the_studio(client):
    found = client.get("/api/runs/spots/report").headers["content-security-policy"]
    assert found.startswith("sandbox")
    assert "allow-same-origin" not in found


def test_no_more_is_read_than_the_bound():
    app = FastAPI()

    @app.post("/")
    async def length(body: dict) -> int:
        return len(body)

    app.add_middleware(Guard, rules=Rules(most_bytes=1000))
    client = TestClient(app, base_url=HOME)
    assert client.post("/", json={}).status_code == 200
    assert client.post("/", content=b"x" * 1001).status_code == 413
    chunks = (b"x" * 100 for _ in range(1000))  # whose length is not told
    assert client.post("/", content=chunks).status_code in (400, 413)


def test_the_open_socket_is_for_this_machine():
    app = FastAPI()

    @app.websocket("/")
    async def greet(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")

    app.add_middleware(Guard, rules=Rules())
    client = TestClient(app, base_url=HOME)
    own = {"origin": HOME, "host": "127.0.0.1:8765"}
    with client.websocket_connect("/", headers=own) as socket:
        assert socket.receive_text() == "hello"


def test_another_address_needs_a_token():
    require_token("127.0.0.1", None)
    require_token("0.0.0.0", TOKEN)
    with pytest.raises(UserError, match="--token"):
        require_token("0.0.0.0", None)
    with pytest.raises(UserError, match="too short"):
        require_token("0.0.0.0", "secret")
