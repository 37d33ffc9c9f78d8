"""How much another session helps to predict this one, measured on this one."""

from __future__ import annotations

from typing import Any

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.learning.encoder import Encoder
from pimp_tui.learning.evaluation.scores import scores
from pimp_tui.learning.learner import require_enough, require_varying, training_rows
from pimp_tui.learning.suggestion.warm_start import LEAST_CHECKED, WarmStart, judged, left_out


def transfer(
    session: Any, source: Any, metrics: list[str], seed: int = 0
) -> tuple[list[dict[str, Any]], list[str]]:
    """Five-fold evaluation of each metric without and with ``source`` as a start.

    Returns:
        two records a metric as ``evaluate`` gives them, ``training`` being ``all`` and
        ``all + <name of source>``, with ``used``: whether suggestions would start from it; and a
        line for people each, or why a metric cannot be compared.

    Raises:
        UserError: nothing of the other session can be used, or no metric compared.
    """
    options = list(session.options)
    warm = WarmStart(source, options, dict.fromkeys(metrics, "min"))
    records: list[dict[str, Any]] = []
    lines = []
    for metric in metrics:
        try:
            training = training_rows(session, metric, options)
            require_enough(len(training.y), LEAST_CHECKED, f"whether {warm.name} helps shows")
            require_varying(training)
        except UserError as error:
            lines.append(f"{metric}: {error.what}")
            continue
        positive = bool((training.y > 0).all())
        there = warm.costs(training.frame, metric, "min", positive)
        if there is None:
            lines.append(f"{metric}: nothing to learn from {warm.name}: {warm.lacks[metric]}")
            continue
        X = Encoder(options).fit(training.frame).transform(training.frame)
        y = np.log(training.y) if positive else training.y
        found = left_out(X, y, there, seed)
        help_ = judged(metric, warm.name, found - y, positive)
        lines.append(help_.words())
        for case, row in enumerate(np.exp(found) if positive else found):
            missing = np.full(len(y), np.nan)
            records.append(
                {
                    "metric": metric,
                    "predictor": "gaussian_process",
                    "training": f"all + {warm.name}" if case else "all",
                    "test": "5-fold by configuration",
                    "n": len(y),
                    **scores(training.y, row, missing, missing),
                    "estimated": training.estimated,
                    "used": help_.used if case else not help_.used,
                }
            )
    if not records:
        raise UserError("; ".join(lines))
    return records, lines
