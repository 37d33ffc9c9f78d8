"""NVIDIA GPUs through NVML (module pynvml): energy counter, power, load, clocks, throttling.

Source: NVML API reference, nvmlDeviceGetTotalEnergyConsumption (millijoules since the driver was
loaded, Volta and later); power as in `nvml_power`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pimp_tui.visible_gpus import Gpu

from .base import MeterUnavailable, Part, Sample
from .cards import OwnCard, own_cards, start_nvml
from .nvml_power import CardPower

THROTTLE_REASONS = {
    0x1: "gpu_idle", 0x2: "application_clocks", 0x4: "sw_power_cap", 0x8: "hw_slowdown",
    0x10: "sync_boost", 0x20: "sw_thermal", 0x40: "hw_thermal", 0x80: "hw_power_brake",
    0x100: "display_clocks",
}  # fmt: skip


class NvmlMeter:
    """All GPUs that this process may use, each under ``<name> [<NVML index>]``.

    NVML gives power and energy for whole cards only: where MIG devices of others share ours, they
    stay null; where ours are the only ones, the card's are taken (``remarks`` says so).

    Args:
        gpus: NVML indices, UUIDs or MIG names; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        MeterUnavailable: no driver, no GPU visible, or no permission.
        UserError: a GPU that was asked for does not exist.
    """

    name = "nvml"
    part: Part = "gpu"

    def __init__(self, gpus: Sequence[Gpu] | None = None) -> None:
        self._nvml = start_nvml()
        try:
            found = own_cards(self._nvml, gpus)
            if not found.cards:
                raise MeterUnavailable(
                    "; ".join(("NVML: no GPU is visible to this process", *found.silent)),
                    "sudo nvidia-smi --gpu-reset, or reboot" if found.silent else None,
                )
        except BaseException:
            self._nvml.nvmlShutdown()
            raise
        self._cards = found.cards
        self._notes = [found.ambiguous] if found.ambiguous else []
        self._notes += found.silent
        self._power = {card.device: CardPower(self._nvml, card.handle) for card in found.cards}
        self.devices = [card.device for card in self._cards]
        self.remarks = {card.device: _remark(card) for card in self._cards if card.mig}
        self.remarks |= {
            device: "energy and power of the whole superchip, its CPU and memory included"
            for device, power in self._power.items()
            if power.module and device not in self.remarks
        }
        self._missing: dict[tuple[str, str], int] = {}

    def samples(self) -> list[Sample]:
        return [self._sample(card) for card in self._cards]

    def counters_j(self) -> Mapping[str, float | None]:
        return {card.device: self._counter_j(card) for card in self._cards}

    def uuids(self) -> dict[str, str]:
        """Device name to UUID, that of the MIG device where one is ours."""
        return {card.device: card.uuid for card in self._cards}

    def take_notes(self) -> list[str]:
        notes, self._notes = self._notes, []
        return notes

    def close(self) -> None:
        self._nvml.nvmlShutdown()

    def _sample(self, card: OwnCard) -> Sample:
        device, handle = card.device, card.handle
        nvml = self._nvml
        milliwatts = None
        if not card.shared:
            milliwatts = self._ask(device, "power", self._power[device].milliwatts)
        load = self._ask(device, "utilisation", nvml.nvmlDeviceGetUtilizationRates, handle)
        memory = self._ask(device, "memory", nvml.nvmlDeviceGetMemoryInfo, card.memory_handle)
        reasons = self._ask(
            device, "throttle reasons", nvml.nvmlDeviceGetCurrentClocksThrottleReasons, handle
        )
        clock, celsius = nvml.nvmlDeviceGetClockInfo, nvml.nvmlDeviceGetTemperature
        sensor = nvml.NVML_TEMPERATURE_GPU
        return Sample(
            device,
            power_w=None if milliwatts is None else milliwatts / 1000,
            energy_counter_j=self._counter_j(card),
            utilisation=None if load is None else float(load.gpu),
            memory_bytes=None if memory is None else int(memory.used),
            temperature_c=_number(self._ask(device, "temperature", celsius, handle, sensor)),
            sm_clock_mhz=_number(self._ask(device, "clocks", clock, handle, nvml.NVML_CLOCK_SM)),
            memory_clock_mhz=_number(
                self._ask(device, "clocks", clock, handle, nvml.NVML_CLOCK_MEM)
            ),
            throttle_reasons=None if reasons is None else throttle_names(reasons),
            memory_total_bytes=None if memory is None else int(memory.total),
        )

    def _counter_j(self, card: OwnCard) -> float | None:
        if card.shared:
            note = f"{card.device}: {self.remarks[card.device]}"
            if note not in self._notes:
                self._notes.append(note)
            return None
        ask = self._nvml.nvmlDeviceGetTotalEnergyConsumption
        millijoules = self._ask(card.device, "energy counter", ask, card.handle)
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
            lost = error.value in (nvml.NVML_ERROR_GPU_IS_LOST, nvml.NVML_ERROR_RESET_REQUIRED)
            note = f"{device}: does not answer" if lost else f"{device}: no {what}"
            note += f" ({error})"
            if note not in self._notes:
                self._notes.append(note)
            return None


def throttle_names(reasons: int) -> str:
    """The names of a bit mask of clock event reasons, "none" for no bit."""
    names = [name for bit, name in THROTTLE_REASONS.items() if reasons & bit]
    return ",".join(names) or "none"


def _remark(card: OwnCard) -> str:
    if card.shared:
        return "MIG: power is told for the whole card, which others share: not measured"
    return "MIG: power and energy are those of the whole card, nobody else has a part of it"


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)
