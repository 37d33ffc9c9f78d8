"""Meters and their permissions, for ``doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimp_tui.visible_gpus import Gpu

from .base import Meter, MeterUnavailable
from .idle import IDLE_CV_LIMIT
from .meters import MeterSet
from .registry import factories, try_open

#: How long the idle power is looked at, seconds.
GLANCE_S = 2.0
_ABSENT = "nothing, where the machine has no such device; else install its driver"
_ESTIMATED = "nothing, where no meter can be had: duration_s and pass_at_1 are then the objectives"


def meters_report(gpus: Sequence[Gpu] | None = None) -> list[dict[str, Any]]:
    """One row per meter: {"check", "ok", "detail", "mend"}, and how calm the idle power is.

    ``ok`` says that the meter measures here, of ``meter energy`` that any does; the mend is the
    command that permits it, where one does. Where power is measured it takes ``GLANCE_S`` seconds.
    """
    rows = []
    measured: list[Meter] = []
    for name, load in factories().items():
        meter = try_open(load, gpus)
        if isinstance(meter, MeterUnavailable):
            rows.append(_row(name, False, meter.detail, meter.mend or _ABSENT))
            continue
        rows.append(_row(name, True, _detail(meter), None))
        rows += [_row(name, False, note, None) for note in meter.take_notes()]
        if meter.part in ("gpu", "cpu"):
            measured.append(meter)
        else:
            meter.close()
    if measured:
        rows.append(_idle(measured))
    if measured:
        return [*rows, _row("energy", True, "measured", None)]
    source = "not measured: estimated from CPU time, and marked so everywhere"
    return [*rows, _row("energy", False, source, _ESTIMATED)]


def _idle(meters: Sequence[Meter]) -> dict[str, Any]:
    """A glance at the idle power, without a context on the GPUs; closes the meters."""
    with MeterSet(meters) as opened:
        idle = opened.idle(GLANCE_S)
    if idle.power_w is None:
        why = "; ".join(idle.notes)
        return _row("idle", False, f"not measured: {why}", "look at the rows of the meters")
    detail = f"{idle.power_w:.1f} W over {idle.duration_s:.0f} s"
    if idle.power_cv is None:
        return _row("idle", True, f"{detail}, its variation is not known", None)
    calm = idle.power_cv <= IDLE_CV_LIMIT
    detail += f", coefficient of variation {idle.power_cv:.3f}"
    if calm:
        return _row("idle", True, f"{detail} (limit {IDLE_CV_LIMIT})", None)
    mend = "end other work on this machine, or wait until it is calm, before a campaign"
    return _row("idle", False, f"{detail}, more than {IDLE_CV_LIMIT}", mend)


def _row(name: str, ok: bool, detail: str, mend: str | None) -> dict[str, Any]:
    return {"check": f"meter {name}", "ok": ok, "detail": detail, "mend": mend}


def _detail(meter: Meter) -> str:
    counters = meter.counters_j()
    remarks = getattr(meter, "remarks", {})
    what = []
    for device in meter.devices:
        if meter.part in ("gpu", "cpu"):
            kind = "energy counter" if counters.get(device) is not None else "power samples only"
            what.append(f"{device}: {remarks.get(device, kind)}")
        else:
            what.append(device)
    return ", ".join(what)
