"""Names to predictors: the built-in ones and those of installed packages."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from pimp_tui.errors import UserError
from pimp_tui.learning.predictors.base import Predictor
from pimp_tui.space.nearest import nearest

DEFAULT_PREDICTOR = "blend"
_GROUP = "pimp_tui.predictors"
_SEEDS = 2**32  # scikit-learn takes none beyond
_BUILT_IN = {
    "random_forest": "pimp_tui.learning.predictors.forest:RandomForest",
    "extra_trees": "pimp_tui.learning.predictors.forest:ExtraTrees",
    "gradient_boosting": "pimp_tui.learning.predictors.boosting:GradientBoosting",
    "gaussian_process": "pimp_tui.learning.predictors.gaussian_process:GaussianProcess",
    "anova_process": "pimp_tui.learning.predictors.gaussian_process:AnovaProcess",
    "blend": "pimp_tui.learning.predictors.blend:Blend",
}


def predictors() -> list[str]:
    """Every known name, the built-in ones first."""
    others = sorted({point.name for point in entry_points(group=_GROUP)} - set(_BUILT_IN))
    return [*_BUILT_IN, *others]


def create_predictor(name: str, seed: int = 0) -> Predictor:
    """A fresh predictor.

    Raises:
        UserError: no predictor has that name.
    """
    if name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        factory = getattr(import_module(module), attribute)
    else:
        found = [point for point in entry_points(group=_GROUP) if point.name == name]
        if not found:
            close = nearest(name, predictors())
            hint = f"; did you mean {close}?" if close else ""
            raise UserError(f"no predictor {name}{hint}", mend=f"known: {', '.join(predictors())}")
        factory = found[0].load()
    return cast("Callable[..., Predictor]", factory)(seed=seed % _SEEDS)
