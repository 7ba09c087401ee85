"""Distance from what a model has seen."""

import pytest
import torch

from allegory.tools.references import away, references
from fakes import identity_vae, points


def test_the_fifth_nearest_counts_so_that_a_few_strange_ones_vouch_for_nobody():
    common = torch.randn(200, 3, generator=torch.Generator().manual_seed(0))
    strange = torch.full((4, 3), 50.0)
    among = torch.cat([common, strange])
    assert away(strange[:1], among).item() > 70
    assert away(common[:1], among).item() < 1
    copies = common[:1].repeat(5, 1)
    assert away(copies[:1], torch.cat([among, copies])).item() == 0


def test_few_references_give_the_farthest_of_them():
    assert away(torch.zeros(1, 2), torch.tensor([[3.0, 4], [0, 1]])).item() == pytest.approx(5)


def test_references_are_what_the_model_sees():
    data = points(30)
    found = references(identity_vae(2), data, lambda model, x: model.encode(x).mean, 0)
    torch.testing.assert_close(found, torch.from_numpy(data.store))
