"""Power and latency over time: from the model to rows of cells."""

from __future__ import annotations

from collections.abc import Callable

from pimp_tui.tui.panes.monitor.model import Model
from pimp_tui.tui.panes.monitor.series import BIN_S, added
from pimp_tui.tui.widgets.cells import Line, line
from pimp_tui.tui.widgets.numbers import seconds
from pimp_tui.tui.widgets.strip import GAP, axis, curve, frame, nice

_LABEL_WIDTH = 4
#: How long a device's or a request's last value stands for a bin without one, in bins.
_POWER_REACH, _LATENCY_REACH = 2, 20
_STEPS_S = (1, 2, 4, 8, 15, 30)
#: A run whose power is known from so many bins after its beginning is known whole.
_REACHES_BACK = 4

Bins = Callable[[int, int, int], dict[int, float]]


def power_bins(model: Model, kind: str) -> Bins:
    """Sum of all devices' power, or mean utilisation, by group of bins."""

    def read(first: int, last: int, group: int) -> dict[int, float]:
        if kind == "power":
            return added(
                [d.power.means(first, last, group, _POWER_REACH) for d in model.devices.values()]
            )
        used = [d.utilisation for d in model.devices.values() if len(d.utilisation)]
        total = added([series.means(first, last, group, _POWER_REACH) for series in used])
        return {k: value / len(used) for k, value in total.items()}

    return read


def latency_bins(model: Model) -> Bins:
    """Mean latency of the requests that ended in each group of bins."""

    def read(first: int, last: int, group: int) -> dict[int, float]:
        return model.latency.means(first, last, group, _LATENCY_REACH)

    return read


def power_kind(model: Model) -> str:
    """power, or utilisation where no device tells or estimates its power."""
    if any(len(d.power) for d in model.devices.values()):
        return "power"
    return "utilisation" if any(len(d.utilisation) for d in model.devices.values()) else "power"


class Chart:
    """One strip chart. Keeps its range steady, so that old columns need no repaint."""

    def __init__(self) -> None:
        self.high = 0.0
        self.low = 0.0
        self.step_s = 1
        self._sweep: tuple[int, int] | None = None

    def window_s(self, width: int) -> int:
        """Seconds that a chart of ``width`` cells spans."""
        return max(width - _LABEL_WIDTH - 1, 1) * self.step_s

    def choose_step(self, model: Model, width: int) -> None:
        """Seconds a column such that about three runs fit, once their length is known."""
        durations = sorted(
            run.ended_s - run.started_s
            for run in list(model.runs.values())[-7:]
            if run.ended_s is not None and run.started_s is not None
        )
        if durations:
            wanted = 3 * durations[len(durations) // 2] / max(width - _LABEL_WIDTH - 1, 1)
            self.step_s = next((s for s in _STEPS_S if s >= wanted), _STEPS_S[-1])

    def draw(
        self,
        model: Model,
        bins: Bins,
        width: int,
        height: int,
        *,
        idle: float | None = None,
        floor_zero: bool = True,
        headroom: float = 1.05,
        with_axis: bool = True,
    ) -> list[Line]:
        """Rows of the chart, its axis last.

        Args:
            idle: draws a line at this value.
            headroom: factor over the highest value that the top must reach.
        """
        columns, rows = width - _LABEL_WIDTH - 1, height - (1 if with_axis else 0)
        if columns < 4 or rows < 1:
            return []
        head = int(model.now_s() // self.step_s)
        group = max(round(self.step_s / 2 / BIN_S), 1)
        # The column of the current second is still filling up: it is drawn when it is complete.
        until = (head if model.live else head + 1) * 2 * group - 1
        values = bins(max((head - columns + GAP) * 2 * group, 0), until, group)
        shown = [*values.values(), *([idle] if idle is not None else [])]
        self._fit_range(shown, headroom, floor_zero, (columns, head // columns))
        windows = self._windows(model)
        label, owner = axis(windows, head, columns, self.step_s)
        ticks, idle_row = self._ticks(rows, idle)
        chart = curve(values, head, columns, rows, self.low, self.high)
        lines = frame(chart, ticks, _LABEL_WIDTH, owner, idle_row, grey=not model.live)
        if with_axis:
            lines.append(line((" " * _LABEL_WIDTH + "└" + label, "dim")))
        return lines

    def _windows(self, model: Model) -> list[tuple[float, float | None, str]]:
        runs = [run for run in list(model.runs.values())[-200:] if run.started_s is not None]
        if model.current is not None and model.current.started_s is not None:
            runs.append(model.current)
        found: list[tuple[float, float | None, str]] = []
        last = None
        for run in runs:
            position = model.position_of(run.config_id)
            repeat = f"rep {run.repetition}"
            name = f"#{position} {repeat}" if position and run.config_id != last else repeat
            found.append((run.started_s or 0.0, run.ended_s, name))
            last = run.config_id
        return found

    def _fit_range(
        self, shown: list[float], headroom: float, zero: bool, sweep: tuple[int, int]
    ) -> None:
        if not shown:
            return
        high = nice(max(shown) * headroom)
        # Shrinking repaints everything: only at the start of a sweep.
        if high > self.high or sweep != self._sweep:
            self.high = high
            self.low = 0.0 if zero or min(shown) < 0.55 * high else high / 2
        elif min(shown) < self.low:
            self.low = 0.0
        self._sweep = sweep

    def _ticks(self, rows: int, idle: float | None) -> tuple[dict[int, str], int | None]:
        if self.high <= 0:
            return {}, None
        ticks = {0: _tick(self.high)}
        if rows >= 5:
            middle = (self.high + self.low) / 2
            ticks[min(rows // 2, rows - 1)] = _tick(middle)
        if rows >= 2:
            ticks[rows - 1] = _tick(self.low)
        if idle is None:
            return ticks, None
        share = (idle - self.low) / (self.high - self.low)
        idle_row = rows - 1 - min(max(int(share * rows), 0), rows - 1)
        ticks[idle_row] = _tick(idle)
        return ticks, idle_row


def _tick(value: float) -> str:
    text = f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2g}"
    return text if len(text) <= _LABEL_WIDTH else f"{value / 1000:.0f}k"


def idle_power_w(model: Model) -> float | None:
    """The measured idle power of the last run that has one."""
    for run in reversed(list(model.runs.values())):
        if (idle := run.metrics.get("idle_power_w")) is not None:
            return float(idle)
    return None


def power_info(model: Model, kind: str) -> str:
    """``idle 58 · now 312 · mean 309 · run 12.4 kJ``, with ``~`` where it is an estimate."""
    if kind == "utilisation":
        return "no power meter: utilisation %" if model.devices else ""
    mark = "~" if model.estimated else ""
    now = int(model.now_s() / BIN_S)
    read = power_bins(model, kind)
    parts = []
    if (idle := idle_power_w(model)) is not None:
        parts.append(f"idle {idle:.0f}")
    if model.live and (last := read(now - 2, now - 1, 1)):
        parts.append(f"now {mark}{last[max(last)]:.0f}")
    run = model.current
    if model.measuring and run is not None and run.started_s is not None:
        first = int(run.started_s / BIN_S)
        span = read(first, now - 1, 1)
        if span:
            joule = sum(span.values()) * BIN_S
            parts.append(f"mean {mark}{sum(span.values()) / len(span):.0f}")
            text = f"{joule / 1000:.1f} kJ" if joule >= 1000 else f"{joule:.0f} J"
            # Who came in the middle of the run has not seen its beginning.
            since = "run" if min(span) <= first + _REACHES_BACK else "since you came"
            parts.append(f"{since} {mark}{text}")
    return " · ".join(parts)


def latency_info(model: Model) -> str:
    """``p50 16.1 · p95 17.0 · TTFT 0.31 · 1000 tok/s`` of the last requests."""
    recent = [r for r in model.requests[-256:] if r["t_s"] > model.last_s - 60]
    times = sorted(float(r["latency_s"]) for r in recent if r.get("latency_s") is not None)
    if not times:
        return ""
    parts = [
        f"p50 {times[len(times) // 2]:.2f}",
        f"p95 {times[min(int(0.95 * len(times)), len(times) - 1)]:.2f}",
    ]
    first = [float(r["ttft_s"]) for r in recent if r.get("ttft_s") is not None]
    if first:
        parts.append(f"TTFT {sum(first) / len(first):.2f}")
    tokens = [r for r in recent if r.get("tokens_out") is not None]
    span = recent[-1]["t_s"] - recent[0]["t_s"]
    if tokens and span > 1:
        parts.append(f"{sum(r['tokens_out'] for r in tokens) / span:.0f} tok/s")
    return " · ".join(parts)


def span_text(window_s: float) -> str:
    """``last 75 s``, ``last 5 min``."""
    if window_s < 100:
        return f"last {window_s:.0f} s"
    return f"last {seconds(60 * round(window_s / 60)).removesuffix(' 0 s')}"
