"""What is said of arguments that are missing, unknown or too many."""

from pathlib import Path
from typing import Annotated

import pytest
import tyro

from allegory.cli.parse import call
from allegory.errors import UserError


def verb(
    path: Annotated[Path, tyro.conf.Positional],
    input: Annotated[Path, tyro.conf.Positional],
    examples: int = 3,
    json: bool = False,
) -> None:
    """Do something.

    Args:
        path: folder of the run.
        input: a picture, or a folder of them.
        examples: how many.
        json: print one JSON object.
    """


@pytest.mark.filterwarnings("ignore:get_parser")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "allegory do it needs: folder of the run; a picture, or a folder of them."),
        (["a"], "allegory do it needs: a picture, or a folder of them."),
        (["a", "b", "c"], "it takes no c."),
        (["--exmaples", "3"], "did you mean '--examples'?"),
        (["--nonsense"], "'allegory do it --help' lists them."),
        (["a", "b", "--examples", "x"], "invalid"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, said):
    with pytest.raises(UserError) as error:
        call(verb, arguments, "do it")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
