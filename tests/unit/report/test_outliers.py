"""The page of outliers."""

from dataclasses import replace

import numpy as np
import torch

from allegory.data.dataset import Column
from allegory.report.outliers import heat, write_page
from allegory.tools.outliers import fit_detector, normal_parts
from fakes import ellipses, fit, points


def detected(data):
    rows = np.arange(len(data))
    data = replace(data, splits={"train": rows[:100], "test": rows[100:]})
    detector = fit_detector(fit(data, 2), *normal_parts(data))
    return detector, data, detector.judge(data)


def test_the_page_escapes_names_and_shows_the_most_unusual_first(tmp_path):
    names = np.array([f"<b>{i:03}</b>.png" for i in range(200)])
    data = ellipses()
    data = replace(data, columns={**data.columns, "file_name": Column("text", names)})
    detector, data, found = detected(data)
    write_page(tmp_path / "o.html", detector, data, found, run="run")
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    first, second = found.scores["combined"].argsort(descending=True)[:2].tolist()
    places = [page.index(f"&lt;b&gt;{i:03}&lt;/b&gt;.png") for i in (first, second)]
    assert places == sorted(places)
    assert page.count('class="trio"') == 60
    assert "1 file could not be read" in page


def test_the_page_of_vectors_tells_their_numbers(tmp_path):
    detector, data, found = detected(points(size=3))
    write_page(tmp_path / "o.html", detector, data, found, run="run")
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    most = int(found.scores["combined"].argmax())
    assert f"1.\u00a0row\u00a0{most}" in page
    assert "trio" not in page.split("</style>")[1]


def test_the_colours_of_an_error_map_go_from_dark_to_bright():
    found = heat(torch.tensor([[0.0, 1.0, 3.0, 6.0, 60.0]]))
    assert found.shape == (13, 65, 3)
    light = found[0, ::13].astype(int).sum(1)
    assert (np.diff(light)[:3] > 0).all()
    assert light[3] == light[4]
