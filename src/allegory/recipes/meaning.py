"""What pictures of two domains are of: the categories of a column that is known of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allegory.errors import UserError
from allegory.games.cyclegan import Meaning
from allegory.models.nets import encoder_for
from allegory.recipes.classes import classes_of

if TYPE_CHECKING:
    from allegory.data.dataset import Dataset
    from allegory.media import Pairs
    from allegory.models.nets import Size

__all__ = ["meaning_of"]


def meaning_of(data: Dataset, label: str, network: Size) -> Meaning:
    """Who tells it, of pairs that are none.

    Raises:
        UserError: the column is not known of both domains, or they have no category in common.
    """
    there = known_of_both(data)
    if label not in there:
        raise UserError(
            f"--label {label}: '{data.name}' has no such column of categories of both domains; "
            f"there are: {', '.join(sorted(there)) or 'none'}."
        )
    media = cast("Pairs", data.media)
    names = [classes_of(data, f"{side}_{label}") for side in "ab"]
    if media.a.mode != media.b.mode or not {*names[0]} & {*names[1]}:
        raise UserError(
            f"--label {label} is of no use here: the domains of '{data.name}' differ in channels, "
            "or have no category in common."
        )
    classes = len({*names[0], *names[1]})
    return Meaning(encoder_for(media.a, classes, network), label, names)


def known_of_both(data: Dataset) -> set[str]:
    """Columns of categories of the first domain that are of the second too."""
    found = {name for name, column in data.columns.items() if column.kind == "category"}
    return {name[2:] for name in found if name.startswith("a_") and f"b_{name[2:]}" in found}
