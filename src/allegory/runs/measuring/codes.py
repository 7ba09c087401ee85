"""Measures of codes: the latent space, and how single latents follow single factors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from allegory.errors import UserError
from allegory.measures.disentanglement.dci import dci
from allegory.measures.disentanglement.factor_vae import factor_vae
from allegory.measures.disentanglement.factors import table_of
from allegory.measures.disentanglement.mig import mig
from allegory.measures.disentanglement.sap import sap
from allegory.measures.estimate import FEWEST
from allegory.measures.latent.active import active_units
from allegory.measures.latent.aggregate import aggregate
from allegory.measures.latent.completeness import completeness
from allegory.measures.latent.continuity import continuity
from allegory.progress import track
from allegory.runs.measuring.findings import Figure, Findings, figure

if TYPE_CHECKING:
    from allegory.measures.disentanglement.dci import DCI
    from allegory.runs.measuring.subject import Subject

__all__ = ["disentanglement", "latent"]

REFERENCES = 5_000
"""Training examples at most that the nearest to a decoded code is sought among."""


def latent(subject: Subject) -> Findings:
    """Where codes lie, and what decodes from where they do not."""
    model, rng = subject.model, subject.rng("latent")
    mean, std = subject.posterior
    n, size = mean.shape
    with track("latent space", 3) as advance:
        order = np.random.default_rng(subject.options.seed).permutation(n)
        ways = continuity(model, mean[order])
        figures = {"continuity": figure("continuity", ways.score, better="higher")}
        advance(1, "completeness")
        basis: dict[str, Any] = {"n": n, "reference": subject.where, "steps": ways.steps}
        basis |= {"features": "the values themselves", "resize": "none"}
        notes: tuple[str, ...] = ()
        if subject.train is None or min(n, len(subject.train)) < FEWEST:
            notes += (
                f"no completeness: it takes {FEWEST} training and {FEWEST} held-out examples.",
            )
        else:
            real = subject.train.select(
                np.random.default_rng(0).permutation(len(subject.train))[:REFERENCES]
            )
            found = completeness(model, real, subject.held_out, rng=rng)
            basis["n_train"] = found.references
            figures["completeness"] = figure("completeness (0.95 at best)", found.share)
            figures["completeness_ratio"] = figure(
                "distance of decoded draws (1 at best)", found.ratio
            )
        advance(1, "aggregate posterior")
        if (std > 0).all():
            parts = aggregate(mean, std, rng=rng)
            if parts.saturated:
                notes += (
                    f"{n:,} examples show no mutual information above ln n = {math.log(n):.1f} "
                    "nats: it is at least what is said; the distance of the aggregate posterior "
                    "to the prior, and the total correlation, are at most that; their intervals "
                    "do not hold the truth.",
                )
            used = active_units(mean)
            figures |= {
                "active_units": Figure(f"active units, of {size}", used.count),
                "kl": figure("KL to the prior", parts.kl, "nats"),
                "information": figure("mutual information of x and z", parts.information, "nats"),
                "mismatch": figure(
                    "aggregate posterior to prior", parts.mismatch, "nats", "lower"
                ),
                "total_correlation": figure(
                    "total correlation", parts.total_correlation, "nats", "lower"
                ),
                "gaussian_total_correlation": Figure(
                    "total correlation of a normal with these correlations",
                    parts.gaussian_total_correlation,
                    unit="nats",
                    better="lower",
                ),
                "dimension_wise": figure(
                    "latent by latent to prior", parts.dimension_wise, "nats"
                ),
            }
        else:
            notes += ("codes are points: no active units and no aggregate posterior.",)
        advance(1)
    return Findings(basis, figures, notes)


def disentanglement(subject: Subject) -> Findings:
    """How well single latents follow single factors."""
    seed = subject.options.seed
    codes = subject.posterior[0].numpy()
    columns = subject.held_out.table()
    used = table_of(codes, columns).basis
    if len(used.factors) < 2:
        raise UserError(
            f"it takes two known factors that vary, and the data have one ('{used.factors[0]}')."
        )
    notes: tuple[str, ...] = ()
    with track("disentanglement", 4) as advance:
        gap = mig(codes, columns)
        figures = {"mig": figure("MIG", gap.score, better="higher")}
        advance(1, "DCI")
        forests = dci(codes, columns, seed=seed)
        figures |= {
            "dci_disentanglement": figure(
                "DCI disentanglement", forests.disentanglement, better="higher"
            ),
            "dci_completeness": figure("DCI completeness", forests.completeness, better="higher"),
            "dci_informativeness": Figure(
                "DCI informativeness", forests.informativeness, better="higher"
            ),
        }
        advance(1, "SAP")
        apart = sap(codes, columns, seed=seed)
        figures["sap"] = figure("SAP", apart.score, better="higher")
        notes += (f"SAP without its correction for chance, as published: {apart.unadjusted:.3f}.",)
        advance(1, "FactorVAE score")
        try:
            votes = factor_vae(codes, columns, rng=seed)
            figures["factor_vae"] = figure("FactorVAE score", votes.score, better="higher")
            notes += (f"FactorVAE score by chance: {votes.chance:.2f}.",)
        except UserError as error:
            notes += (f"no FactorVAE score: {error}",)
        advance(1)
    basis = {
        "n": used.n,
        "reference": subject.where,
        "factors": list(used.factors),
        "bins": used.bins,
    }
    if used.dropped:
        notes += (f"{used.dropped:,} examples lack the value of a factor and are left out.",)
    if used.left_out:
        aside = ", ".join(f"{name} ({why})" for name, why in used.left_out.items())
        notes += (f"columns that are no factors here: {aside}.",)
    detail = {
        "importance": importance(forests),
        "mig": {name: found.mean for name, found in gap.factors.items()},
        "informativeness": {name: found.score.mean for name, found in forests.factors.items()},
    }
    return Findings(basis, figures, notes, detail)


def importance(forests: DCI) -> dict[str, Any]:
    """What a forest finds important: "values", a row a latent, a column a factor."""
    return {
        "latents": list(forests.basis.latents),
        "factors": list(forests.basis.factors),
        "values": forests.importance.tolist(),
    }
