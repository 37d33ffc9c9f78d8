"""JSON lines with errors that name file and line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError


def read_jsonl(path: Path, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(``file:line``, object) for each line that is not blank; ``.gz`` files are unpacked.

    Args:
        what: what the file is to the user, for the messages ("workload", "samples").

    Raises:
        UserError: the file cannot be read, or a line is no JSON object.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except FileNotFoundError:
        raise UserError(f"no such {what} file", str(path), "check the path") from None
    except (OSError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"the {what} file cannot be read ({reason})", str(path)) from None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            mend = "write one JSON object a line"
            raise UserError(f"not JSON: {error.msg}", f"{where}:{error.colno}", mend) from None
        if not isinstance(row, dict):
            raise UserError(f"a JSON {type(row).__name__}, not an object", where)
        yield where, row


def require_text(row: dict[str, Any], key: str, where: str, mend: str) -> str:
    """A row's text under a key.

    Raises:
        UserError: the key is missing or its value is no string.
    """
    value = row.get(key)
    if key not in row:
        raise UserError(f"key {key!r} is missing", where, mend)
    if not isinstance(value, str):
        raise UserError(f"{key!r} is a {type(value).__name__}, not a string", where, mend)
    return value
