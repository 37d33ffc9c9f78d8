"""Merging a bundle's segments: fewer files, the same rows, at no moment twice.

A table's folder is rebuilt beside the old one and swapped in by one rename, so a reader's glob
sees either the segments or the merged file.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

from pimp_tui.session.atomic import fsync_folder, write_atomically
from pimp_tui.session.segments import MERGED, keys_in

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
#: Tables and the column that puts their rows in the order they were measured in.
_TABLES = {"requests": "started_at", "power": "t_s", "runs": "started_at"}


def compact(session: Path) -> int:
    """Merge the segments of every table; the caller holds the session's lock.

    Returns:
        How many segment files were merged away.
    """
    merged = 0
    for table in _TABLES:
        folder = session / table
        segments = sorted(entry for entry in folder.glob("*.parquet") if entry.name != MERGED)
        if len(segments) >= 2 or (segments and (folder / MERGED).exists()):
            _rebuild(folder, _TABLES[table])
            merged += len(segments)
    return merged


def repair(session: Path) -> None:
    """Finish or undo a swap of folders that a kill interrupted."""
    for table in _TABLES:
        folder, fresh, old = _names(session / table)
        if not folder.exists() and old.exists():
            old.rename(folder)
        for leftover in (fresh, old):
            if leftover.exists():
                shutil.rmtree(leftover)


def committed_keys(session: Path) -> set[tuple[str, int, int]]:
    """(config_id, repetition, attempt) of every committed run, merged or not."""
    keys: set[tuple[str, int, int]] = set(keys_in(session / "runs"))
    merged = session / "runs" / MERGED
    if merged.exists():
        import polars as pl

        columns = ["config_id", "repetition", "attempt"]
        keys |= set(pl.read_parquet(merged, columns=columns).iter_rows())
    return keys


def _names(folder: Path) -> tuple[Path, Path, Path]:
    return folder, folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")


def _rebuild(folder: Path, order: str) -> None:
    import polars as pl

    _, fresh, old = _names(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    frame = pl.scan_parquet(folder / "*.parquet").sort(order, maintain_order=True)
    write_atomically(
        fresh / MERGED, lambda temporary: frame.sink_parquet(temporary, compression="zstd")
    )
    if _exchange(fresh, folder):
        fsync_folder(folder.parent)
        shutil.rmtree(fresh)
        return
    folder.rename(old)
    fresh.rename(folder)
    fsync_folder(folder.parent)
    shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the kernel and file system can (renameat2)."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    result = renameat2(
        _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE)
    )
    return bool(result == 0)
