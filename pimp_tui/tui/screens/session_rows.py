"""How a session looks in the list, and the lines about it below or beside the list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pimp_tui.tui.catalogue import Entry
from pimp_tui.tui.widgets.painted import Span, Spans, fit
from pimp_tui.tui.words import count_words, counted, short_path

_STATE_KINDS = {"running": "accent", "paused": "warn", "lost": "bad", "planned": "dim"}
_EMPTY = (
    ("n", "new campaign: pick a model, a workload and what to explore"),
    ("d", "demo: 16 configurations of a tiny bundled model, about 2 minutes, no GPU"),
    ("i", "import a CSV or Parquet table that was measured elsewhere"),
)


_TITLES = ("name", "model", "workload", "confs", "state", "energy kJ", "started", "host")
_STATE = 4
_EVENT = re.compile(r"\d{4}-\d\d-\d\dT")
_RIGHT = (3, 5)


#: Cells that the longest name, model and host take.
Needs = tuple[int, int, int]


def needs(entries: Sequence[Entry]) -> Needs:
    """What the columns that share the room would like to have."""
    models = [e.snapshot.models for e in entries if e.snapshot]
    longest = (max(map(len, texts), default=0) for texts in (
        [e.name for e in entries], models, [host(e) for e in entries]))  # fmt: skip
    name, model, host_name = longest
    return name, model, host_name


def heading(width: int, wanted: Needs = (0, 0, 10)) -> Spans:
    """The line over the columns."""
    cells = (cell for cell, _ in _cells(_TITLES, width, wanted))
    return [("  " + " ".join(cells), "dim")]


def _widths(width: int, wanted: Needs) -> dict[int, int]:
    """Column -> cells; name and model share what is left, the others come as there is room."""
    fixed = {2: 12, 3: 9, 4: 11, 5: 9, 6: 10, 7: min(max(wanted[2], len(_TITLES[7])), 10)}
    shown = [3, 4] + [5] * (width >= 60) + [2] * (width >= 74) + [6, 7] * (width >= 96)
    left = max(width - 4 - sum(fixed[column] + 1 for column in shown), 24)
    name = max(left * 62 // 100, 12)
    if sum(wanted[:2]) < left:  # a short name leaves its room to a long model
        name = min(name, left - 1 - wanted[1])
    return {0: name, 1: left - name - 1} | {column: fixed[column] for column in sorted(shown)}


def _cells(cells: Sequence[str], width: int, wanted: Needs) -> list[tuple[str, int]]:
    """(text as wide as its column, column) of those that are shown."""
    found = []
    for column, size in _widths(width, wanted).items():
        text = fit(cells[column], size)
        found.append((text.rstrip().rjust(size) if column in _RIGHT else text, column))
    return found


def row(entry: Entry, width: int, wanted: Needs = (0, 0, 10)) -> Spans:
    """One line of the list."""
    snapshot = entry.snapshot
    if snapshot is None:
        name = fit(entry.name, _widths(width, wanted)[0])
        return [(name + " ", ""), (f"! {entry.fault}", "bad")]
    state = "runner gone" if snapshot.state == "lost" else snapshot.state
    cells = (
        entry.name, snapshot.models, snapshot.workload, confs(entry), state, energy(entry),
        when(snapshot.manifest.get("created")), host(entry),
    )  # fmt: skip
    kind = _STATE_KINDS.get(snapshot.state, "")
    shown = _cells(cells, width, wanted)
    return [(text + " ", kind if column == _STATE else "") for text, column in shown]


def confs(entry: Entry) -> str:
    """``41/154``; empty until it is known."""
    snapshot = entry.snapshot
    if snapshot is None or snapshot.configs_planned is None:
        return ""
    return f"{snapshot.configs_done}/{snapshot.configs_planned}"


def energy(entry: Entry) -> str:
    """Kilojoules of all ok runs, ``~`` before an estimate, ``-`` where there is none."""
    if entry.energy_j is None:
        return "-"
    return ("~" if entry.energy_estimated else "") + f"{entry.energy_j / 1000:.3g}"


def host(entry: Entry) -> str:
    """The host the session was planned for."""
    facts = entry.snapshot.manifest.get("host") if entry.snapshot else None
    return str(facts.get("name") or "") if isinstance(facts, dict) else str(facts or "")


def when(stamp: object) -> str:
    """A UTC timestamp as local time, short."""
    try:
        moment = datetime.fromisoformat(str(stamp)).astimezone()
    except ValueError:
        return ""
    age = datetime.now(UTC) - moment
    return moment.strftime("%H:%M" if age.days < 1 else "%a %H:%M" if age.days < 7 else "%Y-%m-%d")


def details(entry: Entry, dot: str) -> list[Spans]:
    """What is known of one session, a line each."""
    snapshot = entry.snapshot
    if snapshot is None:
        return [[(f"! {entry.fault}", "bad")]]
    manifest = snapshot.manifest
    settings = manifest.get("settings") or {}
    lines = [("space", _space(entry))]
    if snapshot.configs_planned is not None:
        drawn = ", ".join(f"{name} {n}" for name, n in entry.samplers)
        repeats = settings.get("repeats") or 1
        plural = "" if repeats == 1 else "s"
        lines.append(
            (
                "plan",
                f"{snapshot.configs_planned} configurations ({drawn}) x {repeats} repeat{plural}",
            )
        )
    lines.append(("now", _now(entry, dot)))
    if entry.reasons:
        total = (snapshot.runs_done or 0) + (snapshot.runs_failed or 0)
        causes = ", ".join(f"{reason} {n}" for reason, n in entry.reasons[:3])
        lines.append(("failed", f"{snapshot.runs_failed} of {total} runs: {causes}"))
    lines += [("" if at else "best", words) for at, words in enumerate(entry.best)]
    started = when(manifest.get("created"))
    lines.append(("bundle", f"{short_path(entry.path)}  started {started}"))
    kinds: list[Spans] = []
    for name, text in lines:
        span: Span = (text, "bad" if name == "failed" else "")
        kinds.append([(f"{name:<9}", "dim"), span])
    return kinds


def _space(entry: Entry) -> str:
    """``transformers, 3 features set, of 9.37e12 valid configurations``."""
    assert entry.snapshot is not None
    manifest, name = entry.snapshot.manifest, entry.snapshot.space
    if not name:
        return "none (imported table)"
    words = [name]
    if chosen := manifest.get("choice"):
        words.append(f"{counted(len(chosen), 'feature')} set")
    try:
        total = int(str((manifest.get("space") or {}).get("valid_configurations")))
    except ValueError:  # not counted
        return ", ".join(words)
    return f"{', '.join(words)}, of {count_words(total)} valid configurations"


def _now(entry: Entry, dot: str) -> str:
    snapshot = entry.snapshot
    assert snapshot is not None
    runs = ""
    if snapshot.runs_planned is not None:
        ended = (snapshot.runs_done or 0) + (snapshot.runs_failed or 0)
        runs = f" {dot} {ended} of {snapshot.runs_planned} runs"
    runner = snapshot.manifest.get("runner") or {}
    if snapshot.active:
        return f"{snapshot.state}{_doing(entry, dot)}{runs} {dot} pid {runner.get('pid')}"
    if snapshot.state == "lost":
        return f"runner gone (pid {runner.get('pid')}){runs}; r goes on where it stopped"
    return f"{snapshot.state}{runs}" + ("; r starts it" if snapshot.state == "planned" else "")


def _doing(entry: Entry, dot: str) -> str:
    """`` #41 repeat 3/10 · ETA Wed 14:55``; "" where no runner told."""
    if entry.doing is None or entry.snapshot is None or entry.doing.position is None:
        return ""
    position, repetition, ends = entry.doing
    planned = (entry.snapshot.manifest.get("settings") or {}).get("repeats") or 1
    words = f" #{position} repeat {repetition}/{planned}"
    if ends is None:
        return words
    day = "" if ends.date() == datetime.now().date() else f"{ends:%a} "
    return f"{words} {dot} ETA {day}{ends:%H:%M}"


def log_tail(session: Path, lines: int = 40, size: int = 40_000) -> list[str]:
    """The last of the runner's own lines in its log, without what libraries print into it."""
    try:
        with (session / "log.txt").open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(stream.tell() - size, 0))
            text = stream.read().decode(errors="replace")
            return [line for line in text.splitlines() if _EVENT.match(line)][-lines:]
    except OSError:
        return []


def empty(root: Path) -> list[Spans]:
    """What stands in place of an empty list."""
    lines: list[Spans] = [[(f"  No sessions in {short_path(root)} yet.", "bright")]]
    return lines + [[(f"    {key}", "accent"), (f"   {text}", "")] for key, text in _EMPTY]
