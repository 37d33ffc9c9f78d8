"""Configurations to predict: fresh ones, of option values that were measured."""

from __future__ import annotations

from typing import Any

import polars as pl

from pimp_tui.errors import Contradiction, UserError
from pimp_tui.learning.measured import measured_frame, options_of


def space_of(session: Any) -> Any:
    """The session's space; None for an imported one, which has none."""
    try:
        return session.space()
    except (UserError, FileNotFoundError):
        return None


def fresh_candidates(session: Any, n: int, seed: int = 0) -> pl.DataFrame:
    """Up to ``n`` uniform draws from the part of the space that was measured, each once.

    A learner knows nothing of a value that no measured configuration has, so the draws keep to
    the others: uniform over the valid configurations of measured values. Of an imported session
    the rows of its own plan.
    """
    space = space_of(session)
    if space is None:
        plan = session.plan
        return plan.collect() if isinstance(plan, pl.LazyFrame) else plan
    from pimp_tui.sampling import sample

    drawn = sample(space, method="uniform", n=n, seed=seed, within=measured_part(session, space))
    return drawn.unique("config_id", keep="first", maintain_order=True)


def measured_part(session: Any, space: Any) -> Any:
    """The partial configuration that all measured configurations agree on.

    Features that none of them has are deselected, features that all of them have selected, so
    far as the space lets it be said.
    """
    options = options_of(session, None)
    rows = measured_frame(session).select(options).iter_rows(named=True)
    selections = [space.from_row(row) for row in rows]
    choice = space.configure()
    if not selections:
        return choice
    some, every = frozenset.union(*selections), frozenset.intersection(*selections)
    for feature in space.features:
        if choice.states()[feature] != "undecided":
            continue
        try:
            if feature not in some:
                choice.deselect(feature)
            elif feature in every:
                choice.select(feature)
        except Contradiction:  # pragma: no cover - a row of another space
            continue
    return choice
