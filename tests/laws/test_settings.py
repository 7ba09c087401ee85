"""A run is a value: to TOML and back it is the same, and mistakes are told in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import stages

from allegory.errors import UserError
from allegory.recipes.settings import PARTS, change, field_names, read_run, write_run
from allegory.recipes.table import RECIPES, recipe


@pytest.mark.parametrize("name", RECIPES)
@given(
    images=st.integers(1, 10**9),
    lr=st.floats(1e-8, 1.0),
    latents=st.integers(2, 512),
    source=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1),
)
def test_through_toml_a_run_is_itself(tmp_path_factory, name, images, lr, latents, source):
    start = recipe(name)
    if stages(start):
        images += 2 * start.training.batch  # room for a round of each
    fields = {"images": images, "lr": lr, "latents": latents, "source": source}
    fields |= dict.fromkeys(stages(start), images // 2)
    run = change(start, {k: v for k, v in fields.items() if k in field_names(start)})
    path = tmp_path_factory.mktemp("run") / "run.toml"
    write_run(run, path)
    assert read_run(path) == run


@pytest.mark.parametrize("name", RECIPES)
def test_a_field_is_in_one_part_only(name):
    run = recipe(name)
    names = [n for part in PARTS for n in type(getattr(run, part)).model_fields if n != "kind"]
    assert len(names) == len(set(names)) == len(field_names(run))


@pytest.mark.parametrize("name", RECIPES)
def test_every_field_says_what_it_is(name):
    run = recipe(name)
    for part in PARTS:
        for field, info in type(getattr(run, part)).model_fields.items():
            assert field == "kind" or info.description, field


def test_a_misspelt_field_gets_the_nearest():
    with pytest.raises(UserError, match="did you mean 'images'"):
        change(recipe("vae"), {"imags": 3})


def test_a_value_out_of_range_names_the_field_and_the_range():
    with pytest.raises(UserError, match=r"'beta'.*greater than or equal to 0.*-3"):
        change(recipe("vae"), {"beta": -3.0})


def test_a_misspelt_recipe_gets_the_nearest():
    with pytest.raises(UserError, match="did you mean 'beta-vae'"):
        recipe("beta_vae")


@pytest.mark.parametrize("text", ["", "a = [", 'recipe = "vae"', '[game]\nkind = "nonsense"'])
def test_a_file_that_is_no_run_is_told(tmp_path, text):
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"run\.toml"):
        read_run(path)
