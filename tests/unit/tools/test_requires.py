"""The table of needs."""

import pytest

from allegory.capabilities import CAPABILITIES
from allegory.errors import UserError
from allegory.tools.requires import OWNERS, TOOLS, require, tools_for
from fakes import LinearCoder, OnlySamples, fit, points


def test_every_need_is_a_capability_and_has_an_owner():
    needs = {need for tool in TOOLS.values() for need in tool}
    assert needs <= set(CAPABILITIES)
    assert needs == set(OWNERS)


def test_a_model_gets_the_tools_that_it_can_serve():
    assert tools_for(fit(points(), 2)) == tuple(t for t in TOOLS if t != "prediction")
    assert tools_for(OnlySamples(points().media)) == ("sample",)
    coder = fit(points(), 2, LinearCoder)
    assert tools_for(coder) == ("reconstruct", "interpolate", "traverse", "encode")


def test_a_refusal_says_what_is_missing_and_who_has_it():
    coder = fit(points(), 2, LinearCoder)
    require(coder, "reconstruct")
    with pytest.raises(UserError, match=r"draw new examples \(Samples\).*variational"):
        require(coder, "sample")
    with pytest.raises(UserError, match="did you mean 'traverse'"):
        require(coder, "travers")
