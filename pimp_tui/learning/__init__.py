"""Predictors, their evaluation, Pareto fronts and suggestions over frames.

The notebook names resolve at first use; scikit-learn is imported at the first fit.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Modules are not called fit, pareto or suggest: a loaded submodule would hide the function, as
# predicted_front does, which is imported from its module.
_HOMES = {
    "fit": "pimp_tui.learning.learner",
    "Learner": "pimp_tui.learning.learner",
    "evaluate": "pimp_tui.learning.evaluation.held_out",
    "learning_curve": "pimp_tui.learning.evaluation.curve",
    "pareto": "pimp_tui.learning.fronts.measured_front",
    "hypervolume": "pimp_tui.learning.fronts.measured_front",
    "knee": "pimp_tui.learning.fronts.measured_front",
    "default_objectives": "pimp_tui.learning.measured",
    "feature_effects": "pimp_tui.learning.effects.main_effects",
    "pairwise_effects": "pimp_tui.learning.effects.pair_effects",
    "permutation_importance": "pimp_tui.learning.effects.importance",
    "interaction_strength": "pimp_tui.learning.effects.interactions",
    "switches": "pimp_tui.learning.effects.switching",
    "suggest": "pimp_tui.learning.suggestion.next_runs",
    "learning_record": "pimp_tui.learning.record",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value
