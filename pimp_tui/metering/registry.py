"""Names to meters: the built-in ones and those of installed packages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from pimp_tui.visible_gpus import Gpu

from .base import Meter, MeterUnavailable

GROUP = "pimp_tui.meters"
BUILT_IN = {
    "nvml": "pimp_tui.metering.nvml:NvmlMeter",
    "rapl": "pimp_tui.metering.rapl:RaplMeter",
    "estimate": "pimp_tui.metering.estimate:EstimateMeter",
    "host": "pimp_tui.metering.host:HostMeter",
}
Factory = Callable[[Sequence[Gpu] | None], Meter]


def factories() -> dict[str, Callable[[], Factory]]:
    """Every known name with a function that imports its factory; the built-in ones first."""
    found: dict[str, Callable[[], Factory]] = {
        name: partial(_import, target) for name, target in BUILT_IN.items()
    }
    for point in entry_points(group=GROUP):
        if point.name not in BUILT_IN:
            found[point.name] = point.load
    return found


def try_open(load: Callable[[], Factory], gpus: Sequence[Gpu] | None) -> Meter | MeterUnavailable:
    """The meter, or why there is none."""
    try:
        return load()(gpus)
    except MeterUnavailable as missing:
        return missing


def _import(target: str) -> Factory:
    module, _, attribute = target.partition(":")
    return cast("Factory", getattr(import_module(module), attribute))
