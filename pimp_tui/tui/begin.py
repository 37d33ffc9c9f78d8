"""Ways a session begins or leaves from the Sessions screen: demo, import, export of its table."""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.session.manifest import FILE
from pimp_tui.session.paths import resolve, sessions_root
from pimp_tui.tui import launch

if TYPE_CHECKING:
    from pimp_tui.tui.screens.frame import FrameScreen

_DEMO_S = 90.0


async def begin_demo() -> Path:
    """Start the demo; returns its folder once the manifest is there.

    Raises:
        UserError: it ended, or took too long, before it was a session.
    """
    path = (sessions_root() / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}").resolve()
    with tempfile.TemporaryFile() as errors:
        process = launch.start_demo(path, errors)
        for _ in range(int(_DEMO_S * 5)):
            if (path / FILE).exists():
                return path
            if process.poll() is not None:
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip().splitlines()
                raise UserError(f"the demo ended at once: {' '.join(said[-2:])}")
            await asyncio.sleep(0.2)
        process.terminate()
    raise UserError(f"the demo was no session after {_DEMO_S:.0f} s and was ended")


async def ask_import(screen: FrameScreen) -> Path | None:
    """Ask for the table, which columns are options and metrics, and a name; import.

    Returns:
        The new session, None when a question was cancelled.

    Raises:
        UserError: the import refused.
    """

    def table_fault(text: str) -> str | None:
        path = Path(text).expanduser()
        if not text:
            return "a .csv or .parquet file"
        return None if path.is_file() else f"no file {path.name}"

    table = await screen.prompt("import table", validate=table_fault)
    if not table:
        return None
    source = Path(table).expanduser()
    columns = await asyncio.to_thread(columns_of, source)
    options = await screen.prompt(
        "option columns (a,b,…)", validate=lambda text: _columns_fault(text, columns),
        complete=lambda text: _starting(text, columns),
    )  # fmt: skip
    if not options:
        return None
    metrics = await screen.prompt(
        "metric columns (x,y,…)", validate=lambda text: _columns_fault(text, columns),
        complete=lambda text: _starting(text, columns),
    )  # fmt: skip
    if not metrics:
        return None
    name = await screen.prompt("name of the session", source.stem, validate=name_fault)
    if not name:
        return None
    session = resolve(name)
    await launch.run_command(
        ["import", str(source), "--options", options, "--metrics", metrics,
         "--session", str(session)]
    )  # fmt: skip
    return session


def name_fault(name: str) -> str | None:
    """Why a new session cannot have this name, or None."""
    if not name.strip():
        return "a name"
    if name.strip().startswith("-"):
        return "a name begins with no dash: that would be an option"
    path = resolve(name)
    if path.exists():
        return f"{name} exists already"
    parent = next(folder for folder in path.parents if folder.exists())
    if not parent.is_dir():
        return f"{parent} is no folder"
    if not os.access(parent, os.W_OK | os.X_OK):
        return f"{parent} may not be written"
    return None


def columns_of(table: Path) -> list[str]:
    """Names of a table's columns.

    Raises:
        UserError: it is no CSV or Parquet file.
    """
    import polars as pl

    try:
        scan = pl.scan_parquet(table) if table.suffix == ".parquet" else pl.scan_csv(table)
        return scan.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(f"no table: {str(error).splitlines()[0]}", str(table)) from None


def _columns_fault(text: str, columns: list[str]) -> str | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        return "at least one column"
    unknown = [name for name in names if name not in columns]
    return f"no column {unknown[0]}" if unknown else None


def _starting(text: str, columns: list[str]) -> list[str]:
    last = text.rsplit(",", 1)[-1].strip()
    return [name for name in columns if name.startswith(last) and name != last][:6]


def export_table(session: Path, target: Path) -> int:
    """Write one row per configuration, options and metric means, as CSV or Parquet.

    Returns:
        How many rows.

    Raises:
        UserError: another kind of file, or it cannot be written.
    """
    from pimp_tui.session.bundle import Session

    frame = Session(session).configurations().collect()
    try:
        if target.suffix == ".parquet":
            frame.write_parquet(target)
        elif target.suffix == ".csv":
            frame.write_csv(target)
        else:
            raise UserError("the file's name ends in .csv or .parquet", str(target))
    except OSError as error:
        raise UserError(f"cannot write ({error.strerror})", str(target)) from None
    return frame.height
