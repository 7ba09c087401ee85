"""What holds for the outliers of every model: each score that it can have, or a refusal."""

import pytest
import torch
from tests.contract.test_models import every_model, model_for
from tests.examples import data_for

from allegory.errors import UserError
from allegory.tools.outliers import fit_detector, normal_parts
from allegory.tools.requires import tools_for
from allegory.tools.strangeness import COMBINED, SCORES, possible


@every_model
def test_every_score_that_a_model_can_have_is_finite_and_repeats(name, kind):
    model, data = model_for(name, kind), data_for(kind)
    known, held_out = normal_parts(data)
    if "outliers" not in tools_for(model):
        with pytest.raises(UserError, match="'outliers' needs a model that"):
            fit_detector(model, known, held_out)
        return
    reasons = possible(model)
    assert reasons[COMBINED] is None
    assert set(reasons) == set(SCORES)
    for score in (name for name, why in reasons.items() if why is None):
        detector = fit_detector(model, known, held_out, score=score)
        found, again = detector.judge(data), detector.judge(data)
        for values in found.scores.values():
            assert values.shape == (len(data),)
            assert values.dtype == torch.float64
            assert torch.isfinite(values).all()
        assert torch.equal(found.scores[score], again.scores[score])
        assert ((found.p > 0) & (found.p <= 1)).all()
        maps = detector.error_map(data.take(range(3)))
        assert (maps is not None) == ("reconstruct" in tools_for(model) and kind == "pictures")
        assert maps is None or (maps >= 0).all()
