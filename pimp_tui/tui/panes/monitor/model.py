"""What the Monitor knows: a fold over the control socket's events, seeded by the bundle."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pimp_tui.tui.panes.monitor.series import Series

_KEEP_EVENTS = 1000
_KEEP_REQUESTS = 512
_HEAT = frozenset({"sw_thermal", "hw_thermal", "hw_slowdown", "hw_power_brake"})
#: The log tells of a failed run what its own event has told.
_FAILED_RUN = re.compile(r"#\d+ repetition \d+ failed: ")


@dataclass
class Run:
    """One attempt at one run, as far as it is known."""

    config_id: str
    repetition: int
    attempt: int = 1
    status: str = "running"
    reason: str | None = None
    started_s: float | None = None
    ended_s: float | None = None
    throttled: set[str] = field(default_factory=set)
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, int]:
        return self.config_id, self.repetition, self.attempt


@dataclass(frozen=True)
class Event:
    """A line of the events list; ``n`` steps through failures and warnings."""

    at: datetime
    text: str
    failure: bool = False
    detail: str | None = None
    warning: bool = False


@dataclass
class Device:
    """One meter's device: its last sample and its recent history."""

    name: str
    last: dict[str, Any] = field(default_factory=dict)
    power: Series = field(default_factory=Series)
    utilisation: Series = field(default_factory=Series)


def heat_of(reasons: str | None) -> set[str]:
    """Those of a device's throttle reasons that heat, or a card in trouble, is behind.

    A power cap is a setting, and a busy card is always at one: it is no such reason.
    """
    return {name.strip() for name in (reasons or "").split(",")} & _HEAT


def remarks_of(run: Run) -> list[str]:
    """Why a good run is to be read with care; empty for most."""
    found = []
    if run.status == "ok" and run.metrics.get("contaminated"):
        found.append("contaminated: others used the device")
    if run.throttled:
        found.append("slowed by heat")
    if ignored := run.metrics.get("ignored_options"):
        found.append(f"without effect: {', '.join(ignored)}")
    return found


class Model:
    """State of the screen. ``name_of`` turns a config_id into its position in the plan.

    Attributes:
        state: the last ``state`` event.
        progress: the last ``progress`` event.
        estimated: whether the power drawn is an estimate; None before any sample.
        live: whether events arrive.
    """

    def __init__(self, position_of: Callable[[str], int | None] = lambda _: None) -> None:
        self.position_of = position_of
        self.state: dict[str, Any] = {}
        self.progress: dict[str, Any] = {}
        self.devices: dict[str, Device] = {}
        self.latency = Series()
        self.requests: list[dict[str, Any]] = []
        self.runs: dict[tuple[str, int, int], Run] = {}
        self.current: Run | None = None
        self.events: list[Event] = []
        self.estimated: bool | None = None
        self.live = False
        self.live_since: datetime | None = None
        self.energy_source: str | None = None
        self._offset_s: float | None = None
        self._eta_at_s = 0.0
        self._unnamed: set[str] = set()
        self.last_s = 0.0

    def now_s(self) -> float:
        """Now, in seconds on the session's clock; the last event's time when nothing runs."""
        if not self.live or self._offset_s is None:
            return self.last_s
        return max(time.monotonic() - self._offset_s, self.last_s)

    @property
    def foreign(self) -> list[dict[str, Any]]:
        """Processes on the GPUs that are not ours, as the runner last told."""
        return self.state.get("foreign") or []

    @property
    def eta_s(self) -> float | None:
        """Seconds to the end, counted down from when the runner told them."""
        told = self.state.get("eta_s")
        return None if told is None else max(float(told) - (self.now_s() - self._eta_at_s), 0.0)

    @property
    def measuring(self) -> bool:
        """Whether the pass that is measured runs: neither loading nor scoring is part of it."""
        return self.live and self.current is not None and self.state.get("phase") == "measure"

    @property
    def running(self) -> bool:
        """Whether a campaign is attached and not paused."""
        return self.live and self.state.get("state") == "running"

    def feed(self, event: dict[str, Any]) -> None:
        """Take one event of the control socket (interfaces: state, sample, progress, …)."""
        t_s = event.get("t_s")
        if isinstance(t_s, int | float):
            if not self.live:
                self.live, self.live_since = True, datetime.now().astimezone()
            self.last_s = max(self.last_s, float(t_s))
            offset = time.monotonic() - float(t_s)
            self._offset_s = offset if self._offset_s is None else min(self._offset_s, offset)
        handler = getattr(self, f"_on_{event.get('event')}", None)
        if handler is not None:
            handler(event, float(t_s) if isinstance(t_s, int | float) else self.last_s)

    def disconnected(self) -> None:
        """The runner hung up: charts stay as they are."""
        self.live = False
        self._offset_s = None
        self._close_current(self.last_s, None)

    def _on_state(self, event: dict[str, Any], t_s: float) -> None:
        before, self.state = self.state, event
        if event.get("eta_s") != before.get("eta_s"):
            # Told once a run: who comes later counts from when that run's phase began.
            self._eta_at_s = t_s if before else float(event.get("since_t_s") or t_s)
        config, repetition = event.get("config_id"), event.get("repetition")
        # A pause names the run before it; only a full disk holds one up in the middle.
        held = event.get("state") == "paused" and event.get("phase") is not None
        if event.get("state") != "running" and not held:
            self._close_current(t_s, None)
            return
        if not config or not repetition:
            return
        over = event.get("phase") in (None, "score") and self.current is None
        if over and any(key[:2] == (config, repetition) for key in self.runs):
            return  # counted, and the next one is not begun
        same = self.current is not None and (config, repetition) == (
            self.current.config_id,
            self.current.repetition,
        )
        measures, measured = (e.get("phase") == "measure" for e in (event, before))
        if not same:
            self._close_current(t_s, None)
            # Whoever attaches in the middle of a run is told when it began.
            began = event.get("since_t_s")
            self.current = Run(config, int(repetition), started_s=t_s if began is None else began)
            self.progress = {}
        elif self.current is not None and measures and not measured:
            self.current.started_s, self.current.ended_s = t_s, None
        elif self.current is not None and measured and not measures:
            self.current.ended_s = t_s

    def _on_progress(self, event: dict[str, Any], t_s: float) -> None:
        self.progress = event

    def _on_sample(self, event: dict[str, Any], t_s: float) -> None:
        name = str(event.get("device") or "device")
        device = self.devices.setdefault(name, Device(name))
        device.last = event
        power = event.get("power_w")
        if power is None and (power := event.get("estimated_power_w")) is not None:
            self.estimated = True
        elif power is not None and self.estimated is None:
            self.estimated = False
        if power is not None:
            device.power.add(t_s, float(power))
        if (use := event.get("utilisation")) is not None:
            device.utilisation.add(t_s, float(use))
        if (hot := heat_of(event.get("throttle_reasons"))) and self.current is not None:
            self._note_heat(self.current, device, hot)

    def _note_heat(self, run: Run, device: Device, hot: set[str]) -> None:
        """Once a run and reason: a device that is slowed tells so ten times a second."""
        if not hot <= run.throttled:
            run.throttled |= hot
            celsius = device.last.get("temperature_c")
            at = "" if celsius is None else f" at {celsius:.0f} C"
            told = f"{self.name_of(run)}: {device.name} slowed by heat{at} ({', '.join(hot)})"
            self._append(Event(datetime.now().astimezone(), told, warning=True))

    def _on_request(self, event: dict[str, Any], t_s: float) -> None:
        if (latency := event.get("latency_s")) is not None:
            self.latency.add(t_s, float(latency))
        self.requests.append(event | {"t_s": t_s})
        if len(self.requests) > 2 * _KEEP_REQUESTS:
            del self.requests[:-_KEEP_REQUESTS]

    def _on_run(self, event: dict[str, Any], t_s: float) -> None:
        run = Run(
            str(event.get("config_id")),
            int(event.get("repetition") or 1),
            int(event.get("attempt") or 1),
            str(event.get("status")),
            event.get("reason"),
            ended_s=t_s,
            metrics=dict(event),
        )
        duration = event.get("duration_s")
        started = self.current.started_s if self.current else None
        run.started_s = started if started is not None else t_s - float(duration or 0)
        if self.current is not None and self.current.config_id == run.config_id:
            run.throttled = self.current.throttled
            run.ended_s = self.current.ended_s or t_s  # without its scoring
        self.energy_source = event.get("energy_source") or self.energy_source
        self.current = None
        self.add_run(run, datetime.now().astimezone())

    def _on_log(self, event: dict[str, Any], t_s: float) -> None:
        level = str(event.get("level") or "info").lower()
        if level == "debug":
            return
        text = " ".join(str(event.get("text") or "").split())
        self.add_log(datetime.now().astimezone(), level, text)

    def add_log(self, at: datetime, level: str, text: str) -> None:
        """Add a line of the runner's log; a failed run has told it already."""
        if not _FAILED_RUN.match(text):
            bad = level in ("error", "critical")
            self._append(Event(at, text, bad, text if bad else None, level == "warning"))

    def add_run(self, run: Run, at: datetime) -> None:
        """Add a finished run and its line of the events list; a known one changes nothing."""
        known = self.runs.get(run.key)
        if known is not None:
            known.metrics = {**known.metrics, **run.metrics}
            return
        self.runs[run.key] = run
        failed = run.status != "ok"
        self._append(Event(at, self.sentence(run), failed, run.reason, bool(remarks_of(run))))

    def sentence(self, run: Run) -> str:
        """A finished run in one line."""
        from pimp_tui.tui.widgets.numbers import scale_of, seconds

        head = self.name_of(run)
        if run.status != "ok":
            return f"{head} failed: {' '.join(str(run.reason or 'no reason given').split())}"
        parts = [f"{head} ok"]
        energy = run.metrics.get("energy_j")
        if energy is not None:
            estimated = bool(run.metrics.get("energy_estimated"))
            parts.append(scale_of("energy_j", [energy]).text(energy, estimated))
        parts.append(seconds(run.metrics.get("duration_s")))
        if (passed := run.metrics.get("pass_at_1")) is not None:
            parts.append(f"pass@1 {passed:.3f}")
        return "  ".join([*parts, *(f"! {text}" for text in remarks_of(run))])

    def name_of(self, run: Run) -> str:
        """``#41 rep 2``."""
        position = self.position_of(run.config_id)
        if not position:
            self._unnamed.add(run.config_id)
        name = f"#{position}" if position else run.config_id[:8]
        return f"{name} rep {run.repetition}"

    def name_again(self) -> None:
        """Put places in the plan into what was told before the plan was read."""
        for config in self._unnamed:
            if position := self.position_of(config):
                old, new = f"{config[:8]} rep ", f"#{position} rep "
                self.events = [
                    replace(event, text=event.text.replace(old, new)) if old in event.text
                    else event for event in self.events
                ]  # fmt: skip
        self._unnamed.clear()

    def _append(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) > 2 * _KEEP_EVENTS:
            del self.events[:-_KEEP_EVENTS]

    def _close_current(self, t_s: float, status: str | None) -> None:
        if self.current is not None:
            self.current.ended_s = self.current.ended_s or t_s
            self.current = None
