"""Plan files: reading with validation, writing, and plan rows as complete configurations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.sampling.frames import cells_of, plan_frame
from pimp_tui.sampling.plan_rows import rows_of_plan

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space


def write_plan(plan: pl.DataFrame, path: Path) -> None:
    """Write a plan as Parquet, or as CSV where the name ends in ``.csv``; whole or not at all.

    Raises:
        UserError: the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.suffix.lower() == ".csv":
            plan.write_csv(draft)
        else:
            plan.write_parquet(draft)
        draft.replace(path)
    except OSError as fault:
        there = path.parent.is_dir()
        why = fault.strerror or ("it cannot be written" if there else "no such folder")
        mend = "give a path that can be written"
        raise UserError(f"cannot write the plan: {why}", str(path), mend) from None
    finally:
        draft.unlink(missing_ok=True)


def read_plan(path: Path, space: Space, complete: bool = False) -> pl.DataFrame:
    """Read a plan of a space.

    Args:
        path: ``.parquet`` or ``.csv``; identities, positions, samplers and options of a single
            value may be left out. In CSV an empty cell means that no leaf of the option is
            selected; lists and tables are JSON.
        space: the space it must fit.
        complete: every row must be a valid configuration.

    Returns:
        the frame as ``sample`` makes it; without ``complete`` rows that are not valid stay.

    Raises:
        UserError: no such file, no table, columns or values that are not the space's, or (with
            ``complete``) an invalid row.
    """
    return plan_of(space, _table(path), str(path), complete)


def plan_of(space: Space, table: pl.DataFrame, label: str, complete: bool = False) -> pl.DataFrame:
    """The plan in a table, its identities worked out anew; as ``read_plan``.

    Args:
        label: what messages call the table.
    """
    import polars as pl

    rows, valid = rows_of_plan(space, table, label)
    if table.is_empty():
        raise UserError("the plan is empty", label, "sample one with `pimp-tui sample`")
    if complete and not valid.all():
        at = int(np.flatnonzero(~valid)[0])
        try:
            space.from_row(cells_of(space, space.to_features(rows[at])))
        except UserError as fault:
            raise UserError(fault.what, f"{label}, row {at + 1}", fault.mend) from None
    labels = table["sampler"].to_list() if "sampler" in table.columns else ["plan"] * len(table)
    plan = plan_frame(space, rows, [str(label or "plan") for label in labels])
    if not valid.all() and "config_id" in table.columns:
        own = table["config_id"].cast(pl.String)
        plan = plan.with_columns(
            pl.when(pl.Series(valid)).then("config_id").otherwise(own).alias("config_id")
        )
    return plan


def _table(path: Path) -> pl.DataFrame:
    import polars as pl

    try:
        with path.open("rb") as file:
            head = file.read(4)
        if path.suffix.lower() == ".csv":
            return pl.read_csv(path, infer_schema=False)
        if head != b"PAR1":
            raise UserError("this is no Parquet file", str(path), "give a .parquet or .csv plan")
        return pl.read_parquet(path)
    except FileNotFoundError:
        raise UserError(f"no plan {path}", mend="sample one with --out") from None
    except OSError as fault:
        why = fault.strerror or "it cannot be read"
        mend = "give a .parquet or .csv plan"
        raise UserError(f"cannot read the plan: {why}", str(path), mend) from None
    except pl.exceptions.PolarsError:
        raise UserError("this is no table", str(path), "give a .parquet or .csv plan") from None
