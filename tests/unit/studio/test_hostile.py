"""Hostile requests to every route of the OpenAPI document: none is a fault."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allegory.studio import train
from studios import client_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["spots", "../spots", "/etc/passwd", "vae", "faces", "\x00", "9" * 400]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["x", "z", "n", "a", "b", "ways", "recipe", "source", "fields", "images"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
WORD = st.sampled_from(["spots", "..", "%00", "-1", "0", "1e9", "٣", "a" * 300]) | st.text(
    st.characters(blacklist_characters="/?#", blacklist_categories=["Cs"]), min_size=1, max_size=12
)


@pytest.fixture(scope="module")
def client(runs):
    with client_of(runs, errors=False) as found:
        yield found


@pytest.fixture(scope="module")
def routes(client):
    paths = client.app.openapi()["paths"]
    return [(path, method) for path, methods in sorted(paths.items()) for method in methods]


def test_no_request_is_a_fault(client, routes, runs, monkeypatch):
    monkeypatch.setattr(train, "_start", lambda *_: None)
    before = {path.relative_to(runs.parent) for path in runs.parent.rglob("*")}

    @settings(
        max_examples=250,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.data())
    def ask(data):
        path, method = data.draw(st.sampled_from(routes))
        for name in ("id", "key", "number", "which", "images", "name", "seed"):
            word = data.draw(WORD) if f"{{{name}}}" in path else ""
            path = path.replace(f"{{{name}}}", quote(word, safe=""))
        body = data.draw(JSON.map(lambda v: json.dumps(v).encode()) | st.binary(max_size=200))
        kind = data.draw(
            st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/html"])
        )
        query = data.draw(
            st.dictionaries(st.sampled_from(["run", "n", "seed", "label", "format"]), WORD)
        )
        answer = client.request(
            method.upper(),
            path,
            params=query,
            content=body if method == "post" else None,
            headers={"content-type": kind},
        )
        assert answer.status_code < 500, (method, path, body, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error"}

    ask()
    after = {path.relative_to(runs.parent) for path in runs.parent.rglob("*")}
    assert {path.parts[0] for path in after - before} <= {runs.name}
