"""The studio in a browser: every tab, on a run that is trained here."""

import threading

import numpy as np
import pytest

from studios import Swaps, png, trained

pytest.importorskip("playwright.sync_api", reason="pytest-playwright is not installed")


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
    trained(folder / "runs")
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


def test_translate(page, monkeypatch, tmp_path):
    from allegory.studio.shelf import Shelf

    monkeypatch.setattr(Shelf, "model", lambda *_: Swaps())
    page.goto("/#/run/spots")
    page.get_by_role("link", name="Translate").click()
    assert not page.get_by_role("link", name="Explore").is_visible()
    own = png(np.full((20, 31, 3), 55, np.uint8), tmp_path / "own.png")
    page.get_by_label("Your picture").set_input_files(own)
    after = page.get_by_role("img", name="Your picture as dark")
    after.wait_for()
    until(page, lambda: after.evaluate("picture => picture.naturalWidth") == 31)
    page.get_by_role("slider").press("Home")
    assert after.evaluate("picture => picture.style.clipPath").endswith(" 0%)")


def test_what_is_not_there_is_told(page):
    page.goto("/#/nothing")
    assert "no such page" in page.get_by_role("alert").inner_text()
