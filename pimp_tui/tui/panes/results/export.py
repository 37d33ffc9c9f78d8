"""Writing the visible table to a file; for threads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.session.atomic import write_atomically
from pimp_tui.tui.widgets.numbers import ENERGY

if TYPE_CHECKING:
    import polars as pl

SUFFIXES = (".csv", ".parquet", ".md")


def fault(text: str) -> str | None:
    """What is wrong with a file name to export to."""
    path = Path(text.strip()).expanduser()
    if not text.strip():
        return "a file name is missing"
    if path.suffix.lower() not in SUFFIXES:
        return f"end it in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
    if not path.parent.is_dir():
        return f"no folder {path.parent}"
    return f"{path} is a folder" if path.is_dir() else None


def export(frame: pl.DataFrame, names: list[str], order: pl.Series | None, path: Path) -> Path:
    """Write the shown columns of the shown rows, in raw units, by the suffix of the path.

    Raises:
        UserError: the file cannot be written.
    """
    table = frame.select(names)
    table = table if order is None else table[order]

    def write(temporary: Path) -> None:
        if path.suffix.lower() == ".parquet":
            table.write_parquet(temporary)
        elif path.suffix.lower() == ".md":
            temporary.write_text(markdown(table), encoding="utf-8")
        else:
            flat(table).write_csv(temporary)

    try:
        write_atomically(path, write)
    except OSError as error:
        raise UserError(f"cannot write it ({error.strerror or error})", str(path)) from None
    return path


def with_flag(frame: pl.DataFrame, names: list[str]) -> list[str]:
    """Columns to write, ``energy_estimated`` among them where an estimate would look measured."""
    flag = "energy_estimated"
    if flag in names or flag not in frame.columns or not ENERGY.intersection(names):
        return list(names)
    return [*names, flag] if frame[flag].any() else list(names)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as text, which CSV cannot hold otherwise."""
    import polars as pl

    return frame.with_columns(pl.col(pl.List(pl.String)).list.join(" "))


def markdown(frame: pl.DataFrame) -> str:
    """A Markdown table; empty cells where nothing was measured."""
    lines = [f"| {' | '.join(frame.columns)} |", f"|{'---|' * frame.width}"]
    for row in frame.iter_rows():
        cells = ("" if v is None else str(v).replace("|", "\\|").replace("\n", " ") for v in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
