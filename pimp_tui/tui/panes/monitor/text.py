"""The Monitor's rows of text: headline, devices, repeats, next, failures. Pure functions."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pimp_tui.tui.panes.monitor.model import Device, Model, Run, heat_of, remarks_of
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.widgets.cells import Line, line
from pimp_tui.tui.widgets.numbers import Scale, scale_of, seconds
from pimp_tui.tui.widgets.strip import spark

#: Imported tables may have a million rows, of which none is run.
_LONGEST_PLAN = 10_000
#: Seconds of a device's sparkline, two values a cell.
_SPARK_S = 32
_PHASES = {
    "load": "loading the model",
    "cool": "cooling down",
    "warmup": "warming up",
    "score": "scoring",
    "idle": "measuring idle",
}
#: Why a campaign waits that nobody paused.
_HELD = {"disk full": "the disk is full; it goes on by itself once there is room"}


def headline(
    model: Model,
    plan: PlanInfo | None,
    status: dict[str, Any],
    own_words: Callable[[str], str],
) -> Line:
    """The first row: what runs now, or what became of the campaign.

    Args:
        own_words: puts the user's keys into a sentence.
    """
    run = model.current
    if not model.live or run is None or model.state.get("phase") in _HELD:
        return line((f" {own_words(_outcome(model, status))}", ""))
    name = plan.name(run.config_id) if plan else run.config_id[:8]
    what = plan.describe(run.config_id) if plan else ""
    return line((f" {name} ", "bright"), (what, ""))


def headline_end(model: Model, repeats: int) -> Line:
    """The right end of the first row: repeat and request."""
    run = model.current
    if not model.live or run is None or model.state.get("phase") in _HELD:
        return ()
    phase = str(model.state.get("phase") or "")
    done, planned = model.progress.get("requests_done"), model.progress.get("requests_planned")
    parts = [f"repeat {run.repetition}/{repeats}"]
    if phase in _PHASES:
        parts.append(_PHASES[phase] + (_hottest(model) if phase == "cool" else ""))
    elif planned:
        parts.append(f"request {done}/{planned}")
    elif phase == "measure":
        parts.append("measuring")  # requests are told as their batch ends
    return line("  ".join(parts) + " ")


def _hottest(model: Model) -> str:
    """``, 71 C``: what is waited for while the devices cool down."""
    known = [device.last.get("temperature_c") for device in model.devices.values()]
    return f", {max(c for c in known if c is not None):.0f} C" if any(known) else ""


def _outcome(model: Model, status: dict[str, Any]) -> str:
    state = str(status.get("state") or "planned")
    done, planned = status.get("runs_done") or 0, status.get("runs_planned")
    if state == "lost":
        last = model.events[-1].at.strftime("%H:%M") if model.events else "its start"
        pid = f" (pid {status['pid']})" if status.get("pid") else ""
        at = f" at run {done + 1}" if planned else ""
        return f"! runner gone since {last}{pid}. r resumes{at}"
    if state == "running" and not model.live:
        return "connecting to the runner"
    if state == "running" and model.state.get("phase") == "suggest":
        return "learning from the runs so far, to choose what to measure next"
    if state == "paused" and model.live and (why := status.get("phase")) in _HELD:
        return f"paused: {_HELD[why]}"
    words = {
        "planned": f"not started: r starts {planned or 'the'} runs",
        "paused": "paused: r goes on",
        "stopped": "stopped: r goes on",
    }
    if state == "stopped" and status.get("outcome"):
        return f"stopped ({status['outcome']}): r goes on"
    if state in words:
        return words[state]
    return f"{state}: reading the runs" if planned is None else f"{state}: {done} of {planned} runs"


def plan_bar(status: dict[str, Any], width: int, now: datetime) -> Line:
    """The second row: ``plan ███░░ 27%  ETA Wed 14:55 (26 h)  failed 3``."""
    done, failed = status.get("runs_done") or 0, status.get("runs_failed") or 0
    planned = status.get("runs_planned")
    share = min((done + failed) / planned, 1.0) if planned else 0.0
    bar_width = 40 if width >= 78 else max(width - 40, 10)
    if planned is None:
        return line(" plan ", ("░" * bar_width, "dim"))
    full = int(share * bar_width)
    tail = [f" {100 * share:3.0f}%"]
    if (eta := status.get("eta_s")) is not None:
        at = now + timedelta(seconds=float(eta))
        day = "" if at.date() == now.date() else f"{at:%a} "
        tail.append(f"  ETA {day}{at:%H:%M} ({seconds(_coarse(float(eta)))})")
    bar = line(" plan ", ("█" * full, "accent"), ("░" * (bar_width - full), "dim"), *tail)
    return line(*bar, (f"  failed {failed}", "bad")) if failed else bar


def _coarse(eta_s: float) -> float:
    """Rounded, so that a number nobody needs to the second does not change every second."""
    if eta_s < 60:
        return 5 * round(eta_s / 5)
    return 60 * round(eta_s / 60)


def device_power(index: int, device: Device, width: int) -> Line:
    """Number, name and power of a device: what changes four times a second."""
    last, wide = device.last, width >= 110
    watts = last.get("power_w")
    estimated = watts is None and last.get("estimated_power_w") is not None
    if estimated:
        watts = last.get("estimated_power_w")
    room = 18 if wide else 8
    name = re.sub(r"^(NVIDIA|AMD|Intel(\(R\))?) ", "", device.name)[:room]
    power = f"{'~' if estimated else ''}{watts:.0f} W" if watts is not None else "-"
    return line((f" {index:>2} {name:<{room}} {power:>6} ", "bright"))  # one span: sent often


def device_rest(device: Device, live: bool, width: int, highest_w: float = 0.0) -> Line:
    """Sparkline, utilisation, memory, temperature, clocks, throttling: once a second.

    Args:
        highest_w: the devices' highest power, see :func:`highest_power_w`; 0: this one's own.
    """
    last, wide = device.last, width >= 110
    values = device.power.tail(_SPARK_S)
    high = highest_w or max(values, default=0.0)
    if not values:
        values, high = device.utilisation.tail(_SPARK_S), 100.0
    parts: list[Any] = [(spark(values, 16 if wide else 8, high), "accent" if live else "dim")]
    if (use := last.get("utilisation")) is not None:
        parts.append(f"  util {use:4.0f}%")
    if (memory := last.get("memory_bytes")) is not None:
        parts.append(f"  mem {_memory(memory, last.get('memory_total_bytes'))}")
    if (celsius := last.get("temperature_c")) is not None:
        parts.append(f"  {celsius:.0f} C")
    parts += _clocks(last, wide)
    return line(*parts)


def _memory(used: float, total: float | None) -> str:
    """``31.2/80 GiB``; without the total where it is not told: the bundle has none."""
    if not total:
        return scale_of("peak_memory_bytes", [used]).text(used)
    scale = scale_of("peak_memory_bytes", [total])
    whole = total / scale.divide
    digits = 1 if whole >= 10 else 2
    return f"{used / scale.divide:.{digits}f}/{whole:.{0 if whole >= 10 else 1}f} {scale.unit}"


def highest_power_w(model: Model) -> float:
    """Highest power of the sparklines, watts: one scale for all, or an idle device looks busy."""
    tails = (device.power.tail(_SPARK_S) for device in model.devices.values())
    return max((watts for tail in tails for watts in tail), default=0.0)


def _clocks(last: dict[str, Any], wide: bool) -> list[Any]:
    sm, memory = last.get("sm_clock_mhz"), last.get("memory_clock_mhz")
    parts: list[Any] = []
    if heat_of(last.get("throttle_reasons")) and not wide:  # its event names the reasons
        unit = "" if last.get("memory_total_bytes") else " MHz"  # 80 columns hold no more
        return [f"  {sm:.0f}{unit}" if sm is not None else "", (" ! slowed", "warn")]
    if wide:
        if sm is not None:
            parts.append(f"  SM {sm:.0f} MHz")
        if memory is not None:
            parts.append(f"  mem {memory:.0f} MHz")
    elif sm is not None or memory is not None:
        parts.append("  " + "/".join(f"{v:.0f}" for v in (sm, memory) if v is not None) + " MHz")
    throttle = last.get("throttle_reasons")
    if throttle and str(throttle).lower() not in ("none", "idle", "gpu_idle"):
        parts.append((f"  throttled: {throttle}", "warn"))
    elif throttle and wide:
        parts.append("  throttle none")
    return parts


def busiest(model: Model) -> list[Device]:
    """Devices, the one with the highest utilisation first."""
    return sorted(model.devices.values(), key=lambda d: -(d.last.get("utilisation") or 0.0))


def repeats_table(model: Model, config_id: str | None, width: int, height: int) -> list[Line]:
    """Repeats of the configuration that runs, or ran last; energy above idle where it fits."""
    runs = [run for run in model.runs.values() if run.config_id == config_id]
    runs.sort(key=lambda run: (run.repetition, run.attempt))
    energy = scale_of("energy_j", [run.metrics.get("energy_j") for run in runs])
    above = scale_of("energy_j", [run.metrics.get("energy_above_idle_j") for run in runs])
    wide = width >= 50
    heading = f"  rep  {energy.label:>9}"
    heading += f"  {'above ' + above.unit:>9}" if wide else ""
    lines = [line((f"{heading}  {'duration s':>10}  {'pass@1':>6}", "bright"))]
    for run in runs:
        lines.append(_repeat_row(run, energy, above if wide else None))
    current = model.current
    if model.live and current is not None and current.config_id == config_id:
        planned = model.progress.get("requests_planned")
        share = f"  {100 * model.progress['requests_done'] / planned:.0f}%" if planned else ""
        lines.append(line(f"  {current.repetition:>3}  running{share}"))
    return lines if len(lines) <= height else [lines[0], *lines[-(height - 1) :]]


def _repeat_row(run: Run, energy: Scale, above: Scale | None) -> Line:
    if run.status != "ok":
        return line((f"  {run.repetition:>3}  failed: {short_reason(run.reason)}", "bad"))
    m = run.metrics
    duration, passed = m.get("duration_s"), m.get("pass_at_1")
    cells = f"{energy.number(m.get('energy_j'), bool(m.get('energy_estimated'))):>9}"
    if above is not None:
        cells += f"  {above.number(m.get('energy_above_idle_j')):>9}"
    return line(
        ("!" if remarks_of(run) else " ", "warn"),
        f" {run.repetition:>3}  {cells}  "
        f"{'-' if duration is None else f'{duration:.2f}':>10}  "
        f"{'-' if passed is None else f'{passed:.3f}':>6}",
    )


def next_rows(
    model: Model, plan: PlanInfo | None, current: str | None, repeats: int, height: int
) -> list[Line]:
    """Configurations with repeats left, those with the fewest ended first, then by position.

    The runner draws the order of runs itself; this is what it has still to do.
    """
    if plan is None:
        return []
    ended = Counter(config for config, _ in {run.key[:2] for run in model.runs.values()})
    left = [
        (ended[config], position, config)
        for config, position in plan.plan.head(_LONGEST_PLAN)
        .select("config_id", "position")
        .iter_rows()
        if ended[config] < repeats and config != current
    ]
    rows = [
        line(
            (f" {plan.name(config):>5} ", "bright"),
            (f"{done}/{repeats}  ", "dim"),
            plan.describe(config),
        )
        for done, _, config in heapq.nsmallest(height, left)
    ]
    return rows or [line(("  nothing is left to run", "dim"))]


def failures(model: Model, plan: PlanInfo | None) -> list[tuple[str, int, str]]:
    """(reason, count, which runs) of failed attempts, the most frequent first."""
    found: dict[str, list[str]] = {}
    for run in model.runs.values():
        if run.status != "ok":
            name = plan.name(run.config_id) if plan else run.config_id[:8]
            found.setdefault(short_reason(run.reason), []).append(f"{name} rep {run.repetition}")
    ranked = sorted(found.items(), key=lambda item: -len(item[1]))
    return [(reason, len(runs), ", ".join(runs)) for reason, runs in ranked]


def short_reason(reason: str | None) -> str:
    """The first clause of a reason, so that alike failures count as one."""
    text = " ".join((reason or "no reason given").split())
    if "out of memory" in text.lower():
        return "out of memory"
    return re.split(r"[:(;]|\. ", text, maxsplit=1)[0].strip()[:40] or "no reason given"
