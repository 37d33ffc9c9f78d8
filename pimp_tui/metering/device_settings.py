"""GPU power cap and locked clocks through NVML, and how they are put back.

Source: NVML API reference, nvmlDeviceSetPowerManagementLimit (milliwatts, needs administrator
rights) and nvmlDeviceSetGpuLockedClocks (Volta and later). The limit can be read and so put back;
locked clocks cannot be read: putting back unlocks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pimp_tui.visible_gpus import Gpu

from .base import MeterUnavailable
from .cards import own_cards, start_nvml

OPTIONS = ("power_cap_share", "sm_clock_share")
"""Options of the device layer that are set here, as shares of the card's default power limit and of
its highest SM clock."""

Original = dict[str, dict[str, Any]]
"""What to put back, per UUID: ``power_limit_mw`` (int) and ``clocks_locked`` (true)."""


#: What a card may round a limit by.
_ROUNDING_MW = 1_000


class SettingRefused(Exception):
    """The device does not take a setting; the text says which and why."""


class GpuSettings:
    """The settings of the GPUs that this process may use.

    Attributes:
        changed: the part of ``original`` that the last ``apply`` really changed.

    Args:
        gpus: as in `cards.own_cards`; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        SettingRefused: no NVML, no GPU, or a card of which only a MIG device is ours.
    """

    def __init__(self, gpus: Sequence[Gpu] | None = None) -> None:
        self._nvml = _nvml()
        cards = own_cards(self._nvml, gpus).cards
        refused = "no GPU is visible to this process" if not cards else None
        if any(card.mig for card in cards):
            refused = "device settings hold for a whole card, of which only a MIG device is ours"
        if refused:
            self._nvml.nvmlShutdown()
            raise SettingRefused(refused)
        self.changed: Original = {}
        self._ours = {card.uuid: card.handle for card in cards}

    @property
    def uuids(self) -> list[str]:
        """Of the GPUs that are set."""
        return list(self._ours)

    def original(self, wanted: Mapping[str, float]) -> Original:
        """What has to be put back once ``wanted`` (option -> share) was applied.

        Raises:
            SettingRefused: the device does not say its present limit.
        """
        found: Original = {}
        for uuid, handle in self._ours.items():
            found[uuid] = {}
            if "power_cap_share" in wanted:
                limit = self._do("power cap", "nvmlDeviceGetPowerManagementLimit", handle)
                found[uuid]["power_limit_mw"] = int(limit)
            if "sm_clock_share" in wanted:
                found[uuid]["clocks_locked"] = True
        return found

    def apply(self, wanted: Mapping[str, float], original: Original) -> None:
        """Set every GPU of ours; ``changed`` grows with each setting that was taken.

        Raises:
            SettingRefused: out of the card's range, not supported, or not permitted. What was set
                until then stays: put back ``changed``.
        """
        self.changed = {}
        setters = {
            "power_cap_share": ("power_limit_mw", self._cap),
            "sm_clock_share": ("clocks_locked", self._lock),
        }
        for uuid, handle in self._ours.items():
            for option, share in wanted.items():
                if option not in setters:
                    raise SettingRefused(f"no device setting {option}")
                key, set_ = setters[option]
                set_(handle, share)
                self.changed.setdefault(uuid, {})[key] = original[uuid][key]

    def put_back(self, original: Original) -> list[str]:
        """Undo; returns what could not be undone, one sentence each."""
        return _put_back(self._nvml, self._ours, original)

    def _cap(self, handle: Any, share: float) -> None:
        default = self._do("power cap", "nvmlDeviceGetPowerManagementDefaultLimit", handle)
        low, high = self._do(
            "power cap", "nvmlDeviceGetPowerManagementLimitConstraints", handle
        )  # fmt: skip
        limit = round(share * default)
        if not low <= limit <= high:
            raise SettingRefused(
                f"a power cap of {limit / 1000:.0f} W is outside the card's range of "
                f"{low / 1000:.0f} to {high / 1000:.0f} W"
            )
        self._do("power cap", "nvmlDeviceSetPowerManagementLimit", handle, limit)
        kept = self._do("power cap", "nvmlDeviceGetPowerManagementLimit", handle)
        if abs(int(kept) - limit) > _ROUNDING_MW:
            raise SettingRefused(
                f"a power cap of {limit / 1000:.0f} W was set, the card keeps {kept / 1000:.0f} W"
            )

    def _lock(self, handle: Any, share: float) -> None:
        nvml = self._nvml
        highest = self._do("clocks", "nvmlDeviceGetMaxClockInfo", handle, nvml.NVML_CLOCK_SM)
        clock = round(share * highest)
        self._do("clocks", "nvmlDeviceSetGpuLockedClocks", handle, clock, clock)

    def _do(self, what: str, call: str, *arguments: Any) -> Any:
        return _do(self._nvml, what, call, *arguments)


def put_back_anywhere(original: Original) -> list[str]:
    """Undo on any GPU of this machine, whatever CUDA_VISIBLE_DEVICES leaves.

    Returns:
        what could not be undone, one sentence each.

    Raises:
        SettingRefused: no NVML.
    """
    nvml = _nvml()
    try:
        return _put_back(nvml, _handles(nvml), original)
    finally:
        nvml.nvmlShutdown()


def present_uuids() -> set[str]:
    """UUIDs of the GPUs of this machine that answer; none without NVML."""
    try:
        nvml = _nvml()
    except SettingRefused:
        return set()
    try:
        return set(_handles(nvml))
    finally:
        nvml.nvmlShutdown()


def _nvml() -> Any:
    try:
        return start_nvml()
    except MeterUnavailable as fault:
        raise SettingRefused(str(fault)) from None


def _handles(nvml: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with suppress(nvml.NVMLError):
        for index in range(nvml.nvmlDeviceGetCount()):
            with suppress(nvml.NVMLError):  # one that is lost must not keep the others set
                handle = nvml.nvmlDeviceGetHandleByIndex(index)
                found[str(nvml.nvmlDeviceGetUUID(handle))] = handle
    return found


def _put_back(nvml: Any, handles: Mapping[str, Any], original: Original) -> list[str]:
    faults = []
    for uuid, settings in original.items():
        handle, limit = handles.get(uuid), settings.get("power_limit_mw")
        if handle is None:
            faults.append(f"{uuid} is not here")
            continue
        calls: list[tuple[str, str, tuple[int, ...]]] = []
        if limit is not None:
            calls.append(("power cap", "nvmlDeviceSetPowerManagementLimit", (int(limit),)))
        if settings.get("clocks_locked"):
            calls.append(("clocks", "nvmlDeviceResetGpuLockedClocks", ()))
        for what, call, arguments in calls:
            try:
                _do(nvml, what, call, handle, *arguments)
            except SettingRefused as fault:
                faults.append(f"{uuid}: {fault}")
    return faults


def _do(nvml: Any, what: str, call: str, *arguments: Any) -> Any:
    try:
        return getattr(nvml, call)(*arguments)
    except nvml.NVMLError as fault:
        raise SettingRefused(f"{what}: {fault}") from None
