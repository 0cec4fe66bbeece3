"""What each model's networks minimise, beside its equation.

D(·) is the discriminator's raw score; with σ the logistic function,
-log σ(s) = softplus(-s) and -log(1 - σ(s)) = softplus(s), so that all binary
cross-entropies are functions of raw scores. x is a real image with label y, and
x̃ a fake one. Everything that D sees has passed through the step's augmentation.

A label is a class, several parts, or a caption; ``labels`` says what the wrong ones of each kind
are, and what lies halfway.

It may import the rest of ``engine.models``. Begin with ``gan``. The table below has a row for each.
"""

from __future__ import annotations

from ganctl.engine.models.base import Objective
from ganctl.engine.models.objectives.cgan import CGAN, CGANAC, GANCLS
from ganctl.engine.models.objectives.gan import GAN
from ganctl.engine.models.objectives.infogan import InfoGAN
from ganctl.engine.models.objectives.interpolated import GANINT, GANINTCLS
from ganctl.engine.models.objectives.relativistic import RPGAN
from ganctl.plugins import Kind, plugin
from ganctl.requests.checks import values
from ganctl.requests.recipes import Model

__all__ = [
    "CGAN",
    "CGANAC",
    "GAN",
    "GANCLS",
    "GANINT",
    "GANINTCLS",
    "OBJECTIVES",
    "RPGAN",
    "InfoGAN",
    "objective_for",
]

OBJECTIVES: dict[str, Objective] = {
    Model.GAN: GAN(),
    Model.CGAN: CGAN(),
    Model.CGAN_AC: CGANAC(),
    Model.RPGAN: RPGAN(),
    Model.GAN_CLS: GANCLS(),
    Model.GAN_INT: GANINT(),
    Model.GAN_INT_CLS: GANINTCLS(),
    Model.INFOGAN: InfoGAN(),
}


def objective_for(model: str, needed: str = "") -> Objective:
    """Return the objective of a model, ganctl's own or a plug-in's.

    Args:
        model: its name.
        needed: the package that a run was begun with, where a plug-in's.

    Raises:
        PluginError: the plug-in is missing, or broken, or adds no objective.
        UnknownName: there is no such model.
    """
    if model in OBJECTIVES:
        return OBJECTIVES[model]
    found = plugin(Kind.MODEL, model, values(Model), needed)
    return found.load_as(Objective, "an Objective")
