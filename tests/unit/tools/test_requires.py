"""The table of needs."""

import pytest

from allegory.capabilities import CAPABILITIES
from allegory.errors import UserError
from allegory.tools.requires import MEASURES, TOOLS, require, tools_for
from allegory.tools.strangeness import SCORES
from fakes import LinearCoder, OnlySamples, fit, points


def test_every_need_is_a_capability_and_every_capability_is_needed():
    others = (*MEASURES.values(), *SCORES.values())
    tables = [*TOOLS.values(), *(other.needs for other in others)]
    needs = {name for row in tables for need in row for name in need.split(" | ")}
    assert needs == set(CAPABILITIES)


def test_a_model_gets_the_tools_that_it_can_serve():
    denoising = ("choose a solver", "vary", "inpaint", "translate")
    others = ("sample a class", *denoising)
    assert tools_for(fit(points(), 2)) == tuple(t for t in TOOLS if t not in others)
    assert tools_for(OnlySamples(points().media)) == ("sample", "watch")
    coder = fit(points(), 2, LinearCoder)
    draws = ("sample", "sample a class", "watch", "translate", *denoising)
    assert tools_for(coder) == tuple(tool for tool in TOOLS if tool not in draws)


def test_a_refusal_says_what_is_missing_and_what_works():
    coder = fit(points(), 2, LinearCoder)
    require(coder, "reconstruct")
    with pytest.raises(
        UserError, match=r"makes new examples from nothing \(Samples\).*work for it: reconstruct"
    ):
        require(coder, "sample")
    with pytest.raises(UserError, match="did you mean 'traverse'"):
        require(coder, "travers")
