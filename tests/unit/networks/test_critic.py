"""Discriminators, and networks that read a label."""

import pytest
import torch
from torch import nn
from torch.nn.functional import silu

from allegory.networks.critic import Critic
from allegory.networks.growing import GROUP, Growing, GrowingCritic
from allegory.networks.labelled import Labelled, Labels, Unlabelled

CLASSES = 3
ANY = CLASSES
"""Row of the vector that stands for no class."""


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def critic(classes=CLASSES):
    torch.manual_seed(0)
    return Critic(nn.Sequential(nn.Linear(4, 5), nn.SiLU()), 5, classes)


def labelled():
    torch.manual_seed(0)
    return Labelled(nn.Linear(4 + 2, 3), CLASSES, 2)


def used(vectors):
    """Rows that a gradient reaches."""
    return vectors.weight.grad.abs().sum(1).nonzero().flatten().tolist()


@pytest.mark.parametrize("network", [critic, labelled, lambda: Labels(CLASSES, 2)])
def test_label_minus_1_and_no_label_are_the_same(network):
    f, none = network(), torch.full((6,), -1)
    found = [f(y, 6) if isinstance(f, Labels) else f(normal(6, 4), y) for y in (none, None)]
    torch.testing.assert_close(found[0], found[1])


def test_each_class_has_its_vector_and_none_has_one():
    labels = Labels(CLASSES, 2)
    found = labels(torch.tensor([2, -1, 0, 1]), 4)
    assert torch.equal(found, labels.vectors.weight[[2, ANY, 0, 1]])
    assert labels(None, 5).shape == (5, 2)


def test_a_class_that_is_not_there_is_no_other_class():
    with pytest.raises(IndexError):
        Labels(CLASSES, 2)(torch.tensor([ANY + 1]), 1)


@pytest.mark.parametrize(
    ("given", "rows"),
    [([0, 2, 0], [0, 2]), ([-1, 1, 1], [1, ANY]), (None, [ANY]), ([-1, -1, -1], [ANY])],
)
@pytest.mark.parametrize("network", [critic, labelled])
def test_gradients_reach_the_vectors_that_were_read(network, given, rows):
    f = network()
    f(normal(3, 4), None if given is None else torch.tensor(given)).sum().backward()
    assert used(f.labels.vectors) == rows


def test_the_score_is_equation_3():
    f, x, y = critic().double(), normal(6, 4).double(), torch.tensor([0, 1, 2, -1, 1, 0])
    body, head, vectors = f.body[0], f.head, f.labels.vectors.weight
    phi = silu(x @ body.weight.T + body.bias)
    plain = phi @ head.weight[0] + head.bias
    projection = torch.stack([vectors[c] @ p for c, p in zip(y, phi, strict=True)])
    torch.testing.assert_close(f(x, y), (plain + projection).float())


def test_without_classes_the_score_is_linear_in_what_it_sees():
    f, x = critic(classes=0), normal(6, 4)
    assert f.labels is None
    torch.testing.assert_close(f(x), f.head(f.body(x))[:, 0])
    torch.testing.assert_close(f(x, torch.tensor([0, 1, 2, -1, 1, 0])), f(x))


def test_a_head_of_ones_own():
    head = nn.Linear(5, 1)
    f, x = Critic(nn.Identity(), 5, head=head), normal(6, 5)
    assert torch.equal(f(x), head(x)[:, 0])


@pytest.mark.parametrize("classes", [0, CLASSES])
def test_an_example_has_its_score_whoever_else_is_there(classes):
    f, x, y = critic(classes), normal(6, 4), torch.tensor([0, 1, 2, -1, 1, 0])
    whole = f(x, y)
    assert whole.shape == (6,)
    torch.testing.assert_close(f(x[2:4], y[2:4]), whole[2:4])


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8, 10])
def test_piles_do_not_see_each_other(n):
    torch.manual_seed(0)
    body = Growing(GrowingCritic(1, 8, 8, 5, features=2))
    f, piles, y = Critic(body, 5, CLASSES, group=GROUP), normal(2, n, 1, 8, 8), normal(n) > 0
    apart = torch.cat([f(pile, y.long()) for pile in piles])
    together = f(piles.flatten(0, 1), y.long().repeat(2), piles=2)
    torch.testing.assert_close(together, apart)


def test_scores_are_in_float32():
    with torch.autocast("cpu", torch.bfloat16):
        assert critic()(normal(2, 4), torch.tensor([0, -1])).dtype == torch.float32


def test_a_labelled_network_reads_the_vector_behind_its_input():
    f, x, y = labelled(), normal(4, 4), torch.tensor([1, -1, 0, 1])
    expected = f.network(torch.cat([x, f.labels.vectors.weight[[1, ANY, 0, 1]]], dim=1))
    torch.testing.assert_close(f(x, y), expected)
    assert not torch.allclose(f(x, y), f(x, y.roll(1)))


def test_an_unlabelled_network_does_not_look():
    network = nn.Linear(4, 2)
    f, x = Unlabelled(network), normal(3, 4)
    for labels in (None, torch.tensor([0, 1, -1])):
        assert torch.equal(f(x, labels), network(x))
