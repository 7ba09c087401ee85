"""sample and reconstruct."""

import numpy as np
import pytest
import torch

from allegory.errors import UserError
from allegory.tools.reconstruct import reconstruct
from allegory.tools.running import BATCH
from allegory.tools.sample import sample
from fakes import ellipses, fit, points

DATA = {"pictures": ellipses, "vectors": points}


@pytest.mark.parametrize("kind", DATA)
def test_samples_come_in_the_shape_of_the_media_and_repeat_with_the_seed(kind):
    model = fit(DATA[kind](), 2)
    x = sample(model, 5, rng=3)
    assert x.shape == (5, *model.media.shape)
    assert torch.equal(x, sample(model, 5, rng=torch.Generator().manual_seed(3)))
    assert not torch.equal(x, sample(model, 5, rng=4))


def test_many_samples_are_drawn_in_batches():
    model = fit(points(), 2)
    assert len(sample(model, 25, rng=0, batch=10)) == 25
    assert model.largest_batch == 10


def test_no_samples_is_a_mistake():
    with pytest.raises(UserError, match="1 or more"):
        sample(fit(points(), 2), 0, rng=0)


@pytest.mark.parametrize("kind", DATA)
def test_a_model_of_full_rank_gives_examples_back(kind):
    data = DATA[kind](60, 6) if kind == "pictures" else DATA[kind](60)
    x = data.take(np.arange(60))
    model = fit(data, min(len(x), x[0].numel()))
    torch.testing.assert_close(reconstruct(model, x), x, rtol=1e-3, atol=1e-3)


def test_many_reconstructions_are_made_in_batches():
    data = points(2 * BATCH + 1)
    model = fit(data, 2)
    assert len(reconstruct(model, data.take(np.arange(len(data))))) == len(data)
    assert model.largest_batch == BATCH
