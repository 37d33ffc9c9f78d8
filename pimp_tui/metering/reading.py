"""What a measured interval says."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reading:
    """What a window measured; None where nothing did.

    Attributes:
        energy_gpu_j: all GPUs, measured.
        energy_cpu_j: all packages and their DRAM, measured.
        energy_j: sum of the two, or the estimate.
        energy_above_idle_j: ``energy_j`` less ``idle_power_w`` times the duration; None where the
            baseline was not taken of the same meters.
        energy_source: meters that make up ``energy_j``, joined by "+".
        energy_gpu_source: those of them that make up ``energy_gpu_j``.
        idle_gpu_power_w: of the GPUs alone, where the baseline was taken of the same meters.
        energy_estimated: whether ``energy_j`` is the estimate; then no other energy or power is.
        power_peak_w: highest sum of power over all devices of all meters at one tick.
        peak_memory_bytes: most memory in use on the GPUs; by this process where there are none.
        duration_s: by the monotonic clock, between the two synchronisations.
        devices_j: measured energy by device.
        notes: what a reader of these figures should know, one line each.
        faults: those of the notes that leave energy out, or in doubt, in this window alone.
    """

    energy_gpu_j: float | None
    energy_cpu_j: float | None
    energy_j: float | None
    energy_above_idle_j: float | None
    energy_source: str | None
    energy_estimated: bool
    idle_power_w: float | None
    power_mean_w: float | None
    power_peak_w: float | None
    peak_memory_bytes: int | None
    duration_s: float
    devices_j: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    energy_gpu_source: str | None = None
    idle_gpu_power_w: float | None = None

    @property
    def power_gpu_w(self) -> float | None:
        """Mean power of the GPUs."""
        if self.energy_gpu_j is None or not self.duration_s > 0:
            return None
        return self.energy_gpu_j / self.duration_s
