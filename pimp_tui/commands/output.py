"""Data on stdout: JSON, or a plain aligned table."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer


def session_names(incomplete: str) -> list[str]:
    """Names of sessions for the shell's completion."""
    from pimp_tui.session.paths import list_sessions

    return [path.name for path in list_sessions() if path.name.startswith(incomplete)]


Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SessionArgument = Annotated[
    str,
    typer.Argument(
        metavar="SESSION",
        help="A folder, or a name under ./sessions.",
        autocompletion=session_names,
    ),
]


def print_json(value: Any) -> None:
    """Print ``value`` as one JSON document; whole numbers of any size, null for NaN."""
    sys.set_int_max_str_digits(0)
    ascii_only = not str(getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    print(json.dumps(_plain(value), indent=2, ensure_ascii=ascii_only, allow_nan=False))


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
    """Print rows as an aligned table; ``-`` where there is no value."""
    if not rows:
        return
    names = list(columns or rows[0])
    cells = [names, *([cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(names))]
    right = [all(_is_number(row.get(name)) for row in rows) for name in names]
    for line in cells:
        padded = [
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ]
        print("  ".join(padded).rstrip())


def print_pairs(pairs: Mapping[str, Any]) -> None:
    """Print names and values, one a line."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        print(f"{name.ljust(width)}  {cell(value)}")


def cell(value: Any) -> str:
    """A value as a short text."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "-"
        return f"{value:.4g}" if abs(value) < 1e5 else f"{value:.3e}"
    if isinstance(value, list | tuple):
        return ",".join(cell(item) for item in value) or "-"
    return str(value)


def say(text: str) -> None:
    """Narration goes to stderr."""
    print(text, file=sys.stderr, flush=True)


def split_list(values: Iterable[str] | None) -> list[str]:
    """Values of a repeatable option, each of which may hold a comma-separated list."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return _plain(value.item())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
