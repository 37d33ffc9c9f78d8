"""Segments that a broken disk or a careless copy cut short: told, set aside, never deleted."""

from __future__ import annotations

import os
from pathlib import Path

from pimp_tui.errors import UserError
from pimp_tui.session.atomic import fsync_folder
from pimp_tui.session.segments import MERGED, parse_key

TABLES = ("runs", "requests", "power")
_MAGIC = b"PAR1"
_FOLDER = "damaged"
_PLAN, _PROMPTS = "plan.parquet", "prompts.parquet"
_TOLD = "the file is damaged: it cannot be read as the Parquet file that it was"


def damaged(session: Path, thoroughly: bool = False) -> list[Path]:
    """Parquet files of the session that are cut short.

    Args:
        thoroughly: read every table through, not only the ends of its files.
    """
    found = []
    for file in (session / _PLAN, session / _PROMPTS):
        if not _whole(file) or (thoroughly and file.exists() and not _readable([file])):
            found.append(file)
    for table in TABLES:
        files = sorted((session / table).glob("*.parquet"))
        bad = [file for file in files if not _whole(file)]
        good = [file for file in files if file not in bad]
        if thoroughly and good and not _readable(good):
            bad += [file for file in good if not _readable([file])]
        found += bad
    return found


def require_whole(session: Path, thoroughly: bool = False) -> None:
    """Refuse to read a session with a damaged file.

    Args:
        thoroughly: as in ``damaged``.

    Raises:
        UserError: naming the first such file.
    """
    if found := damaged(session, thoroughly):
        raise _refusal(session, found[0])


def set_aside(session: Path) -> list[str]:
    """Move damaged files, and what belongs to the same runs, into ``damaged/``.

    Only the holder of the lock may call this. Merged requests or power are set aside alone: the
    runs they belong to stand. Prompts are kept anew as they are sent.

    Returns:
        what was found, a sentence a file.

    Raises:
        UserError: the plan is damaged: nothing tells what was measured.
    """
    told = []
    for file in damaged(session, thoroughly=True):
        name = file.relative_to(session)
        if file.name == _PLAN:
            raise _refusal(session, file)
        if file.name == _PROMPTS:
            together, what = [file], "the prompts of runs to come are kept anew"
        elif parse_key(file.name) or (file.name == MERGED and file.parent.name == "runs"):
            together = [session / table / file.name for table in TABLES]
            what = "what it held is measured again"
        else:
            together, what = [file], "the runs it belongs to stand"
        for path in together:
            _move(session, path)
        told.append(f"{name} is damaged: set aside, {what}")
    return told


def _move(session: Path, path: Path) -> None:
    if not path.exists():
        return
    target = session / _FOLDER / path.parent.relative_to(session) / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while target.exists():  # of an earlier accident
        number += 1
        target = target.with_name(f"{path.name}.{number}")
    path.rename(target)
    fsync_folder(path.parent)


def _refusal(session: Path, file: Path) -> UserError:
    mend = f"`pimp-tui run {session}` sets it aside and goes on"
    if file.name == _PLAN:
        mend = "put a copy of it back: nothing else tells which options were measured"
    return UserError(_TOLD, str(file), mend)


def _whole(path: Path) -> bool:
    """Whether a file begins and ends as Parquet does, with room for the footer that it tells.

    Raises:
        UserError: it may not be read.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != _MAGIC or (size := file.seek(0, os.SEEK_END)) < 12:
                return False
            file.seek(-8, os.SEEK_END)
            footer = int.from_bytes(file.read(4), "little")
            return file.read(4) == _MAGIC and 0 < footer <= size - 12
    except FileNotFoundError:  # merged away meanwhile, or never written
        return True
    except IsADirectoryError:
        return False
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror})", str(path)) from None


def _readable(files: list[Path]) -> bool:
    """Whether every page of the files can be read."""
    import polars as pl

    try:
        pl.scan_parquet(files).select(pl.all().null_count()).collect(engine="streaming")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False
    return True
