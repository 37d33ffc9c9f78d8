"""What a session keeps of its learning: settings, seeds, evaluation, curve; never a pickled model.

``learning.json`` holds the parts side by side: those of the evaluation at the top, those of the
learning curve under ``curve``, each with the number of good runs that it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from pimp_tui.learning.evaluation.conformal import COVERAGE, FOLDS
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
        "libraries": _libraries(),
        "evaluation": [dict(record) for record in evaluation],
        "notes": list(notes),
    }


def curve_record(
    points: Sequence[dict[str, Any]],
    *,
    metrics: Sequence[str],
    predictors: Sequence[str],
    seed: int,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The part ``curve`` of ``learning.json``: the points of ``learning_curve``, and how to
    compute them again."""
    from pimp_tui.learning.evaluation.curve import DRAWS, HELD_OUT

    return {
        "settings": {
            "metrics": list(metrics),
            "predictors": list(predictors),
            "draws": DRAWS,
            "held_out": HELD_OUT,
        },
        "seed": seed,
        "libraries": _libraries(),
        "points": [dict(point) for point in points],
        "notes": list(notes),
    }


def merged_record(
    old: Mapping[str, Any] | None, part: Mapping[str, Any], runs: int
) -> dict[str, Any]:
    """``learning.json`` with a new part, an evaluation or ``{"curve": ...}``.

    Of the old record the other part stays while it rests on as many good runs as there are.
    """
    kept = dict(old) if old is not None and old.get("version") == RECORD_VERSION else {}
    curve = part.get("curve")
    if curve is not None:
        top = kept if kept.get("runs") == runs else {"version": RECORD_VERSION}
        return {**top, "curve": {**curve, "runs": runs}}
    last = kept.get("curve")
    fresh = isinstance(last, Mapping) and last.get("runs") == runs
    return {**part, "runs": runs, **({"curve": last} if fresh else {})}


def _libraries() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("scikit-learn", "numpy", "polars")}
