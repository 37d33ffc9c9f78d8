"""Importing a table that was measured elsewhere as a session of its own."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.session import segments
from pimp_tui.session.manifest import new_manifest, write_manifest
from pimp_tui.session.schema import METRICS, PLAN_KEYS, RUNS, polars_schema
from pimp_tui.session.table_reading import (
    numbers,
    read_table,
    stands_twice,
    without_value,
)

if TYPE_CHECKING:
    import polars as pl

#: Names that the plan, the means of its configurations and the answers of commands use.
_OWN = (
    *PLAN_KEYS, "status", "reason", "runs_ok", "runs_failed", "energy_source", "energy_estimated",
    "estimated", "metric", "prediction", "lower", "upper", "measured", "expected_improvement",
)  # fmt: skip
_SHARES = ("pass_at_1",)
_SHOWN = 20
_INFINITE = r"(?i)^\s*[+-]?inf(inity)?\s*$"


def import_table(
    table: Path, options: Sequence[str], metrics: Sequence[str], session: Path
) -> dict[str, Any]:
    """Make a session of a measured table; rows with equal options are repeats.

    Metrics named as columns of the runs table fill those; any other becomes a Float64 column of
    its own at the end. NaN and infinities are null. A configuration that has no metric in any row
    is planned without a run, so that it may be predicted and suggested.

    Args:
        table: CSV or Parquet, one row per measurement.
        options: columns that say what was configured, each a name or names joined by commas.
        metrics: numeric columns that were measured, likewise.
        session: the folder to make; it must not exist.

    Returns:
        {"configurations", "unmeasured" (further configurations), "runs", "session"}.

    Raises:
        UserError: unreadable table, unknown or doubled columns, names that the session keeps for
            itself, a metric that is no number, or a session that is there already. Nothing is
            left behind then.
    """
    if session.exists():
        raise UserError("the session exists already", str(session), "choose another --session")
    frame = read_table(table)
    options, metrics = (named_columns(names, frame.columns) for names in (options, metrics))
    _check_columns(frame, table, options, metrics)
    values = _metric_values(frame, table, metrics)
    draft = session.with_name(f".{session.name}.{os.getpid()}.new")
    try:
        draft.mkdir(parents=True)
        answer = _fill(
            draft, session.name, _option_values(frame, table, options), values, metrics, table
        )
        draft.rename(session)
    except OSError as error:
        raise UserError(f"cannot write the session ({error.strerror})", str(session)) from None
    finally:
        if draft.exists():
            shutil.rmtree(draft)
    return answer | {"session": str(session)}


def named_columns(values: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Names of columns, of which a value may hold several joined by commas.

    A column whose own name holds commas is named whole, or in double quotes.
    """
    names: list[str] = []
    for value in values:
        if value in columns or value.strip() in columns:
            names.append(value if value in columns else value.strip())
        else:
            # a quoted name may hold a line's end; outside of quotes it parts names too
            lines = csv.reader(io.StringIO(value, newline=""), skipinitialspace=True)
            names += [part.strip() for line in lines for part in line if part.strip()]
    return names


def _check_columns(
    frame: pl.DataFrame, table: Path, options: Sequence[str], metrics: Sequence[str]
) -> None:
    if not options or not metrics:
        raise UserError(
            "an import needs options and metrics", str(table), "--options a,b --metrics y"
        )
    for name in [*options, *metrics]:
        if name not in frame.columns:
            near = get_close_matches(name, frame.columns, 1)
            mend = f"did you mean {near[0]!r}?" if near else _listed(frame.columns)
            raise UserError(f"no column {name!r}", str(table), mend)
        if stands_twice(name, frame.columns):
            raise UserError(f"{name!r} stands twice in the header", str(table), "rename one")
        taken = name in metrics and name in RUNS and name not in METRICS
        if (
            taken
            or name in _OWN
            or (name.removesuffix("_std") in metrics and name.endswith("_std"))
        ):
            raise UserError(f"{name!r} is a column of pimp-tui's own", str(table), "rename it")
    named = [*options, *metrics]
    doubled = [name for name in named if named.count(name) > 1]
    if doubled:
        raise UserError(f"{doubled[0]!r} is named twice", str(table))


def _listed(columns: Sequence[str]) -> str:
    some = ", ".join(columns[:_SHOWN])
    return f"columns: {some}" + (f" and {len(columns) - _SHOWN} more" if columns[_SHOWN:] else "")


def _option_values(frame: pl.DataFrame, table: Path, options: Sequence[str]) -> pl.DataFrame:
    """The options' columns, NaN as null."""
    import polars as pl

    for name in options:
        dtype = frame.schema[name]
        if not (dtype.is_numeric() or dtype in (pl.String, pl.Boolean, pl.Null)):
            raise UserError(
                f"the option {name!r} ({dtype}) is neither text, number nor true/false",
                str(table),
                "write it as one of these",
            )
    return frame.select(
        pl.col(name).fill_nan(None) if frame.schema[name].is_float() else name for name in options
    )


def _metric_values(frame: pl.DataFrame, table: Path, metrics: Sequence[str]) -> pl.DataFrame:
    """The metrics as Float64, NaN and infinities as null.

    Raises:
        UserError: a value that is no number, or one that the runs table cannot hold.
    """
    import polars as pl

    columns = []
    for name in metrics:
        column = frame[name]
        if column.dtype == pl.String:
            told = column.set(column.str.contains(_INFINITE).fill_null(False), None)
            _refuse(column, ~without_value(told) & numbers(told).is_null(), name, table)
            column = numbers(told)
        elif not (column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)):
            raise UserError(
                f"the metric {name!r} ({column.dtype}) is no number",
                str(table),
                "choose a numeric column",
            )
        values = column.cast(pl.Float64)
        values = values.set(~values.is_finite(), None)
        if RUNS.get(name) == "Int64":
            _refuse(values, values != values.round(), name, table, "whole number", "round it")
        if name in _SHARES:
            wrong = ~values.is_between(0.0, 1.0)
            _refuse(values, wrong, name, table, "share between 0 and 1", "divide percents by 100")
        columns.append(values)
    return pl.DataFrame(columns)


def _refuse(
    column: pl.Series,
    wrong: pl.Series,
    name: str,
    table: Path,
    kind: str = "number",
    mend: str = "empty the cell",
) -> None:
    rows = wrong.fill_null(False).arg_true()
    if len(rows):
        row = int(rows[0])
        raise UserError(
            f"the metric {name!r} is no {kind} in row {row + 1} below the header: {column[row]!r}",
            str(table),
            f"{mend}, or name another column",
        )


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
    there = pl.Series(values.select(~pl.all_horizontal(pl.all().is_null())).to_series())
    seen: dict[str, int] = {}
    first, ids, repetitions = [], [], []
    # Only what must be is made row by row: dictionaries of a million runs took 2 GB.
    for at, (row, measured) in enumerate(zip(options.iter_rows(named=True), there, strict=True)):
        identity = table_config_id(row)
        if identity not in seen:
            seen[identity] = 0
            first.append(at)
        if measured:
            seen[identity] += 1
            ids.append(identity)
            repetitions.append(seen[identity])
    if not ids:
        raise UserError("the table holds no measured row", str(table))
    plan = pl.DataFrame(
        {"config_id": list(seen), "position": range(1, len(seen) + 1)},
        schema={"config_id": pl.String, "position": pl.Int64},
    ).with_columns(sampler=pl.lit("imported"))
    plan = plan.hstack(options[first])
    segments.write_frame(draft / "plan.parquet", plan)
    frame = _runs(values.filter(there), ids, repetitions, extra)
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
    unmeasured = list(seen.values()).count(0)
    return {
        "configurations": len(seen) - unmeasured,
        "unmeasured": unmeasured,
        "runs": len(ids),
    }


def _runs(
    values: pl.DataFrame, ids: list[str], repetitions: list[int], extra: tuple[str, ...]
) -> pl.DataFrame:
    """The runs table of measured rows, in its types: its whole numbers are whole."""
    import polars as pl

    schema = polars_schema("runs", extra)
    frame = values.with_columns(
        pl.col(name).round(mode="half_to_even") for name in values.columns
        if schema[name] == pl.Int64
    ).with_columns(
        pl.Series("config_id", ids, pl.String), pl.Series("repetition", repetitions, pl.Int64),
        attempt=pl.lit(1), status=pl.lit("ok"),
    )  # fmt: skip
    if "energy_j" in values.columns:
        given = pl.col("energy_j").is_not_null()
        frame = frame.with_columns(
            energy_source=pl.when(given).then(pl.lit("imported")),
            energy_estimated=pl.when(given).then(pl.lit(False)),
        )
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )
