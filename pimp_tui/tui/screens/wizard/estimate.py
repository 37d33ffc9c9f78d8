"""How long, how much energy and how much disk a campaign takes, told from what was measured."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.tui.widgets.numbers import scale_of, seconds

BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|J|kJ|MJ|runs?)")
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "J": 1.0, "kJ": 1e3, "MJ": 1e6}
_FOLDERS = ("runs", "requests", "power")
#: Earlier sessions looked at, newest first.
_MOST = 40


@dataclass(frozen=True)
class Basis:
    """What one run cost in a session, warm-ups and pauses included.

    Attributes:
        words: which session that was, for people.
        run_s, run_j, run_bytes: means per run; ``run_j`` None where no energy is known.
        spread: relative standard deviation of a configuration's cost; None from only one.
        configurations: how many of them were measured.
        problems: of the workload in each run.
        estimated: the energy is an estimate.
    """

    words: str
    run_s: float
    run_j: float | None
    run_bytes: float
    spread: float | None
    configurations: int
    problems: int
    estimated: bool


@dataclass(frozen=True)
class Counts:
    """What ``run --dry-run`` says of the campaign."""

    configurations: int
    runs: int
    requests: int

    @property
    def problems(self) -> int:
        """In each run."""
        return max(round(self.requests / max(self.runs, 1)), 1)


def basis_of(session: Path, words: str, passes: float | None = None) -> Basis | None:
    """Read a session; blocking, for a thread.

    Args:
        words: which session it is, for people.
        passes: passes over the workload for each run that counts, in the campaign to be, where
            the session is a pilot; by default the session's own.

    Returns:
        None where no run of it was good.
    """
    import polars as pl

    from pimp_tui.session import open_session

    try:
        opened = open_session(session)
        runs = opened.runs.filter(pl.col("status") == "ok").collect()
        asked = int(opened.requests.select(pl.col("task_id").n_unique()).collect().item())
        total = int(opened.runs.select(pl.len()).collect().item())
    except (UserError, pl.exceptions.PolarsError, OSError):
        return None
    if not runs.height:
        return None
    pilot = passes is not None
    passes = passes or _passes(opened.manifest.get("settings") or {})
    means = runs.group_by("config_id").agg(pl.col("duration_s").mean())["duration_s"]
    mean = float(means.mean() or 0.0)  # type: ignore[arg-type]
    spread = float(means.std() or 0.0) / mean if means.len() > 2 and mean else None  # type: ignore[arg-type]
    energy = runs["energy_j"].drop_nulls()
    size = sum(f.stat().st_size for name in _FOLDERS for f in (session / name).glob("*"))
    return Basis(
        words,
        _between_s(runs, mean) + mean * passes
        if pilot
        else _wall_s(runs["started_at"], runs["ended_at"]) or mean * passes,
        float(energy.mean()) * passes if energy.len() else None,  # type: ignore[arg-type]
        size / max(total, 1),
        spread,
        means.len(),
        int((opened.manifest.get("workload") or {}).get("tasks") or asked or 1),
        bool(runs["energy_estimated"].any()),
    )


def _passes(settings: dict[str, Any]) -> float:
    """Passes over the workload for each run that counts: warm-ups are shared by the repeats."""
    return 1.0 + float(settings.get("warmups") or 0) / float(settings.get("repeats") or 1)


def _between_s(runs: Any, mean: float) -> float:
    """Loading, scoring and settling for each run of a pilot: what its two passes do not explain."""
    ends = runs["ended_at"].drop_nulls()
    if ends.len() < 2:
        return 0.0
    apart = (ends.max() - ends.min()).total_seconds() / (ends.len() - 1)
    return max(apart - 2 * mean, 0.0)


def _wall_s(started: Any, ended: Any) -> float | None:
    """Mean time from the end of one run to the end of the next, from eight runs on."""
    gaps = ended.drop_nulls().sort().diff().drop_nulls()
    if started.len() < 8 or not gaps.len():
        return None
    # Warm-ups and reloads count, a pause over night does not.
    each = gaps.dt.total_microseconds() / 1e6
    longest = 20 * float(each.median())
    return float(each.clip(upper_bound=longest).mean())


def earlier(models: Sequence[str], workload: str) -> Basis | None:
    """The newest session of the same models and workload; blocking, for a thread."""
    from pimp_tui.session.manifest import read_manifest
    from pimp_tui.session.paths import list_sessions

    for path in list_sessions()[:_MOST]:
        try:
            manifest = read_manifest(path)
        except UserError:
            continue
        had = {str(m.get("reference") or m.get("path")) for m in manifest.get("models") or []}
        if had != set(models) or (manifest.get("workload") or {}).get("id") != workload:
            continue
        if found := basis_of(path, f"{path.name}, of the same model and workload"):
            return found
    return None


def within_budget(budget: str, counts: Counts, basis: Basis, batch: int = 1) -> str:
    """Where a budget (``60min``, ``5MJ``, ``40runs``) ends the campaign; "" where it does not.

    Args:
        batch: as for :func:`told`.
    """
    found = BUDGET.fullmatch(budget.strip())
    if found is None:
        return ""
    scale, unit = _scale(counts, basis, batch), found[2]
    each = {"J": basis.run_j and basis.run_j * scale, "r": 1.0}.get(
        "J" if unit.endswith("J") else unit[0], basis.run_s * scale
    )
    if not each:
        return ""
    runs = int(float(found[1]) * _UNITS.get(unit, 1.0) / each)
    if runs >= counts.runs:
        return ""
    about = "" if unit.startswith("r") else "about "
    return f"{found[0]} ends it after {about}{runs} of {counts.runs} runs"


def _scale(counts: Counts, basis: Basis, batch: int) -> float:
    """Problems are answered ``batch`` at once, in about the time of one."""
    return math.ceil(counts.problems / batch) / math.ceil(basis.problems / batch)


def told(counts: Counts, basis: Basis, batch: int = 1) -> list[tuple[str, str]]:
    """``~12 min [9 min, 14 min]``, ``~41 kJ``, ``~3 MiB``, each with its name.

    Args:
        batch: problems that are answered at once, in about the time of one.
    """
    scale = _scale(counts, basis, batch)
    total = counts.runs * basis.run_s * scale
    interval = ""
    if basis.spread is not None and counts.configurations:
        share = 1 / counts.configurations + 1 / basis.configurations
        half = 2 * basis.spread * math.sqrt(share)
        interval = f" [{seconds(total * max(1 - half, 0.0))}, {seconds(total * (1 + half))}]"
    words = "not known: the machine has no meter"
    if basis.run_j is not None:
        energy = counts.runs * basis.run_j * scale
        words = scale_of("energy_j", [energy]).text(energy, True)
        if basis.estimated:
            words += " by CPU time"
    size = counts.runs * basis.run_bytes * counts.problems / basis.problems
    disk = scale_of("size_bytes", [size]).text(size, True)
    return [("duration", f"~{seconds(total)}{interval}"), ("energy", f"{words} · disk {disk}")]
