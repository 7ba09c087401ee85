"""Fields of recipes as options: what the parser makes of them."""

from typing import Annotated

import pytest
import tyro

from allegory.cli.fields import call_for_recipe, changed, with_fields

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")


def parsed(*words):
    """The run that a verb is called with."""
    seen = []

    def interface(start):
        def verb(source: Annotated[str, tyro.conf.Positional], **parts):
            seen.append(changed(start, source, parts))

        return with_fields(verb, start)

    call_for_recipe(interface, list(words), "play", "allegory play vae faces")
    return seen[0]


@pytest.mark.parametrize("option", ["--derive", "--from"])
def test_pairs_are_derived_by_either_name_of_the_option(option):
    run = parsed("pix2pix", "photos", option, "edges")
    assert (run.data.source, run.data.derive) == ("photos", "edges")
