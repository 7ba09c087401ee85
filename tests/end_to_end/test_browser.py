"""The studio in a browser: every tab, on a run that is trained here."""

import base64
import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from allegory.api.runs import train
from allegory.media import Images, Pairs, Sound
from studios import png, trained

pytest.importorskip("playwright.sync_api", reason="pytest-playwright is not installed")


def audited(run):
    """What an audit leaves: thirty examples in a row, every third of them an outlier."""
    (run / "audit").mkdir()
    sheet = png(np.full((40, 48, 3), 90, np.uint8), run / "audit" / "sheet.png")
    picture = base64.b64encode(sheet.read_bytes())
    kinds = {"name": "label", "values": [i % 2 for i in range(30)], "names": ["even", "odd"]}
    found = {
        "places": [[round(1000 * i / 29), 500] for i in range(30)],
        "names": [f"=row {i}" for i in range(30)],
        "colours": [{"name": "rarity", "values": [i / 30 for i in range(30)]}, kinds],
        "weights": [1.0] * 30,
        "outliers": [i % 3 == 0 for i in range(30)],
        "examples": 90,
        "source": "spots",
        "atlas": f"data:image/png;base64,{picture.decode()}",
        "across": 6,
        "width": 8,
        "height": 8,
    }
    (run / "audit" / "map.json").write_text(json.dumps(found))


QUICK = {"network": "tiny", "images": 64, "batch": 16, "evaluations": 4, "device": "cpu"}


def played(folder):
    """A game on points in the plane, with what it recorded."""
    rows = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    np.save(folder / "rows.npy", rows)
    train("gan-toy", folder / "rows.npy", out=folder / "runs" / "toy", **QUICK)


def hummed(folder):
    """A VAE of sounds."""
    (folder / "hums").mkdir()
    for i in range(30):
        wave = 0.3 * np.sin(2 * np.pi * (200 + 20 * i) * np.arange(2400) / 8000)
        soundfile.write(folder / "hums" / f"{i}.wav", wave, 8000)
    train("vae", folder / "hums", out=folder / "runs" / "hums", size="16x16", **QUICK)


def mapped(folder):
    """A translator of maps."""
    out = folder / "runs" / "towns"
    train("pix2pix", "towns", out=out, size="16", examples=60, **QUICK)


class Hushes:
    """Translates sounds: into the same, or into silence."""

    media = Pairs(
        *[Images("L", 16, 16, sound=Sound(8000, 256, 64, 40.0, 4000.0, -80.0))] * 2, ("a", "b")
    )
    targets = ("a", "b")

    def translate(self, x, to, *, rng=None):
        return x if to == "a" else x * 0 - 1

    def toward(self, to):
        return self


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The address of a studio, served from a thread."""
    import os
    import socket

    import uvicorn

    from allegory.studio.app import make_app
    from allegory.studio.shelf import Shelf

    folder = tmp_path_factory.mktemp("browser")
    before = os.environ.get("ALLEGORY_CACHE")
    os.environ["ALLEGORY_CACHE"] = str(folder / "cache")
    audited(trained(folder / "runs"))
    played(folder)
    hummed(folder)
    mapped(folder)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(Shelf(folder / "runs")), log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    listener.close()
    os.environ.pop("ALLEGORY_CACHE")
    if before is not None:
        os.environ["ALLEGORY_CACHE"] = before


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light", "dark"])
def page(browser, home, request):
    """A page that may neither complain, nor speak to anyone but its server."""
    scheme, width = request.param
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 844}, base_url=home
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on(
        "request",
        lambda asked: (
            asked.url.startswith((home, "blob:", "data:")) or complaints.append(asked.url)
        ),
    )
    yield page
    width_of_all = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    # a browser notes every refusal, which the page has told in a sentence
    assert [c for c in complaints if "status of 400" not in c] == []
    assert width_of_all <= width


def until(page, found):
    """Wait in steps: the page's own rules let no text become a script, not even a test's."""
    for _ in range(200):
        if found():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to be")


def test_runs_and_the_form(page):
    page.goto("/")
    page.get_by_role("link", name="spots").click()
    page.get_by_role("img", name="What the model makes").wait_for()
    page.goto("/#/new")
    page.get_by_text("All other settings").click()
    second = page.get_by_label("to", exact=True)
    assert second.input_value() == ""
    second.select_option("digits")
    page.get_by_label("images", exact=True).fill("-5")
    page.get_by_role("button", name="Start training").click()
    assert "images" in page.get_by_role("alert").inner_text()


def test_explore(page):
    page.goto("/#/run/spots/explore")
    slider = page.get_by_role("slider").first
    slider.wait_for()
    pixels = "document.querySelector('canvas.seen').toDataURL()"
    until(page, lambda: page.evaluate("document.querySelector('canvas.seen').width") == 16)
    before = page.evaluate(pixels)
    slider.focus()
    for _ in range(40):
        slider.press("ArrowRight")
    until(page, lambda: page.evaluate(pixels) != before)
    page.get_by_role("button", name="Keep as A").click()
    page.get_by_role("button", name="Draw another").click()
    page.get_by_role("button", name="Keep as B").click()
    page.get_by_role("button", name="Show the way").click()
    page.get_by_role("img", name="From A to B").wait_for()
    moved = page.evaluate(pixels)
    page.get_by_role("application").press("ArrowLeft")
    until(page, lambda: page.evaluate(pixels) != moved)


def heard(player):
    """Play it; the seconds that it lasts."""
    player.wait_for()
    return player.evaluate("audio => audio.play().then(() => audio.duration)")


def test_strips_and_films_are_kept(page):
    page.goto("/#/run/spots/explore")
    page.get_by_role("button", name="Strips of the strongest").click()
    page.get_by_role("button", name="Save strips").wait_for()
    assert page.locator(".strip figcaption").count() == 6
    for name in "AB":
        page.get_by_role("button", name=f"Keep as {name}").click()
    page.get_by_role("button", name="Show the way").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save film").click()
    assert Path(download.value.path()).read_bytes().startswith(b"GIF89a")


def test_sounds_are_explored_and_told_apart_by_ear(page):
    page.goto("/#/run/hums/explore")
    page.get_by_role("button", name="Hear it").click()
    # 15 hops of 64 samples lie between 16 frames
    assert heard(page.locator(".stage audio")) == pytest.approx(0.12, abs=0.01)
    page.goto("/#/run/hums/quiz")
    page.get_by_label("Rounds").fill("2")
    page.get_by_role("button", name="Begin").click()
    for number in range(2):
        page.get_by_text(f"Round {number + 1} of 2").wait_for()
        for player in page.locator(".shown audio").all():
            assert heard(player) == pytest.approx(0.12, abs=0.01)
        page.get_by_role("button", name="Left is real").click()
    page.get_by_role("heading", name="What gave them away").wait_for()
    with page.expect_response("**/sounds/*") as sound:
        page.get_by_role("button", name="Play the generated one of round 1").click()
    assert sound.value.ok


def test_the_quiz_by_keyboard(page):
    wide = page.viewport_size["width"] > 1000
    mode, key = ("pairs", "ArrowLeft") if wide else ("single", "r")
    page.goto("/#/run/spots/quiz")
    page.get_by_label("Rounds").fill("3")
    page.locator(f"input[value={mode}]").check(force=True)
    page.get_by_role("button", name="Begin").click()
    for number in range(3):
        page.get_by_text(f"Round {number + 1} of 3").wait_for()
        page.locator(".shown img").first.wait_for()
        page.wait_for_timeout(100)
        page.keyboard.press(key)
    page.get_by_role("heading", name="What gave them away").wait_for()
    assert "3 rounds" in page.get_by_role("table").inner_text()


def test_translate(page, tmp_path):
    page.goto("/#/run/towns")
    page.get_by_role("link", name="Translate").click()
    assert not page.get_by_role("link", name="Explore").is_visible()
    wide = "picture => picture.naturalWidth"
    after = page.get_by_role("img", name="The picture after, aerial")
    page.get_by_role("button", name="Example 2").click()
    until(page, lambda: after.is_visible() and after.evaluate(wide) == 16)
    own = png(np.full((20, 31, 3), 55, np.uint8), tmp_path / "own.png")
    page.get_by_label("Your picture").set_input_files(own)
    until(page, lambda: after.evaluate(wide) == 31)
    page.get_by_role("slider").press("Home")
    assert after.evaluate("picture => picture.style.clipPath").endswith(" 0%)")


def test_what_is_drawn_is_translated_stroke_by_stroke(page):
    page.goto("/#/run/towns/translate")
    page.get_by_role("button", name="Draw", exact=True).click()
    made = page.get_by_role("img", name="The drawing as aerial")
    made.wait_for()
    first = made.get_attribute("src")
    canvas = page.locator("canvas.easel")
    pixels = "canvas => canvas.toDataURL()"
    blank = canvas.evaluate(pixels)
    page.get_by_role("button", name="Colour").nth(2).click()
    canvas.hover(position={"x": 20, "y": 60})
    page.mouse.down()
    canvas.hover(position={"x": 90, "y": 90})
    page.mouse.up()
    until(page, lambda: made.get_attribute("src") != first)
    assert canvas.evaluate(pixels) != blank
    page.get_by_role("button", name="Undo").click()
    assert canvas.evaluate(pixels) == blank


def test_a_slow_translation_leaves_a_drawing_alone(page):
    page.goto("/#/run/towns/translate")
    held = []
    page.route("**/api/translate*", lambda r: r.continue_() if held else held.append(r))
    page.get_by_role("button", name="Example 1").click()
    until(page, lambda: held)
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_role("img", name="The drawing as aerial").wait_for()
    canvas = page.locator("canvas.easel")
    canvas.click(position={"x": 20, "y": 60})
    pixels = "canvas => canvas.toDataURL()"
    drawing = canvas.evaluate(pixels)
    with page.expect_response(lambda told: told.request == held[0].request) as late:
        held[0].continue_()
    late.value.finished()
    page.wait_for_timeout(100)
    assert canvas.is_visible()
    assert canvas.evaluate(pixels) == drawing


def test_a_sound_is_translated_from_a_file_and_from_the_microphone(page, monkeypatch, tmp_path):
    from allegory.studio.shelf import Shelf

    monkeypatch.setattr(Shelf, "model", lambda *_: Hushes())
    page.goto("/#/run/hums/translate")
    soundfile.write(tmp_path / "own.wav", 0.2 * np.sin(np.arange(3000) / 3), 8000)
    page.get_by_label("Your sound").set_input_files(tmp_path / "own.wav")
    for name in ("Before: b", "After: a"):
        figure = page.get_by_role("figure", name=name)
        assert heard(figure.locator("audio")) == pytest.approx(3000 / 8000, abs=1e-3)
        assert figure.locator("img").evaluate("picture => picture.naturalHeight") == 16
    page.get_by_label("Translate to").select_option("b")
    page.get_by_role("button", name="Record").click()
    page.get_by_role("button", name=re.compile(r"Stop \([1-9]")).click()
    assert heard(page.get_by_role("figure", name="After: b").locator("audio")) > 0.9


def test_distributions(page):
    page.goto("/#/run/toy")
    page.get_by_role("link", name="Distributions").click()
    page.get_by_text("4 moments were recorded").wait_for()
    slider = page.get_by_role("slider")
    until(page, lambda: float(slider.input_value()) == 3)
    page.get_by_role("button", name="one moment back").click()
    assert float(slider.input_value()) == 2
    page.get_by_text("After 48 images").wait_for()
    pixels = "document.querySelector('canvas.game').toDataURL()"
    before = page.evaluate(pixels)
    page.get_by_role("button", name="Carry the noise").click()
    until(page, lambda: page.evaluate(pixels) != before)
    page.locator("h1").click()
    page.keyboard.press("ArrowLeft")
    assert float(slider.input_value()) == 1
    page.get_by_role("button", name="Play").click()
    page.get_by_label("Speed").select_option("4")
    until(page, lambda: float(slider.input_value()) == 3)


def test_audit(page):
    page.goto("/#/run/spots/audit")
    page.get_by_text("30 of the 90 examples").wait_for()
    box = page.locator(".audit-map canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, y - 30)
    page.mouse.down()
    page.mouse.move(x, y + 30, steps=3)
    page.mouse.up()
    page.get_by_role("heading", name="This region").wait_for()
    tiles = page.locator("dl.tiles").inner_text().split("\n")
    assert tiles[::2] == ["15", "0.23", "1.00", "5"]
    assert page.locator("ul.region li").count() == 15
    page.get_by_role("button", name="Outliers (10)").click()
    page.get_by_role("heading", name="The outliers").wait_for()
    page.get_by_label("Colour").select_option("label")
    page.get_by_role("button", name="odd").click()
    page.get_by_role("heading", name="Label: odd").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these as CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "name,weight,outlier,rarity,label"
    assert len(lines) == 16
    assert lines[1].startswith("'=row 29,1,false,"), "no spreadsheet takes a name for a formula"


def test_what_is_not_there_is_told(page):
    page.goto("/#/nothing")
    assert "no such page" in page.get_by_role("alert").inner_text()
