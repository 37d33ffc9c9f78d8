"""What each configuration solved, read from a session, and picks compared with its control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from pimp_tui.errors import UserError
from pimp_tui.learning.verification.accuracy import (
    MARGIN,
    Comparison,
    Outcomes,
    accuracy_interval,
    compare,
)
from pimp_tui.learning.verification.control import control_of


def outcomes_of(session: Any, config_ids: Sequence[str]) -> dict[str, Outcomes]:
    """config_id -> problem -> repetition -> share of its samples that passed; ok runs only."""
    key = ["config_id", "repetition", "attempt"]
    ok = session.runs.filter(pl.col("status") == "ok").select(key)
    scored = session.requests.filter(
        pl.col("config_id").is_in(list(config_ids)) & pl.col("passed").is_not_null()
    ).join(ok, on=key, how="semi")
    rows = scored.group_by("config_id", "task_id", "repetition").agg(
        pl.col("passed").cast(pl.Float64).mean()
    )
    found: dict[str, dict[str, dict[int, float]]] = {}
    for config_id, task, repetition, rate in rows.collect().iter_rows():
        found.setdefault(config_id, {}).setdefault(task, {})[repetition] = rate
    return dict(found)


def check_margin(margin: float) -> None:
    """Raise a UserError for a margin that no interval can be held against."""
    if not 0 < margin < 1:
        raise UserError(f"{margin:g} is no margin of accuracy", "--margin", "give 0.01, say")


def control_of_session(session: Any) -> tuple[str, str] | None:
    """(name, config_id) of the baseline, else the library default; None where it has neither."""
    return control_of(session.manifest.get("named"))


def compare_with_control(
    session: Any, config_ids: Sequence[str], margin: float = MARGIN
) -> tuple[str, dict[str, Comparison]] | None:
    """What the picks are compared with, and config_id -> comparison.

    None where the session has no control or no scored problem of it; the control itself and a
    configuration without scored problems are left out.

    Raises:
        UserError: the margin is not positive.
    """
    check_margin(margin)
    control = control_of_session(session)
    if control is None or not hasattr(session, "requests"):
        return None
    name, reference = control
    outcomes = outcomes_of(session, [*config_ids, reference])
    return _compared(name, reference, config_ids, outcomes, margin)


def accuracy_columns(
    session: Any, config_ids: Sequence[str], margin: float = MARGIN
) -> dict[str, dict[str, Any]]:
    """config_id -> columns on its accuracy, for those with scored problems.

    ``accuracy_interval``: 95% interval of its pass rate over problems and runs; for others than
    the control also ``accuracy_against`` (the control's name) and the fields of ``Comparison``,
    each after ``accuracy_``.

    Raises:
        UserError: the margin is not positive.
    """
    check_margin(margin)
    if not hasattr(session, "requests"):
        return {}
    control = control_of_session(session)
    name, reference = control or ("", "")
    outcomes = outcomes_of(session, [*config_ids, reference])
    compared = _compared(name, reference, config_ids, outcomes, margin)
    columns: dict[str, dict[str, Any]] = {}
    for config_id in config_ids:
        interval = accuracy_interval(outcomes.get(config_id, {}))
        if interval is None:
            continue
        columns[config_id] = {"accuracy_interval": list(interval[1:])}
        if compared and config_id in compared[1]:
            columns[config_id] |= {"accuracy_against": name} | compared[1][config_id].as_row()
    return columns


def _compared(
    name: str,
    reference: str,
    config_ids: Sequence[str],
    outcomes: dict[str, Outcomes],
    margin: float,
) -> tuple[str, dict[str, Comparison]] | None:
    if reference not in outcomes:
        return None
    found = {}
    for config_id in config_ids:
        if config_id != reference and config_id in outcomes:
            comparison = compare(outcomes[config_id], outcomes[reference], margin)
            if comparison is not None:
                found[config_id] = comparison
    return name, found
