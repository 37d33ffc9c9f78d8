"""What a meter is: devices read at a moment, and counters read at the ends of a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Part = Literal["gpu", "cpu", "estimate", "none"]


class MeterUnavailable(Exception):
    """A meter that this machine does not offer; ``mend`` says how to get it, None if not at all."""

    def __init__(self, detail: str, mend: str | None = None) -> None:
        super().__init__(detail)
        self.detail, self.mend = detail, mend


@dataclass(frozen=True)
class Sample:
    """One device at one moment; None where it does not tell.

    Attributes:
        device: the device's name in the power table.
        power_w: measured power.
        energy_counter_j: the device's own counter, whatever it counts from.
        utilisation: percent.
        memory_bytes: in use on the device, by whomever.
        throttle_reasons: names separated by commas, "none" where the device is not throttled.
        estimated_power_w: for live display only; never in a power column.
        memory_total_bytes: of the device; for live display only, the power table has no column.
    """

    device: str
    power_w: float | None = None
    energy_counter_j: float | None = None
    utilisation: float | None = None
    memory_bytes: int | None = None
    temperature_c: float | None = None
    sm_clock_mhz: float | None = None
    memory_clock_mhz: float | None = None
    throttle_reasons: str | None = None
    estimated_power_w: float | None = None
    memory_total_bytes: int | None = None


@dataclass(frozen=True)
class Tick:
    """All devices of all meters at one moment of the monotonic clock, seconds."""

    monotonic_s: float
    samples: Sequence[Sample]


class Meter(Protocol):
    """One source of power or load data.

    A factory, found by name in the group ``pimp_tui.meters`` or built in, takes the GPU indices
    asked for (None for all visible) and returns a meter or raises `MeterUnavailable`.

    Attributes:
        name: as it appears in ``energy_source``.
        part: what its energy counts towards: "gpu" and "cpu" add up to the measured total,
            "estimate" stands in where neither is measured, "none" has no energy.
        devices: names in the order of `samples`.
    """

    name: str
    part: Part
    devices: Sequence[str]

    def samples(self) -> Sequence[Sample]:
        """Every device now; called at the trace's rate from its thread."""

    def counters_j(self) -> Mapping[str, float | None]:
        """Energy counters now, by device; differences between two calls are joules."""

    def take_notes(self) -> Sequence[str]:
        """What went wrong since the last call, one line each."""

    def close(self) -> None:
        """Gives the source back."""
