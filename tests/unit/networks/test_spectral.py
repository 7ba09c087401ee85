"""Spectral normalisation."""

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from allegory.networks.convnet import ConvEncoder
from allegory.networks.growing import GrowingCritic
from allegory.networks.mlp import MLP
from allegory.networks.spectral import spectrally_normalised, update_spectral


def critic(seed=0):
    torch.manual_seed(seed)
    return spectrally_normalised(ConvEncoder(3, 16, 16, 5, features=4, blocks=1))


def layers(network):
    return [m for m in network.modules() if parametrize.is_parametrized(m)]


def norms(network):
    """Largest singular value of each layer as it is used."""
    return torch.stack(
        [torch.linalg.matrix_norm(m.weight.detach().flatten(1), 2) for m in layers(network)]
    )


def pictures(n=4, seed=1):
    return torch.randn(n, 3, 16, 16, generator=torch.Generator().manual_seed(seed))


def train(network, steps, lr=1e-3):
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    for step in range(steps):
        optimizer.zero_grad()
        network(pictures(seed=step)).square().mean().backward()
        optimizer.step()
        update_spectral(network)


def test_each_layer_has_norm_1_from_the_start():
    network = critic()
    plain = ConvEncoder(3, 16, 16, 5, features=4, blocks=1)
    kinds = (nn.Linear, nn.Conv2d)
    assert len(layers(network)) == sum(isinstance(m, kinds) for m in plain.modules())
    torch.testing.assert_close(norms(network), torch.ones(len(layers(network))), rtol=0, atol=1e-4)


def test_estimates_follow_the_weights():
    network = critic()
    before = [m.parametrizations.weight.original.clone() for m in layers(network)]
    train(network, 20)
    assert all(
        not torch.equal(old, m.parametrizations.weight.original)
        for old, m in zip(before, layers(network), strict=True)
    )
    assert norms(network).max() < 1.1
    for _ in range(100):
        update_spectral(network)
    assert norms(network).max() <= 1 + 1e-3
    assert norms(network).min() > 1 - 1e-4


def test_an_update_is_a_power_iteration():
    layer = spectrally_normalised(nn.Linear(2, 2, bias=False))
    spectral = layer.parametrizations.weight[0]
    with torch.no_grad():
        layer.parametrizations.weight.original.copy_(torch.diag(torch.tensor([4.0, 1.0])))
        spectral.u.copy_(torch.tensor([0.6, 0.8]))
    update_spectral(layer)
    # W² maps (0.6, 0.8) to (9.6, 0.8)
    torch.testing.assert_close(spectral.u[1] / spectral.u[0], torch.tensor(0.8 / 9.6))
    torch.testing.assert_close(spectral.v[1] / spectral.v[0], torch.tensor(0.8 / 2.4))
    for _ in range(5):
        update_spectral(layer)
    torch.testing.assert_close(layer.weight, torch.diag(torch.tensor([1.0, 0.25])))


def test_the_gradient_is_that_of_the_quotient():
    # of <G, W / σ>: (G - <G, W / σ> u vᵀ) / σ
    torch.manual_seed(0)
    layer = spectrally_normalised(nn.Linear(5, 3, bias=False))
    w, spectral = layer.parametrizations.weight.original, layer.parametrizations.weight[0]
    G = torch.randn(3, 5)
    found = torch.autograd.grad((G * layer.weight).sum(), w)[0]
    sigma = torch.linalg.matrix_norm(w.detach(), 2)
    used = layer.weight.detach()
    expected = (G - (G * used).sum() * torch.outer(spectral.u, spectral.v)) / sigma
    torch.testing.assert_close(found, expected)


def test_a_forward_pass_changes_nothing_and_threads_agree():
    network = critic().train()
    before = copy.deepcopy(network.state_dict())
    x = pictures(16)
    whole = network(x)
    with ThreadPoolExecutor(2) as pool:
        pieces = torch.cat(list(pool.map(network, x.split(4))))
    torch.testing.assert_close(pieces, whole, rtol=0, atol=1e-5)
    whole.square().mean().backward()
    assert all(torch.equal(before[k], v) for k, v in network.state_dict().items())


def test_copies_and_saved_state_go_on_alike():
    network = critic()
    train(network, 3)
    twin, loaded = copy.deepcopy(network), critic(seed=7)
    loaded.load_state_dict(network.state_dict())
    x = pictures()
    for other in (twin, loaded):
        assert torch.equal(other(x), network(x))
    old = network(x).detach()
    train(twin, 2)
    assert torch.equal(network(x), old)
    train(loaded, 2)
    assert torch.equal(loaded(x), twin(x))


def test_the_gradient_has_a_gradient():
    network, x = critic(), pictures().requires_grad_()
    slope = torch.autograd.grad(network(x).sum(), x, create_graph=True)[0]
    slope.square().sum().backward()
    weights = [m.parametrizations.weight.original for m in layers(network)]
    assert all(torch.isfinite(w.grad).all() and w.grad.abs().max() > 0 for w in weights)


def test_bfloat16_does_not_reach_the_norm():
    network, x = critic(), pictures()
    full = network(x)
    used = [m.weight for m in layers(network)]
    with torch.autocast("cpu", torch.bfloat16):
        assert all(torch.equal(w, m.weight) for w, m in zip(used, layers(network), strict=True))
        torch.testing.assert_close(network(x).float(), full, rtol=0, atol=0.05)
        update_spectral(network)
    torch.testing.assert_close(norms(network), torch.ones(len(layers(network))), rtol=0, atol=1e-5)


def test_a_normalised_network_of_vectors_stretches_nothing():
    torch.manual_seed(0)
    network = spectrally_normalised(MLP(4, 32, 32, 1))
    x, y = torch.randn(2, 500, 4)
    # SiLU's slope is at most 1.0998
    stretch = (network(x) - network(y)).norm(dim=1) / (x - y).norm(dim=1)
    assert stretch.max() < 1.0998**2 + 1e-3


def test_nothing_to_normalise():
    with pytest.raises(ValueError, match="GrowingCritic has no linear"):
        spectrally_normalised(GrowingCritic(1, 8, 8, 4, features=2))
