"""Meters and their permissions, for ``doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .base import Meter, MeterUnavailable
from .registry import factories, try_open
from .visible import Gpu


def meters_report(gpus: Sequence[Gpu] | None = None) -> list[dict[str, Any]]:
    """One row per meter: {"check", "ok", "detail", "mend"}.

    A meter that this machine cannot have is no fault; one that is only not permitted is, and its
    mend is the command that permits it.
    """
    rows = []
    measured = False
    for name, load in factories().items():
        meter = try_open(load, gpus)
        if isinstance(meter, MeterUnavailable):
            rows.append(_row(name, meter.mend is None, meter.detail, meter.mend))
            continue
        measured = measured or meter.part in ("gpu", "cpu")
        rows.append(_row(name, True, _detail(meter), None))
        rows += [_row(name, False, note, None) for note in meter.take_notes()]
        meter.close()
    source = "measured" if measured else "estimated from CPU time, and marked so everywhere"
    return [*rows, _row("energy", True, source, None)]


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
