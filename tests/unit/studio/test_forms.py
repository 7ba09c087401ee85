"""The form of every recipe."""

import pytest

from allegory.errors import UserError
from allegory.recipes.settings import change
from allegory.recipes.table import RECIPES, recipe
from allegory.studio.forms import WORDS, filled, form
from allegory.studio.sources import offers

OFFERS = offers(())


@pytest.mark.parametrize("name", RECIPES)
def test_a_form_left_as_it_is_gives_the_recipe(name):
    fields = {entry["name"]: entry["value"] for entry in form(name)}
    assert filled(name, "ring", fields, OFFERS) == change(recipe(name), {"source": "ring"})


@pytest.mark.parametrize("name", RECIPES)
def test_no_field_can_name_a_file(name):
    for entry in form(name):
        assert entry["help"], entry["name"]
        if entry["kind"] in ("text", "list", "source") and entry["name"] not in WORDS:
            with pytest.raises(UserError):
                filled(name, "ring", {entry["name"]: "../secret"}, OFFERS)


@pytest.mark.parametrize("field", ["source", "oversample_outliers", "kind", "nothing"])
def test_what_the_form_does_not_ask_is_refused(field):
    with pytest.raises(UserError, match="no field"):
        filled("classifier", "ring", {field: "/etc"}, OFFERS)


def test_a_second_source_is_chosen_from_the_list(tmp_path):
    (tmp_path / "winter").mkdir()
    known = offers([tmp_path / "winter"])
    found = filled("cyclegan", "towns", {"to": "winter"}, known)
    assert found.data.to == str(tmp_path / "winter")
    assert filled("cyclegan", "towns", {"to": None}, known).data.to is None
    for wrong in (str(tmp_path / "winter"), ["winter"], 3, "summer"):
        with pytest.raises(UserError, match="unknown source"):
            filled("cyclegan", "towns", {"to": wrong}, known)


def test_ranges_are_those_of_the_settings():
    found = {entry["name"]: entry for entry in form("vae")}
    assert found["lr"]["above"] == 0.0
    assert found["lr"]["max"] == 1.0
    assert found["network"]["choices"] == ["tiny", "small", "base"]
    assert found["latents"]["or"] == [None]
    with pytest.raises(UserError, match="lr"):
        filled("vae", "ring", {"lr": 2.0}, OFFERS)
