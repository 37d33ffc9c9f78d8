"""JSON lines with errors that name file and line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

#: More than any workload of text has; a packed file may otherwise fill the memory.
MOST_BYTES = 1 << 30


def read_jsonl(path: Path, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(``file:line``, object) for each line that is not blank; ``.gz`` files are unpacked.

    Args:
        what: what the file is to the user, for the messages ("workload", "samples").

    Raises:
        UserError: the file cannot be read, or a line is no JSON object.
    """
    for number, line in enumerate(read_text(path, what).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            mend = "write one JSON object a line"
            raise UserError(f"not JSON: {error.msg}", f"{where}:{error.colno}", mend) from None
        except (RecursionError, ValueError) as error:
            raise UserError(f"not JSON that can be used: {error}", where) from None
        if not isinstance(row, dict):
            raise UserError(f"a JSON {type(row).__name__}, not an object", where)
        yield where, row


def read_text(path: Path, what: str) -> str:
    """A file's text without its byte order mark; ``.gz`` files are unpacked.

    Raises:
        UserError: the file cannot be read, is no UTF-8, or unpacks to more than ``MOST_BYTES``.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UserError(
                f"the {what} file holds more than {MOST_BYTES >> 20} MiB", str(path), "split it"
            )
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"the {what} file is no UTF-8 text: byte 0x{data[error.start]:02x}",
            f"{path}:{line}",
            "save it as UTF-8",
        ) from None
    except FileNotFoundError:
        raise UserError(f"no such {what} file", str(path), "check the path") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"the {what} file cannot be read ({reason})", str(path)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are each there once: of two, nobody knows which is meant."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key {key!r} stands there twice")
        found[key] = value
    return found


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
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise UserError(f"{key!r} holds half of a surrogate pair, which is no text", where, mend)
    return value
