"""The form of every recipe."""

import pytest

from allegory.errors import UserError
from allegory.recipes.settings import change
from allegory.recipes.table import RECIPES, recipe
from allegory.studio.forms import WORDS, filled, form


@pytest.mark.parametrize("name", RECIPES)
def test_a_form_left_as_it_is_gives_the_recipe(name):
    fields = {entry["name"]: entry["value"] for entry in form(name)}
    assert filled(name, "ring", fields) == change(recipe(name), {"source": "ring"})


@pytest.mark.parametrize("name", RECIPES)
def test_no_field_can_name_a_file(name):
    for entry in form(name):
        assert entry["help"], entry["name"]
        if entry["kind"] in ("text", "list") and entry["name"] not in WORDS:
            with pytest.raises(UserError):
                filled(name, "ring", {entry["name"]: "../secret"})


@pytest.mark.parametrize(
    "field", ["source", "negatives", "oversample_outliers", "kind", "nothing"]
)
def test_what_the_form_does_not_ask_is_refused(field):
    with pytest.raises(UserError, match="no field"):
        filled("classifier", "ring", {field: "/etc"})


def test_ranges_are_those_of_the_settings():
    found = {entry["name"]: entry for entry in form("vae")}
    assert found["lr"]["above"] == 0.0
    assert found["lr"]["max"] == 1.0
    assert found["network"]["choices"] == ["tiny", "small", "base"]
    assert found["latents"]["or"] == [None]
    with pytest.raises(UserError, match="lr"):
        filled("vae", "ring", {"lr": 2.0})
