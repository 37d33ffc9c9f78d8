"""The sessions there are, as the list shows them; read in a thread, segments only once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pimp_tui.errors import UserError
from pimp_tui.session.paths import list_sessions, sessions_root
from pimp_tui.tui.snapshot import Snapshot, Surveyor
from pimp_tui.tui.words import told

#: Points off the front that are drawn, at most.
_MOST = 2000
_ANSWER_S = 0.5
#: What does not change without a change of a file: no runner is there that could be killed.
_RESTING = frozenset({"done", "stopped"})


@dataclass(frozen=True)
class Cloud:
    """Measured configurations over two objectives.

    Attributes:
        metrics: the objectives, in base units.
        points: (first, second, whether on the front) of each.
        estimated: whether the first is an estimate.
    """

    metrics: tuple[str, str]
    points: tuple[tuple[float, float, bool], ...]
    estimated: bool


class Doing(NamedTuple):
    """What a runner does: place in the plan and repeat of the run, and when all will be done."""

    position: int | None
    repetition: int | None
    ends: datetime | None


@dataclass(frozen=True)
class Entry:
    """One session of the list.

    Attributes:
        snapshot: None where the session cannot be read.
        fault: why it cannot.
        energy_j: energy of all ok runs, joules; None where nothing was measured or read yet.
        energy_estimated: whether any of it is an estimate.
        reasons: failed runs by reason.
        best: the ends of the measured front, as (words, kind) a line.
        cloud: what was measured over the default objectives; None where nothing was.
        doing: of a running campaign, as its runner says; None where none answers.
    """

    path: Path
    snapshot: Snapshot | None
    fault: str = ""
    energy_j: float | None = None
    energy_estimated: bool = False
    reasons: tuple[tuple[str, int], ...] = ()
    best: tuple[str, ...] = ()
    samplers: tuple[tuple[str, int], ...] = ()
    cloud: Cloud | None = None
    doing: Doing | None = None

    @property
    def name(self) -> str:
        """The session's name."""
        return self.snapshot.name if self.snapshot else self.path.name

    def matches(self, text: str) -> bool:
        """Whether every word of a filter stands in name, model, workload or state."""
        snapshot = self.snapshot
        about = f"{snapshot.models} {snapshot.workload} {snapshot.words}" if snapshot else "broken"
        return all(word in f"{self.name} {about}".lower() for word in text.lower().split())


class Catalogue:
    """Looks at every session under the root."""

    def __init__(self) -> None:
        self._surveyors: dict[Path, Surveyor] = {}
        self._entries: dict[Path, Entry] = {}
        self._left: dict[Path, tuple[float | None, datetime | None]] = {}

    @property
    def root(self) -> Path:
        """Where the sessions are."""
        return sessions_root()

    def quick(self) -> list[Entry]:
        """Names and states, without Polars: for the first frame."""
        return [self._glance(path) for path in list_sessions()]

    def full(self) -> list[Entry]:
        """Everything; for a thread."""
        return [self.survey(path) for path in list_sessions()]

    def some(self, paths: Sequence[Path], seconds: float) -> list[Entry]:
        """Everything of the first of ``paths``, as many as ``seconds`` allow; for a thread."""
        until, found = time.monotonic() + seconds, []
        for path in paths:
            found.append(self.survey(path))
            if time.monotonic() > until:
                break
        return found

    def _glance(self, path: Path) -> Entry:
        kept = self._entries.get(path)
        try:
            snapshot = self._surveyor(path).quick()
        except UserError as error:
            return Entry(path, None, told(error))
        if kept and kept.snapshot and kept.snapshot.state == snapshot.state:
            return kept
        return Entry(path, snapshot)

    def survey(self, path: Path) -> Entry:
        """Everything of one session; cheap where nothing changed."""
        surveyor = self._surveyor(path)
        kept = self._entries.get(path)
        try:
            changed = surveyor.changed()
            if not changed and kept and kept.snapshot:
                if kept.snapshot.state in _RESTING:
                    return kept
                quick = surveyor.quick()
                if quick.state == kept.snapshot.state:
                    return replace(kept, doing=self._doing(path, kept))
            entry = Entry(path, surveyor.full(changed))
            if kept and not changed & {"runs", "plan"}:
                entry = replace(kept, snapshot=entry.snapshot)
            else:
                entry = replace(entry, **_figures(path))
            entry = replace(entry, doing=self._doing(path, entry))
        except Exception as error:  # one broken session must not hide the others
            return Entry(path, None, _fault(path, error))
        self._entries[path] = entry
        return entry

    def _doing(self, path: Path, entry: Entry) -> Doing | None:
        """Asked of the runner itself: a few milliseconds, or at most :data:`_ANSWER_S`."""
        if entry.snapshot is None or entry.snapshot.state != "running":
            return None
        from pimp_tui.session.control import ControlClient

        try:
            with ControlClient(path, _ANSWER_S) as client:
                state = client.request("status")["status"]
        except (OSError, ValueError, KeyError, UserError):
            return None  # on another host, or about to end
        left_s, ends = self._left.get(path, (None, None))
        if state.get("eta_s") != left_s:  # told once a run, and not counted down meanwhile
            left_s = state.get("eta_s")
            ends = datetime.now() + timedelta(seconds=float(left_s)) if left_s else None
            self._left[path] = left_s, ends
        return Doing(state.get("position"), state.get("repetition"), ends)

    def _surveyor(self, path: Path) -> Surveyor:
        if path not in self._surveyors:
            self._surveyors[path] = Surveyor(path)
        return self._surveyors[path]


def _fault(path: Path, error: Exception) -> str:
    """Why a session cannot be read, in one line; what is no fault of its files is raised."""
    from pimp_tui.session.layout import require_readable

    try:
        if not isinstance(error, UserError):
            require_readable(path)
            raise error
    except UserError as found:
        return told(found)
    return told(error)


def _figures(path: Path) -> dict[str, Any]:
    """Energy, reasons of failures, samplers and the best configurations of one session."""
    import polars as pl

    from pimp_tui.session.bundle import Session

    session = Session(path)
    runs = session.runs.select("status", "reason", "energy_j", "energy_estimated").collect()
    ok = runs.filter(pl.col("status") == "ok")
    measured = ok["energy_j"].drop_nulls()
    failed = runs.filter(pl.col("status") != "ok").group_by("reason").len().sort("len")
    figures: dict[str, Any] = {
        "energy_j": float(measured.sum()) if len(measured) else None,
        "energy_estimated": bool(ok["energy_estimated"].any()),
        "reasons": tuple((str(reason), n) for reason, n in failed.reverse().iter_rows()),
    }
    try:
        drawn = session.plan.group_by("sampler", maintain_order=True).len().collect()
        figures["samplers"] = tuple((str(sampler), n) for sampler, n in drawn.iter_rows())
        frame = session.configurations().collect()
        figures["best"] = _best(frame, session.default_objectives)
        figures["cloud"] = _cloud(frame, session.default_objectives)
    except UserError:
        pass
    return figures


def _cloud(frame: Any, objectives: dict[str, str]) -> Cloud | None:
    """The first two objectives, where they were measured."""
    import polars as pl

    from pimp_tui.learning.fronts.measured_front import costs
    from pimp_tui.learning.fronts.nondominated import nondominated

    metrics = [name for name in objectives if name in frame.columns][:2]
    if len(metrics) < 2:
        return None
    known = frame.filter(pl.all_horizontal(pl.col(m).is_finite() for m in metrics))
    if known.is_empty():
        return None
    on = pl.Series("on", nondominated(costs(known, {m: objectives[m] for m in metrics})))
    known = known.with_columns(on)
    shown = pl.concat([known.filter("on"), known.filter(~pl.col("on")).head(_MOST)])
    estimated = "energy_j" in metrics and bool(known["energy_estimated"].any())
    return Cloud((metrics[0], metrics[1]), tuple(shown.select(*metrics, "on").rows()), estimated)


def _best(frame: Any, objectives: dict[str, str]) -> tuple[str, ...]:
    """The extreme configurations of the measured runs by the default objectives."""
    import polars as pl

    from pimp_tui.tui.widgets.numbers import ENERGY, scale_of

    lines = []
    for metric, direction in objectives.items():
        if metric not in frame.columns:
            continue
        known = frame.filter(pl.col(metric).is_not_null())
        if known.is_empty():
            continue
        best = known.sort(metric, descending=direction == "max").row(0, named=True)
        estimated = bool(best.get("energy_estimated"))
        words = []
        for name in objectives:
            scale = scale_of(name, [best.get(name)])
            words.append(f"{scale.name} {scale.text(best.get(name), estimated and name in ENERGY)}")
        lines.append(f"#{best['position']} " + ", ".join(words))
    return tuple(dict.fromkeys(lines))
