"""Power of a card through NVML, from the field that says most about this moment.

Source: NVML API reference. nvmlDeviceGetPowerUsage is a mean over the last second since Ampere (but
for GA100), so that its integral lags half a second behind the counter at both ends of a window;
NVML_FI_DEV_POWER_INSTANT does not. The energy counter of a superchip (Grace with Hopper or
Blackwell, joined by NVLink-C2C) holds the whole module, so that its power is asked of the module.
"""

from __future__ import annotations

from typing import Any


class CardPower:
    """Reads one card.

    Args:
        nvml: the initialised module.
        handle: of the whole card.

    Attributes:
        module: whether power and energy are those of a superchip with its CPU and memory.
    """

    def __init__(self, nvml: Any, handle: Any) -> None:
        self._nvml, self._handle = nvml, handle
        self.module = self._is_superchip()
        scope = nvml.NVML_POWER_SCOPE_MODULE if self.module else nvml.NVML_POWER_SCOPE_GPU
        self._fields = [(nvml.NVML_FI_DEV_POWER_INSTANT, scope)]
        try:
            self._instant = self._field_mw() > 0
        except nvml.NVMLError:
            self._instant = False

    def milliwatts(self) -> int:
        """Power now.

        Raises:
            NVMLError: the card does not tell.
        """
        if self._instant:
            return self._field_mw()
        return int(self._nvml.nvmlDeviceGetPowerUsage(self._handle))

    def _field_mw(self) -> int:
        nvml = self._nvml
        value = nvml.nvmlDeviceGetFieldValues(self._handle, self._fields)[0]
        if value.nvmlReturn != nvml.NVML_SUCCESS:
            raise nvml.NVMLError(value.nvmlReturn)
        return int(value.value.uiVal)

    def _is_superchip(self) -> bool:
        try:
            return bool(self._nvml.nvmlDeviceGetC2cModeInfoV(self._handle).isC2cEnabled)
        except (self._nvml.NVMLError, AttributeError):  # older drivers and bindings
            return False
