"""Segments that a broken disk or a careless copy cut short: told, set aside, never deleted."""

from __future__ import annotations

import os
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.session.atomic import fsync_folder
from pimp_tui.session.segments import parse_key

TABLES = ("runs", "requests", "power")
_MAGIC = b"PAR1"
_FOLDER = "damaged"


def damaged(session: Path) -> list[Path]:
    """Parquet files of the session that do not begin and end as Parquet does."""
    return [
        entry
        for table in TABLES
        for entry in sorted((session / table).glob("*.parquet"))
        if not _whole(entry)
    ]


def require_whole(session: Path) -> None:
    """Refuse to read a session with a damaged file.

    Raises:
        UserError: naming the first such file.
    """
    if found := damaged(session):
        raise UserError(
            "the file is damaged: it does not end as a Parquet file does",
            str(found[0]),
            f"`pimp-tui run {session}` sets it aside and measures that run again",
        )


def set_aside(session: Path) -> list[str]:
    """Move damaged files, and what belongs to the same run, into ``damaged/``.

    Only the holder of the lock may call this. Returns the names of the damaged files.
    """
    found = damaged(session)
    for entry in found:
        key = parse_key(entry.name)
        together = [session / table / entry.name for table in TABLES] if key else [entry]
        for path in together:
            if path.exists():
                target = session / _FOLDER / path.parent.name
                target.mkdir(parents=True, exist_ok=True)
                path.rename(target / path.name)
                fsync_folder(path.parent)
    return [f"{entry.parent.name}/{entry.name}" for entry in found]


def _whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.read(4) != _MAGIC or file.seek(0, os.SEEK_END) < 12:
                return False
            file.seek(-4, os.SEEK_END)
            return file.read(4) == _MAGIC
    except FileNotFoundError:  # merged away meanwhile
        return True
