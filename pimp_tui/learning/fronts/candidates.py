"""Configurations to predict: fresh ones, of option values that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pimp_tui.errors import Contradiction, UserError
from pimp_tui.learning.measured import measured_frame, options_of, require_columns


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


def to_predict(
    session: Any, metric: str, plan: Path | None = None, n: int = 16, seed: int = 0
) -> pl.DataFrame | None:
    """Configurations to predict: those of a plan's file, else up to ``n`` fresh ones.

    Of an imported session, those that lack the metric; None where none does.

    Raises:
        UserError: the plan cannot be read, or lacks an option.
    """
    space = space_of(session)
    if space is not None:
        from pimp_tui.sampling.plans import read_plan

        return read_plan(plan, space) if plan else fresh_candidates(session, n, seed)
    if plan is not None:
        from pimp_tui.session.table_reading import read_table

        rows = read_table(plan)
        options = options_of(session, None)
        try:
            require_columns(rows, options, "option")
        except UserError as error:
            raise UserError(error.what, str(plan)) from None
        schema = session.plan.collect_schema()
        return rows if "config_id" in rows.columns else _identified(rows, options, schema)
    rows = session.configurations().collect()
    lacking = rows.filter(rows[metric].is_null())
    return None if lacking.is_empty() else lacking.select(session.plan.collect_schema().names())


def _identified(
    rows: pl.DataFrame, options: Sequence[str], schema: Mapping[str, Any]
) -> pl.DataFrame:
    """The rows with the ``config_id`` that an import would give them, first."""
    from pimp_tui.space.ids import table_config_id

    columns = []
    for name in options:
        given, cast = rows[name], rows[name].cast(schema[name], strict=False)
        same = cast.cast(given.dtype, strict=False).eq_missing(given).all()
        columns.append(cast if same else given)  # 2.5 is no whole number
    typed = rows.with_columns(columns)
    ids = [table_config_id(row) for row in typed.select(options).iter_rows(named=True)]
    return typed.insert_column(0, pl.Series("config_id", ids, dtype=pl.String))


def without(rows: pl.DataFrame, known: pl.DataFrame, options: Sequence[str]) -> pl.DataFrame:
    """The rows that are none of the known configurations, each once.

    The same are two of one config_id, where both frames have it, or of equal option values, null
    included: an engine is given nothing else.
    """
    if "config_id" in rows.columns:
        rows = rows.unique("config_id", keep="first", maintain_order=True)
        if "config_id" in known.columns:
            rows = rows.join(known.select("config_id"), on="config_id", how="anti")
    shared = [name for name in options if name in rows.columns and name in known.columns]
    if not shared or len(shared) < len(options):
        return rows
    rows = rows.unique(shared, keep="first", maintain_order=True)
    values = known.select(pl.col(name).cast(rows.schema[name], strict=False) for name in shared)
    return rows.join(values, on=shared, how="anti", nulls_equal=True, maintain_order="left")


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
