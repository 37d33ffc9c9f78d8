"""Parquet segments: one file per run and table, committed by the runs segment."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pimp_tui.session.atomic import write_atomically
from pimp_tui.session.schema import polars_schema

if TYPE_CHECKING:
    import polars as pl

_NAME = re.compile(r"([0-9a-f]{16})-(\d+)-(\d+)\.parquet")
#: The name of a table merged by ``compact``; the rows are the same as in its segments.
MERGED = "merged.parquet"


class RunKey(NamedTuple):
    """Identity of one attempt at one run."""

    config_id: str
    repetition: int
    attempt: int

    @property
    def file_name(self) -> str:
        """Name of this attempt's segment in each table's folder."""
        return f"{self.config_id}-{self.repetition}-{self.attempt}.parquet"


def parse_key(name: str) -> RunKey | None:
    """The key in a segment's file name, None for any other file."""
    match = _NAME.fullmatch(name)
    return RunKey(match[1], int(match[2]), int(match[3])) if match else None


def frame_of(
    table: str, rows: Sequence[dict[str, Any]], extra_metrics: tuple[str, ...] = ()
) -> pl.DataFrame:
    """Rows as a frame of exactly the table's schema; what a row leaves out is null."""
    import polars as pl

    return pl.DataFrame(
        [{name: row.get(name) for name in polars_schema(table, extra_metrics)} for row in rows],
        schema=polars_schema(table, extra_metrics),
        orient="row",
    )


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """Atomically write a frame as Parquet (zstd)."""
    path.parent.mkdir(exist_ok=True)
    # By way of memory: Polars' own errors do not tell a full disk from other faults.
    data = io.BytesIO()
    frame.write_parquet(data, compression="zstd")
    write_atomically(path, lambda temporary: _write(temporary, data.getvalue()))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def commit_run(
    session: Path,
    key: RunKey,
    run: dict[str, Any],
    requests: Sequence[dict[str, Any]],
    power: Sequence[dict[str, Any]],
    extra_metrics: tuple[str, ...] = (),
) -> None:
    """Write one attempt: requests and power first, the runs segment last, which commits it."""
    identity = key._asdict()
    tagged = [row | identity for row in requests]
    write_frame(session / "requests" / key.file_name, frame_of("requests", tagged))
    write_frame(session / "power" / key.file_name, frame_of("power", power))
    runs = frame_of("runs", [run | identity], extra_metrics)
    write_frame(session / "runs" / key.file_name, runs)


def add_prompts(session: Path, prompts: Mapping[str, str]) -> None:
    """Keep prompts, given by their hash, beside those that ``prompts.parquet`` holds already.

    Only the holder of the lock may call this.
    """
    import polars as pl

    file = session / "prompts.parquet"
    held = pl.read_parquet(file) if file.exists() else frame_of("prompts", [])
    known = set(held["prompt_hash"])
    rows = [{"prompt_hash": k, "prompt": v} for k, v in prompts.items() if k not in known]
    if rows:
        write_frame(file, pl.concat([held, frame_of("prompts", rows)]))


def keys_in(folder: Path) -> set[RunKey]:
    """Keys of all segments in a table's folder."""
    if not folder.is_dir():
        return set()
    return {key for entry in folder.iterdir() if (key := parse_key(entry.name))}


def sweep(session: Path) -> list[str]:
    """Remove what no runs segment commits: orphaned segments and temporary files.

    Only the holder of the lock may call this. Returns the names of the removed files.
    """
    committed = keys_in(session / "runs")
    removed = []
    for table in ("requests", "power", "runs"):
        for entry in _entries(session / table):
            key = parse_key(entry.name)
            if entry.name.endswith(".tmp") or (key is not None and key not in committed):
                entry.unlink()
                removed.append(f"{table}/{entry.name}")
    for entry in session.glob(".*.tmp"):  # a manifest or a plan that a kill left half-written
        entry.unlink()
        removed.append(entry.name)
    return removed


def _entries(folder: Path) -> Iterable[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()
