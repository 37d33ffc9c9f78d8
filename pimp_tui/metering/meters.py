"""All meters of this machine behind one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import psutil

from pimp_tui.visible_gpus import Gpu

from . import idle as idle_module
from .base import Meter, MeterUnavailable
from .idle import Idle, IdleSamples
from .registry import factories, try_open
from .thermal import CoolDown, cool_down
from .trace import PERIOD_S, Trace
from .windows import Window


class MeterSet:
    """Open meters and the thread that reads them.

    Args:
        meters: at least one.
        period_s: time between samples.
    """

    def __init__(self, meters: Sequence[Meter], period_s: float = PERIOD_S) -> None:
        self.meters = list(meters)
        self._idle: Idle | None = None
        self._process = psutil.Process()
        self._trace = Trace(self.meters, period_s)
        self._trace.start()

    @property
    def measures(self) -> bool:
        """Whether any meter measures energy; else it is estimated."""
        return any(meter.part in ("gpu", "cpu") for meter in self.meters)

    @property
    def _measured(self) -> list[str]:
        return [d for m in self.meters if m.part in ("gpu", "cpu") for d in m.devices]

    def devices(self) -> list[dict[str, str | None]]:
        """Each device with its meter and, for GPUs, its UUID."""
        rows = []
        for meter in self.meters:
            uuids = meter.uuids() if hasattr(meter, "uuids") else {}
            rows += [
                {"device": device, "meter": meter.name, "uuid": uuids.get(device)}
                for device in meter.devices
            ]
        return rows

    def idle(self, seconds: float) -> Idle:
        """Takes the idle baseline, which later windows subtract.

        It belongs into the process that generates, after the model is loaded: a GPU without a
        context draws less than an idle one with it.

        Args:
            seconds: how long; without a power meter it returns at once.
        """
        if not self.measures:
            return Idle(0.0, None, None, None, ["no power meter: no idle baseline"])
        collected = IdleSamples(self._measured)
        window = Window(self.meters, self._trace, {}, None, self._memory_bytes)
        self._trace.listen(collected.add)
        try:
            with window:
                idle_module.wait(seconds)
        finally:
            self._trace.unlisten(collected.add)
        result = collected.result(window.reading)
        self.use_idle(result)
        return result

    def use_idle(self, idle: Idle) -> None:
        """Has later windows and waits go by this baseline."""
        self._idle = idle

    def idle_look(self, seconds: float) -> float | None:
        """Mean power of all measured devices, from samples over some seconds of idleness.

        None without a power meter (at once), or where a device tells no power.
        """
        if not self.measures:
            return None
        collected = IdleSamples(self._measured)
        self._trace.listen(collected.add)
        try:
            idle_module.wait(seconds)
        finally:
            self._trace.unlisten(collected.add)
        return collected.mean_w

    def cool_down(self, most_s: float, idle: Idle | None, same: bool) -> CoolDown:
        """Wait until the devices are as at an idle baseline; see `thermal.cool_down`.

        Args:
            same: whether it was taken under the device settings that hold now.
        """
        target_c = idle.temperature_c if idle else None
        clocks_mhz = idle.sm_clocks_mhz if idle and same else None
        return cool_down(self._trace.latest, target_c, most_s, clocks_mhz)

    def window(self, sync: Callable[[], object] | None = None) -> Window:
        """A context manager that measures what happens inside it.

        Args:
            sync: waits for the device's queue; called at both ends.
        """
        idle = self._idle.by_source_w if self._idle else {}
        return Window(self.meters, self._trace, idle, sync, self._memory_bytes)

    def samples(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Rows of the power table later than a monotonic time; see `Trace.rows`."""
        return self._trace.rows(since)

    def close(self) -> None:
        """Ends the thread and gives the meters back."""
        self._trace.stop()
        for meter in self.meters:
            meter.close()

    def __enter__(self) -> MeterSet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _memory_bytes(self) -> int | None:
        return int(self._process.memory_info().rss)


def open_meters(gpus: Sequence[Gpu] | None = None) -> MeterSet:
    """Every meter that this machine offers.

    Args:
        gpus: as in `cards.own_cards`; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        UserError: a GPU that was asked for does not exist.
    """
    opened: dict[str, Meter] = {}
    for name, load in factories().items():
        meter = try_open(load, gpus)
        if not isinstance(meter, MeterUnavailable):
            opened[name] = meter
    if any(meter.part in ("gpu", "cpu") for meter in opened.values()):
        opened.pop("estimate", None)
    if any(meter.part == "gpu" for meter in opened.values()):
        opened.pop("host", None)
    return MeterSet(list(opened.values()))
