"""Importing a table that was measured elsewhere as a session of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.session import segments
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.schema import PLAN_KEYS, RUNS

if TYPE_CHECKING:
    import polars as pl


def import_table(
    table: Path, options: Sequence[str], metrics: Sequence[str], session: Path
) -> dict[str, Any]:
    """Make a session of a measured table; rows with equal options are repeats.

    Metrics named as columns of the runs table fill those; any other becomes a Float64 column of
    its own at the end. A row without any metric is left out.

    Args:
        table: CSV or Parquet, one row per measurement.
        options: columns that say what was configured.
        metrics: numeric columns that were measured.
        session: the folder to make; it must not exist.

    Returns:
        {"configurations", "runs", "session"}.

    Raises:
        UserError: unreadable table, unknown or doubled columns, a metric that is no number, or a
            session that is there already. Nothing is left behind then.
    """
    frame = read_table(table)
    _check_columns(frame, table, options, metrics)
    values = _numbers(frame, table, metrics)
    if session.exists():
        raise UserError("the session exists already", str(session), "choose another --session")
    draft = session.with_name(f".{session.name}.{os.getpid()}.new")
    try:
        draft.mkdir(parents=True)
        answer = _fill(draft, session.name, frame.select(options), values, list(metrics), table)
        draft.rename(session)
    except OSError as error:
        raise UserError(f"cannot write the session ({error.strerror})", str(session)) from None
    finally:
        if draft.exists():
            shutil.rmtree(draft)
    return answer | {"session": str(session)}


def read_table(table: Path) -> pl.DataFrame:
    """A CSV or Parquet table.

    Raises:
        UserError: it is not there or cannot be read.
    """
    import polars as pl

    try:
        if table.suffix.lower() in (".parquet", ".pq"):
            return pl.read_parquet(table)
        return pl.read_csv(table, infer_schema_length=None)
    except FileNotFoundError:
        raise UserError("no such table", str(table)) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else "empty"
        raise UserError(f"the table cannot be read ({first})", str(table)) from None


def _check_columns(
    frame: pl.DataFrame, table: Path, options: Sequence[str], metrics: Sequence[str]
) -> None:
    if not options or not metrics:
        raise UserError(
            "an import needs options and metrics", str(table), "--options a,b --metrics y"
        )
    from difflib import get_close_matches

    for name in [*options, *metrics]:
        if name not in frame.columns:
            near = get_close_matches(name, frame.columns, 1)
            mend = f"did you mean {near[0]!r}?" if near else f"columns: {', '.join(frame.columns)}"
            raise UserError(f"no column {name!r}", str(table), mend)
        if name in PLAN_KEYS:
            raise UserError(f"{name!r} is a column of pimp-tui's own", str(table), "rename it")
    doubled = {name for name in options if name in metrics or list(options).count(name) > 1}
    if doubled:
        raise UserError(f"{sorted(doubled)[0]!r} is named twice", str(table))


def _numbers(frame: pl.DataFrame, table: Path, metrics: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    for name in metrics:
        if not frame[name].dtype.is_numeric() and frame[name].dtype != pl.Boolean:
            raise UserError(
                f"the metric {name!r} is no number", str(table), "choose a numeric column"
            )
    return frame.select(pl.col(list(metrics)).cast(pl.Float64).fill_nan(None))


def _fill(
    draft: Path,
    name: str,
    options: pl.DataFrame,
    values: pl.DataFrame,
    metrics: list[str],
    table: Path,
) -> dict[str, Any]:
    import polars as pl

    from pimp_tui.space.ids import table_config_id

    extra = tuple(metric for metric in metrics if metric not in RUNS)
    seen: dict[str, int] = {}
    plan, runs = [], []
    for position_options, row in zip(
        options.iter_rows(named=True), values.iter_rows(named=True), strict=True
    ):
        if all(value is None for value in row.values()):
            continue
        identity = table_config_id(position_options)
        repetition = seen[identity] = seen.get(identity, 0) + 1
        if repetition == 1:
            plan.append(
                {"config_id": identity, "position": len(seen), "sampler": "imported"}
                | position_options
            )
        key = {"config_id": identity, "repetition": repetition, "attempt": 1, "status": "ok"}
        energy = {"energy_source": "imported", "energy_estimated": False}
        has_energy = row.get("energy_j") is not None
        runs.append(key | _fitting(row) | (energy if has_energy else {}))
    if not runs:
        raise UserError("the table holds no measured row", str(table))
    schema = {"config_id": pl.String, "position": pl.Int64, "sampler": pl.String} | dict(
        options.schema
    )
    segments.write_frame(draft / "plan.parquet", pl.DataFrame(plan, schema=schema, orient="row"))
    frame = segments.frame_of("runs", runs, extra)
    (draft / "runs").mkdir()
    segments.write_frame(draft / "runs" / segments.MERGED, frame)
    manifest = new_manifest(
        name,
        status="done",
        engine="imported",
        workload={"id": str(table.resolve()), "hash": None},
        options=options.columns,
        imported_metrics=metrics,
        settings={"repeats": 1, "method": "imported"},
    )
    write_manifest(draft, manifest)
    return {"configurations": len(plan), "runs": len(runs)}


def _fitting(row: dict[str, Any]) -> dict[str, Any]:
    """Values in the types of the runs table: its whole numbers are whole."""
    return {
        name: round(value) if RUNS.get(name) == "Int64" and value is not None else value
        for name, value in row.items()
    }
