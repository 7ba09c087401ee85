"""The page with a model inside, as far as no browser is needed."""

import base64
import gzip
import json
import re

import pytest
import torch

from allegory.media import Images
from allegory.report.model_page import Moved, Portable, write_model_page
from allegory.tools.web_runtime import WebRuntime

RUNTIME = WebRuntime("1", b"script </script>", b"\x00wasm")
WAY = Moved("z0", "</script><b>", 1.0, [1.0, 0.0])


def written(path, **fields):
    media = Images("L", 4, 4)
    real = torch.zeros(2, 1, 4, 4)
    parts = {"ways": [WAY], "draws": [[0.0, 0.0]], "real": real, **fields}
    write_model_page(Portable("a <toy>", media, b"onnx", [0.0, 0.0], **parts), RUNTIME, path)
    return path.read_text(encoding="utf-8")


def test_what_is_in_the_page_comes_out_again_and_breaks_out_of_nothing(tmp_path):
    page = written(tmp_path / "page.html")
    for name, content in (
        ("decoder", b"onnx"), ("runtime", RUNTIME.script), ("wasm", RUNTIME.wasm)
    ):  # fmt: skip
        packed = re.search(f'id="{name}">([^<]*)</script>', page)[1]
        assert gzip.decompress(base64.b64decode(packed)) == content
    about = json.loads(re.search(r'id="about">(.*?)</script>', page)[1])
    assert about["ways"][0]["name"] == WAY.name
    assert "<toy>" not in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert written(tmp_path / "again.html") == page


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"ways": []}, "What varies"),
        ({"draws": None}, "Samples"),
        ({"real": None}, "Which one is real?"),
    ],
)
def test_what_a_model_cannot_do_has_no_section(tmp_path, fields, gone):
    titles = re.findall("<h2>(.*?)</h2>", written(tmp_path / "page.html", **fields))
    assert gone not in titles
    assert len(titles) == 2
