"""What would change for one configuration if one of its options had another value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.effects.main_effects import spell
from pimp_tui.learning.evaluation.conformal import half_width, is_relative
from pimp_tui.learning.fronts.candidates import space_of
from pimp_tui.learning.learner import Learner

_PAIRS = 4000

SWITCH_SCHEMA = {
    "feature": pl.String,
    "option": pl.String,
    "from": pl.String,
    "to": pl.String,
    "change": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "change_percent": pl.Float64,
    "shown": pl.Boolean,
}


def switches(
    learner: Learner, row: Mapping[str, Any], session: Any = None, seed: int = 0
) -> pl.DataFrame:
    """Predicted change of the metric for every other measured value of one option at a time.

    The 90% interval of a change comes from pairs of training configurations: how far the
    difference of two out-of-fold predictions was from the difference that was measured. It is
    the interval of what a measurement of both would differ by.

    Args:
        row: the options of the configuration.
        session: where it has a space, switches that are not valid by themselves are left out.

    Returns:
        columns as ``SWITCH_SCHEMA``, largest change first: ``change`` and its interval in the
        metric's unit, in percent of the prediction where that and all that was measured are
        positive, and ``shown``, whether the interval excludes 0.

    Raises:
        UserError: the row lacks an option, or has a value that was never measured.
    """
    known = learner.held_out
    missing = [name for name in learner.options if name not in row]
    if missing:
        raise UserError(f"the configuration has no {missing[0]}")
    start = pl.DataFrame(
        [{name: row[name] for name in learner.options}],
        schema={name: known.schema[name] for name in learner.options},
    )
    if not learner.encoder.fitted(start).item():
        raise UserError(
            "the configuration has an option value that was never measured",
            mend="start from a measured configuration",
        )
    tried = [
        {"option": name, "value": value}
        for name in learner.options
        for value in known[name].unique().sort(nulls_last=False).to_list()
        if value != row[name]
    ]
    rows = [start.with_columns(_literal(t, start)) for t in tried]
    valid = _valid(rows, session)
    tried = [one for one, keep in zip(tried, valid, strict=True) if keep]
    rows = [one for one, keep in zip(rows, valid, strict=True) if keep]
    if not rows:
        return pl.DataFrame(schema=SWITCH_SCHEMA)
    before = learner.predict(start)["prediction"].item()
    after = learner.predict(pl.concat(rows))["prediction"].to_numpy()
    lower, upper = _change_bounds(learner, before, after, seed)
    least, most = learner.limits
    lower, upper = np.maximum(lower, least - before), np.minimum(upper, most - before)
    positive = before > 0 and bool((known["measured"] > 0).all())  # else percent say nothing
    found = [
        {
            "feature": f"{one['option']}={spell(one['value'])}",
            "option": one["option"],
            "from": spell(row[one["option"]]),
            "to": spell(one["value"]),
            "change": float(then - before),
            "lower": float(low),
            "upper": float(high),
            "change_percent": 100.0 * float(then - before) / before if positive else None,
            "shown": bool(low > 0 or high < 0),
        }
        for one, then, low, high in zip(tried, after, lower, upper, strict=True)
    ]
    frame = pl.DataFrame(found, schema=SWITCH_SCHEMA)
    return frame.sort(pl.col("change").abs(), descending=True, maintain_order=True)


def _change_bounds(
    learner: Learner, before: float, after: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    measured = learner.held_out["measured"].to_numpy()
    guess = learner.held_out["prediction"].to_numpy()
    relative = is_relative(measured) and before > 0 and bool((guess > 0).all())
    error = np.log(guess / measured) if relative else guess - measured
    random = np.random.default_rng(seed)
    a, b = random.integers(0, len(error), (2, _PAIRS))
    width = half_width(np.abs(error[a] - error[b])[a != b])
    if relative:
        ratio = after / before
        return before * (ratio * np.exp(-width) - 1.0), before * (ratio * np.exp(width) - 1.0)
    return after - before - width, after - before + width


def _literal(one: Mapping[str, Any], start: pl.DataFrame) -> pl.Expr:
    name = one["option"]
    return pl.lit(one["value"], dtype=start.schema[name]).alias(name)


def _valid(rows: Sequence[pl.DataFrame], session: Any) -> list[bool]:
    space = space_of(session) if session is not None else None
    if space is None:
        return [True] * len(rows)
    answers = []
    for row in rows:
        try:
            space.from_row(row.row(0, named=True))
            answers.append(True)
        except UserError:
            answers.append(False)
    return answers
