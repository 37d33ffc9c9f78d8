"""Read back from the bundle what the Monitor would have seen live: the last runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pimp_tui.tui.panes.monitor.model import Device, Model, Run, heat_of

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from pimp_tui.session.bundle import Session

_LAST_S = 900.0
_SECOND = timedelta(seconds=2)
_METRICS = (
    "duration_s",
    "latency_s",
    "energy_j",
    "energy_above_idle_j",
    "energy_estimated",
    "idle_power_w",
    "tokens_per_s",
    "ttft_s",
    "pass_at_1",
    "contaminated",
    "ignored_options",
)
#: As much of the end of log.txt is read.
_LOG_BYTES = 64 * 1024


@dataclass
class History:
    """Rows of the bundle, ready to seed a model.

    Attributes:
        runs: every attempt, oldest first, with the moment it ended.
        power: rows of the last :data:`_LAST_S` seconds.
        requests: (t_s of its end, row) in the same span.
        log: (moment, level, text) of the runner's log, its end only.
    """

    runs: list[tuple[Run, datetime]] = field(default_factory=list)
    power: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    log: list[tuple[datetime, str, str]] = field(default_factory=list)
    energy_source: str | None = None
    last_s: float = 0.0


def read(session: Session) -> History:
    """Read the bundle; blocking, for a thread."""
    import polars as pl

    frame = session.runs.sort("ended_at").collect()
    log = read_log(session.path / "log.txt")
    if frame.is_empty():
        return History(log=log)
    power = session.power
    clock = power.select(
        pl.col("t_s").max().alias("t_s"), pl.col("at").get(pl.col("t_s").arg_max()).alias("at")
    ).collect()
    last_at = frame["ended_at"].drop_nulls().max()
    last_t, last_power_at = clock.row(0) if clock.height else (None, None)
    ends: list[Any] = [at for at in (last_at, last_power_at) if at is not None]
    if not ends:
        return History(runs=[(_run(row, None), datetime.now().astimezone())
                             for row in frame.iter_rows(named=True)], log=log)  # fmt: skip
    if last_t is None or last_power_at is None:
        # No trace: put the session's clock so that the last run ends at an hour's mark or later.
        last_t, last_power_at = 3600.0, last_at
    history = History(log=log)
    for row in frame.iter_rows(named=True):
        ended = row["ended_at"]
        t_s = None if ended is None else last_t + (ended - last_power_at).total_seconds()
        history.runs.append((_run(row, t_s), (ended or ends[0]).astimezone()))
        history.energy_source = row["energy_source"] or history.energy_source
    history.last_s = last_t + (max(ends) - last_power_at).total_seconds()
    _note_heat(history.runs, power)
    since = history.last_s - _LAST_S
    history.power = power.filter(pl.col("t_s") >= since).sort("t_s").collect().to_dicts()
    requests = session.requests.select(
        "config_id", "repetition", "task_id", "started_at", "latency_s", "ttft_s", "tokens_out"
    ).collect()
    for row in requests.iter_rows(named=True):
        if row["started_at"] is None or row["latency_s"] is None:
            continue
        began = last_t + (row["started_at"] - last_power_at).total_seconds()
        if began + row["latency_s"] >= since:
            history.requests.append((began + row["latency_s"], row))
    history.requests.sort(key=lambda pair: pair[0])
    return history


def read_log(file: Path) -> list[tuple[datetime, str, str]]:
    """The last lines of a runner's log; empty where there is none, or none that can be read."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(file.stat().st_size - _LOG_BYTES, 0))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for text in lines:
        at, _, rest = text.partition(" ")
        level, _, said = rest.partition(" ")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            continue  # a traceback's line, or the cut one at the start
        if moment.tzinfo is not None and said.strip() and level != "debug":
            found.append((moment.astimezone(), level, said.strip()))
    return found


def _note_heat(runs: list[tuple[Run, datetime]], power: pl.LazyFrame) -> None:
    """Say of each run whether a device was slowed by heat within it."""
    import polars as pl

    hot = power.filter(pl.col("throttle_reasons").str.contains("thermal|hw_"))
    for t_s, reasons in hot.select("t_s", "throttle_reasons").collect().iter_rows():
        for run, _ in runs:
            if run.started_s is not None and run.ended_s and run.started_s <= t_s <= run.ended_s:
                run.throttled |= heat_of(reasons)


def _run(row: dict[str, Any], ended_s: float | None) -> Run:
    duration = row["duration_s"]
    started = None if ended_s is None else ended_s - float(duration or 0)
    return Run(
        row["config_id"],
        row["repetition"],
        row["attempt"],
        row["status"],
        row["reason"],
        started,
        ended_s,
        metrics={name: row.get(name) for name in _METRICS},
    )


def seed(model: Model, history: History) -> None:
    """Put the past under whatever a model has seen live already; both share one clock."""
    lived, model.events = model.events, []
    seen = dict(model.runs)
    for run, at in history.runs:
        if run.key not in seen:
            model.add_run(run, at)
        else:
            seen[run.key].metrics = {**seen[run.key].metrics, **run.metrics}
    model.runs = dict(sorted(model.runs.items(), key=lambda item: item[1].ended_s or float("inf")))
    heard = {event.text: event.at for event in lived}
    for at, level, text in history.log:
        if model.live_since is not None and at >= model.live_since:
            continue
        # The log's moments are whole seconds: of the first one some is heard live too.
        if text not in heard or heard[text] - at > _SECOND:
            model.add_log(at, level, text)
    model.events.sort(key=lambda event: event.at)
    model.events += lived
    model.energy_source = history.energy_source or model.energy_source
    if model.estimated is None and any(
        run.metrics.get("energy_estimated") for run, _ in history.runs
    ):
        model.estimated = True
    begin_live = model.last_s if model.live else float("inf")
    for row in history.power:
        if row["t_s"] < begin_live:
            _sample(model, row)
    for t_s, row in history.requests:
        if t_s < begin_live:
            model.latency.add(t_s, float(row["latency_s"]))
            model.requests.append(row | {"t_s": t_s})
    model.requests.sort(key=lambda row: row["t_s"])
    if not model.live:
        model.last_s = max(model.last_s, history.last_s)


def _sample(model: Model, row: dict[str, Any]) -> None:
    device = model.devices.setdefault(row["device"], Device(row["device"]))
    if not device.last or row["t_s"] >= float(device.last.get("t_s") or 0):
        device.last = row
    if row["power_w"] is not None:
        device.power.add(row["t_s"], row["power_w"])
        if model.estimated is None:
            model.estimated = False
    if row["utilisation"] is not None:
        device.utilisation.add(row["t_s"], row["utilisation"])
