"""Configurations that may be suggested: valid, within the user's choices, not yet planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pimp_tui.errors import Contradiction, UserError
from pimp_tui.learning.fronts.candidates import space_of, without
from pimp_tui.learning.fronts.measured_front import pareto
from pimp_tui.learning.measured import failed_rows, measured_frame, options_of

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space

_NEAR = 400  # candidates made from the front's own configurations
_SWAPS = (1, 1, 2, 3)  # options that a neighbour takes from elsewhere, each as often


def pool_of(
    session: Any,
    plan: pl.DataFrame,
    rows: pl.DataFrame,
    objectives: dict[str, str],
    count: int,
    within: Choice | None,
    seed: int,
) -> pl.DataFrame:
    """Configurations that may be suggested, each once.

    ``count`` uniform draws from the space, and neighbours of the measured front: a space of
    millions holds few configurations near a front, and uniform draws miss them. An imported
    session offers the rows that lack an objective.

    Args:
        within: a partial configuration; that of the session itself holds besides.

    Raises:
        UserError: nothing is left, or ``within`` contradicts the session's own choices.
    """
    space = space_of(session)
    if space is None:
        if within is not None:
            raise UserError("a partial configuration needs a space, and this session has none")
        pool = _unmeasured(rows, list(objectives))
        if pool.is_empty():
            raise UserError(
                "every configuration of this table is measured and the session has no space",
                mend="import rows whose metrics are empty, or run a session with a space",
            )
        return pool
    from pimp_tui.sampling import sample

    choice = session_choice(session, space, within)
    drawn = sample(space, method="uniform", n=count, seed=seed, within=choice)
    near = _neighbours(space, choice, rows, objectives, drawn, seed)
    both = drawn if near is None else pl.concat([drawn, near.select(drawn.columns)])
    pool = without(both, plan, options_of(session, None))
    if pool.is_empty():
        raise UserError("every configuration drawn is already in the plan; nothing to suggest")
    return pool


def session_choice(session: Any, space: Space, within: Choice | None) -> Choice | None:
    """The session's own partial configuration and ``within`` together; None without either.

    Raises:
        UserError: they contradict each other.
    """
    manifest = getattr(session, "manifest", None) or {}
    literals = dict(manifest.get("choice") or {})
    given = within.literals() if within is not None else {}
    for feature, selected in given.items():
        if literals.get(feature, selected) is not selected:
            done = "selected" if literals[feature] else "deselected"
            raise UserError(
                f"{feature} is {done} for the whole session", mend="leave it out, or start another"
            )
    if not literals and not given:
        return None
    choice = space.configure()
    try:
        choice.replace(literals | given)
    except Contradiction as error:
        raise UserError(f"against the session's own choices: {error}") from None
    return choice


def _unmeasured(rows: pl.DataFrame, objectives: list[str]) -> pl.DataFrame:
    """Planned rows that lack an objective and did not fail."""
    lacking = rows.filter(pl.any_horizontal(pl.col(objectives).is_null()))
    return lacking.join(failed_rows(lacking), on="config_id", how="anti")


def _neighbours(
    space: Space,
    choice: Choice | None,
    rows: pl.DataFrame,
    objectives: dict[str, str],
    drawn: pl.DataFrame,
    seed: int,
) -> pl.DataFrame | None:
    """Front configurations that took one to three options from a drawn one, as far as valid."""
    from pimp_tui.sampling.frames import plan_frame

    measured = measured_frame(rows).drop_nulls(list(objectives))
    if measured.is_empty() or drawn.is_empty() or not space.bindings:
        return None
    front = [
        space.to_row(space.from_row({name: row[name] for name in space.bindings}))
        for row in pareto(measured, objectives).iter_rows(named=True)
    ]
    random = np.random.default_rng(seed)
    few = drawn.sample(min(_NEAR, drawn.height), seed=seed % 2**64)  # more Polars does not take
    donors = [
        space.to_row(space.from_row(row))
        for row in few.select(list(space.bindings)).iter_rows(named=True)
    ]
    own = np.flatnonzero(space.identity)
    leaves = [
        np.array([space.variable(leaf) - 1 for leaf in option.leaves])
        for option in space.bindings.values()
    ]
    fixed = _numbers(space, choice)
    found = []
    for index in range(_NEAR):
        parent = front[index % len(front)]
        donor = donors[int(random.integers(len(donors)))]
        differs = [part for part in leaves if (parent[part] != donor[part]).any()]
        if not differs:
            continue
        swaps = min(_SWAPS[index % len(_SWAPS)], len(differs))
        child = parent.copy()
        for at in random.choice(len(differs), swaps, replace=False):
            child[differs[at]] = donor[differs[at]]
        literals = np.where(child[own], own + 1, -(own + 1)).tolist()
        model = space.reasoner.solver.model([*fixed, *literals])
        if model is not None:
            found.append(np.asarray(model, dtype=bool))
    return plan_frame(space, np.array(found), "suggest") if found else None


def _numbers(space: Space, choice: Choice | None) -> list[int]:
    if choice is None:
        return []
    return [space.variable(name) * (1 if on else -1) for name, on in choice.literals().items()]
