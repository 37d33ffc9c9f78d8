"""Reading tables that other programs wrote: CSV in its dialects, or Parquet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = ",;\t|"
_DUPLICATED = "_duplicated_"  # what Polars appends to a name that stands twice in the header
_WITHOUT_VALUE = ("", "na", "n/a", "nan", "null")
_TRUTHS = {"true": True, "false": False}
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_COMMA = r"[+-]?(\d+|\d*,\d+)([eE][+-]?\d+)?"
_EXACT = 2.0**53  # whole numbers below are exact in a double


def read_table(table: Path) -> pl.DataFrame:
    """A CSV or Parquet table, its text as what it means where that is plain.

    A CSV is separated by commas, semicolons, tabs or bars, whichever its header holds most of; it
    is UTF-8, or UTF-16 with a byte-order mark. Blanks around names and cells are dropped. Text
    becomes numbers where every cell is one, a blank, NA, NaN or null; true and false where every
    cell is one of these or blank; in a table with semicolons ``1,5`` is 1.5.

    Raises:
        UserError: it is not there or cannot be read.
    """
    import polars as pl

    try:
        data = table.read_bytes()
    except FileNotFoundError:
        raise UserError("no such table", str(table)) from None
    except OSError as error:
        raise UserError(f"the table cannot be read ({error.strerror})", str(table)) from None
    try:
        if data.startswith(b"PAR1") or table.suffix.lower() in (".parquet", ".pq"):
            frame, separator = pl.read_parquet(io.BytesIO(data)), ","
        else:
            text = _decoded(data, table)
            separator = _separator(text, table)
            frame = pl.read_csv(text.encode(), separator=separator, infer_schema_length=None)
    except pl.exceptions.PolarsError as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else "empty"
        raise UserError(f"the table cannot be read ({first})", str(table)) from None
    frame = frame.rename(_plain_names(frame.columns))
    return frame.with_columns(plain(column, separator != ",") for column in frame)


def stands_twice(name: str, columns: list[str]) -> bool:
    """Whether the header of the CSV holds this name more than once."""
    return f"{name}{_DUPLICATED}0" in columns


def numbers(column: pl.Series, comma: bool = False) -> pl.Series:
    """Text as Float64 of the same length; null where a cell is blank, NA, NaN, null or no number.

    Args:
        comma: whether a comma may be the decimal point.
    """
    import polars as pl

    text = column.cast(pl.String).str.strip_chars()
    pattern = f"^({_NUMBER}|{_COMMA})$" if comma else f"^{_NUMBER}$"
    fitting = text.str.contains(pattern).fill_null(False)
    told = text.str.replace(",", ".") if comma else text
    # rows are looked at one by one: zip_with keeps what is no number out of the cast
    return told.zip_with(fitting, pl.Series([None], dtype=pl.String)).cast(pl.Float64)


def without_value(column: pl.Series) -> pl.Series:
    """Whether each cell of a text column is null, blank, NA, N/A, NaN or null."""
    text = column.str.strip_chars().str.to_lowercase()
    return text.is_null() | text.is_in(list(_WITHOUT_VALUE)).fill_null(False)


def plain(column: pl.Series, comma: bool) -> pl.Series:
    """A column in the plainest type that holds it: truth, whole number, number or text."""
    import polars as pl

    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.Decimal or column.dtype in (pl.Int128, pl.UInt64):
        return column.cast(pl.Float64)
    if column.dtype != pl.String:
        return column
    blank = without_value(column)
    if blank.all():
        return column
    known = column.filter(~blank).str.strip_chars()
    lower = known.str.to_lowercase()
    if lower.is_in(list(_TRUTHS)).all():
        words = column.str.strip_chars().str.to_lowercase()
        return words.replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean)
    values = numbers(column, comma)
    if (values.is_null() == blank).all():
        is_whole = known.str.contains(r"^[+-]?\d+$").all() and (values.abs() < _EXACT).all()
        return values.cast(pl.Int64) if is_whole else values
    return column.str.strip_chars()


def _decoded(data: bytes, table: Path) -> str:
    if not data.strip():
        raise UserError("the table is empty", str(table))
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            "the table is not UTF-8 text", f"{table}:{line}", "save it as CSV in UTF-8, or Parquet"
        ) from None


def _separator(text: str, table: Path) -> str:
    """The separator that the header holds most of; no row may be longer than the header.

    Raises:
        UserError: a row has more fields than the header.
    """
    try:
        first = text.lstrip().splitlines()[0]
        counts = {mark: len(next(csv.reader([first], delimiter=mark))) for mark in _SEPARATORS}
        found = max(counts, key=lambda mark: counts[mark])
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=found)
        width = 0
        for row in rows:
            width = width or len(row)
            if len(row) > width:
                raise UserError(
                    f"{len(row)} fields, the header has {width}",
                    f"{table}:{rows.line_num}",
                    'put text that holds the separator in "quotes"',
                )
    except csv.Error as error:
        raise UserError(f"the table cannot be read ({error})", str(table)) from None
    return found


def _plain_names(names: list[str]) -> dict[str, str]:
    """Names without blanks around them, where that leaves them distinct."""
    stripped = {name: name.strip() for name in names}
    return stripped if len(set(stripped.values())) == len(names) else {}
