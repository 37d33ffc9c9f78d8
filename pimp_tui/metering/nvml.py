"""NVIDIA GPUs through NVML (module pynvml): energy counter, power, load, clocks, throttling.

Source: NVML API reference, nvmlDeviceGetTotalEnergyConsumption (millijoules since the driver was
loaded, Volta and later) and nvmlDeviceGetPowerUsage (milliwatts, averaged over up to 1 s).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .base import MeterUnavailable, Part, Sample
from .visible import visible_gpus

THROTTLE_REASONS = {
    0x1: "gpu_idle", 0x2: "application_clocks", 0x4: "sw_power_cap", 0x8: "hw_slowdown",
    0x10: "sync_boost", 0x20: "sw_thermal", 0x40: "hw_thermal", 0x80: "hw_power_brake",
    0x100: "display_clocks",
}  # fmt: skip


class NvmlMeter:
    """All GPUs that this process may use, each under ``<name> [<NVML index>]``.

    Args:
        gpus: NVML indices; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        MeterUnavailable: no driver, no GPU visible, or no permission.
    """

    name = "nvml"
    part: Part = "gpu"

    def __init__(self, gpus: Sequence[int] | None = None) -> None:
        self._nvml = start_nvml()
        self._notes: list[str] = []
        try:
            self._handles = self._find(gpus)
        except BaseException:
            self._nvml.nvmlShutdown()
            raise
        self.devices = [device for device, _ in self._handles]
        self._missing: dict[tuple[str, str], int] = {}

    def samples(self) -> list[Sample]:
        return [self._sample(device, handle) for device, handle in self._handles]

    def counters_j(self) -> Mapping[str, float | None]:
        return {device: self._counter_j(device, handle) for device, handle in self._handles}

    def uuids(self) -> dict[str, str]:
        """Device name to UUID."""
        return {
            device: _text(self._nvml.nvmlDeviceGetUUID(handle)) for device, handle in self._handles
        }

    def take_notes(self) -> list[str]:
        notes, self._notes = self._notes, []
        return notes

    def close(self) -> None:
        self._nvml.nvmlShutdown()

    def _find(self, gpus: Sequence[int] | None) -> list[tuple[str, Any]]:
        nvml = self._nvml
        try:
            every = [
                nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())
            ]
            uuids = [_text(nvml.nvmlDeviceGetUUID(handle)) for handle in every]
            names = [_text(nvml.nvmlDeviceGetName(handle)) for handle in every]
        except nvml.NVMLError as error:
            raise MeterUnavailable(f"NVML: {error}", _mend(nvml, error)) from None
        indices, notes = visible_gpus(uuids, names, gpus)
        self._notes += notes
        if not indices:
            raise MeterUnavailable("NVML: no GPU is visible to this process")
        return [(f"{names[index]} [{index}]", every[index]) for index in indices]

    def _sample(self, device: str, handle: Any) -> Sample:
        nvml = self._nvml
        milliwatts = self._ask(device, "power", nvml.nvmlDeviceGetPowerUsage, handle)
        load = self._ask(device, "utilisation", nvml.nvmlDeviceGetUtilizationRates, handle)
        memory = self._ask(device, "memory", nvml.nvmlDeviceGetMemoryInfo, handle)
        reasons = self._ask(
            device, "throttle reasons", nvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle
        )
        clock, celsius = nvml.nvmlDeviceGetClockInfo, nvml.nvmlDeviceGetTemperature
        sensor = nvml.NVML_TEMPERATURE_GPU
        return Sample(
            device,
            power_w=None if milliwatts is None else milliwatts / 1000,
            energy_counter_j=self._counter_j(device, handle),
            utilisation=None if load is None else float(load.gpu),
            memory_bytes=None if memory is None else int(memory.used),
            temperature_c=_number(self._ask(device, "temperature", celsius, handle, sensor)),
            sm_clock_mhz=_number(self._ask(device, "clocks", clock, handle, nvml.NVML_CLOCK_SM)),
            memory_clock_mhz=_number(
                self._ask(device, "clocks", clock, handle, nvml.NVML_CLOCK_MEM)
            ),
            throttle_reasons=None if reasons is None else throttle_names(reasons),
        )

    def _counter_j(self, device: str, handle: Any) -> float | None:
        ask = self._nvml.nvmlDeviceGetTotalEnergyConsumption
        millijoules = self._ask(device, "energy counter", ask, handle)
        return None if millijoules is None else millijoules / 1000

    def _ask(self, device: str, what: str, ask: Callable[..., Any], *arguments: Any) -> Any:
        """The answer, or None with a note, the first time, that says why there is none.

        What a device does not support it never will, so that is asked once only.
        """
        nvml, key = self._nvml, (device, what)
        if key in self._missing:
            return None
        try:
            return ask(*arguments)
        except nvml.NVMLError as error:
            if error.value in (nvml.NVML_ERROR_NOT_SUPPORTED, nvml.NVML_ERROR_FUNCTION_NOT_FOUND):
                self._missing[key] = error.value
            note = f"{device}: no {what} ({error})"
            if note not in self._notes:
                self._notes.append(note)
            return None


def throttle_names(reasons: int) -> str:
    """The names of a bit mask of clock event reasons, "none" for no bit."""
    names = [name for bit, name in THROTTLE_REASONS.items() if reasons & bit]
    return ",".join(names) or "none"


def start_nvml() -> Any:
    """The module pynvml, initialised.

    Raises:
        MeterUnavailable: no package, no driver, or no permission, with the mend.
    """
    try:
        import pynvml
    except ImportError:
        raise MeterUnavailable("pynvml is not installed", "pip install nvidia-ml-py") from None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        raise MeterUnavailable(f"NVML: {error}", _mend(pynvml, error)) from None
    return pynvml


def _mend(nvml: Any, error: Any) -> str | None:
    if error.value == nvml.NVML_ERROR_NO_PERMISSION:
        return "sudo chmod a+rw /dev/nvidia*, or add this user to the group that owns them"
    if error.value == nvml.NVML_ERROR_DRIVER_NOT_LOADED:
        return "sudo modprobe nvidia"
    if error.value == nvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH:
        return "reboot, or reload the driver: it is not of the library's version"
    return None


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)
