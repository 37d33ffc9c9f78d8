"""Which file of a session a reader fell over: damaged inside, or not laid out as its schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.session.damage import TABLES, require_whole
from pimp_tui.session.manifest import read_manifest
from pimp_tui.session.picks import batches
from pimp_tui.session.schema import PLAN_KEYS, RUNS, SCHEMA_VERSION, polars_schema

if TYPE_CHECKING:
    import polars as pl


def require_readable(session: Path) -> None:
    """Refuse a session with a file that cannot be read; costly, for when reading it has failed.

    Raises:
        UserError: naming the first file, and its first wrong column.
    """
    import polars as pl

    for bundle in (session, *batches(session)):
        require_whole(bundle, thoroughly=True)
        imported = read_manifest(bundle)["imported_metrics"]
        extra = tuple(name for name in imported if name not in RUNS)
        plan = dict(zip(PLAN_KEYS, (pl.String(), pl.Int64(), pl.String()), strict=True))
        _require(bundle / "plan.parquet", plan, others=True)
        _require(bundle / "prompts.parquet", polars_schema("prompts"))
        for table in TABLES:
            for file in sorted((bundle / table).glob("*.parquet")):
                _require(file, polars_schema(table, extra))


def _require(file: Path, schema: dict[str, pl.DataType], others: bool = False) -> None:
    import polars as pl

    if not file.exists():
        return
    try:
        found = pl.read_parquet_schema(file)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise UserError("the file is damaged: its columns cannot be told", str(file)) from None
    wrong = [f"no column {name}" for name in schema if name not in found]
    wrong += [
        f"the column {name} is {found[name]}, not {dtype}"
        for name, dtype in schema.items()
        if name in found and found[name] != dtype
    ]
    if not others:
        wrong += [f"a column {name} too many" for name in found if name not in schema]
    if wrong:
        raise UserError(
            f"{wrong[0]}: another program wrote this file, or changed it",
            str(file),
            f"put the file back as it was: schema {SCHEMA_VERSION} has these columns alone",
        )
