"""What a session keeps of its learning: settings, seeds and evaluation, never a pickled model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

RECORD_VERSION = 1


def learning_record(
    evaluation: Sequence[dict[str, Any]],
    *,
    options: Sequence[str],
    metrics: Sequence[str],
    predictors: Sequence[str],
    seed: int,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The content of ``learning.json``: enough to refit and to compare on opening."""
    from importlib.metadata import version

    from pimp_tui.learning.conformal import COVERAGE, FOLDS
    from pimp_tui.learning.learner import MINIMUM_CONFIGURATIONS

    return {
        "version": RECORD_VERSION,
        "settings": {
            "options": list(options),
            "metrics": list(metrics),
            "predictors": list(predictors),
            "folds": FOLDS,
            "interval": COVERAGE,
            "minimum_configurations": MINIMUM_CONFIGURATIONS,
        },
        "seed": seed,
        "libraries": {name: version(name) for name in ("scikit-learn", "numpy", "polars")},
        "evaluation": [dict(record) for record in evaluation],
        "notes": list(notes),
    }
