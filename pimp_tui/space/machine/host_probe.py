"""Single questions to the machine, each answered without importing what it asks about."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_BF16_FLAGS = ("amx_bf16", "avx512_bf16", "avx_ne_convert", "bf16")


@dataclass(frozen=True, slots=True)
class Gpu:
    """What NVML says of one device; ``capability`` is the compute capability."""

    name: str
    capability: tuple[int, int]
    energy_counter: bool
    power_limits: bool
    clocks: bool


def gpus() -> tuple[list[Gpu], str]:
    """Devices that NVML sees, and why there are none."""
    try:
        import pynvml as nvml

        nvml.nvmlInit()
    except Exception as fault:  # the package is optional, and so are its driver and its library
        return [], f"no device ({' '.join(str(fault).split()) or type(fault).__name__})"
    try:
        found = [_gpu(nvml, i) for i in range(nvml.nvmlDeviceGetCount())]
    except nvml.NVMLError as fault:
        return [], f"no device ({fault})"
    finally:
        with suppress(nvml.NVMLError):
            nvml.nvmlShutdown()
    return found, "" if found else "no device"


def _gpu(nvml: object, index: int) -> Gpu:
    from typing import Any

    n: Any = nvml

    def works(call: str, *more: object) -> bool:
        try:
            getattr(n, call)(handle, *more)
        except (n.NVMLError, AttributeError):
            return False
        return True

    handle = n.nvmlDeviceGetHandleByIndex(index)
    name = n.nvmlDeviceGetName(handle)
    major, minor = n.nvmlDeviceGetCudaComputeCapability(handle)
    return Gpu(
        name.decode() if isinstance(name, bytes) else str(name),
        (int(major), int(minor)),
        works("nvmlDeviceGetTotalEnergyConsumption"),
        works("nvmlDeviceGetPowerManagementLimitConstraints"),
        works("nvmlDeviceGetMaxClockInfo", n.NVML_CLOCK_SM),
    )


def cuda_torch() -> tuple[bool, str]:
    """Whether the installed torch is built for CUDA, seen from its files."""
    spec = find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return False, "torch is not installed"
    folder = Path(next(iter(spec.submodule_search_locations))) / "lib"
    if any(folder.glob("*torch_cuda*")):
        return True, "torch is built for CUDA"
    return False, "torch is built without CUDA"


def cpu_bf16() -> str | None:
    """The CPU's bf16 instruction set (flag of /proc/cpuinfo), if it has one."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            flags = set(value.split())
            return next((flag for flag in _BF16_FLAGS if flag in flags), None)
    return None


def package(name: str) -> str | None:
    """Version of an installed distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def c_compiler() -> str | None:
    """Name of a C compiler on the PATH."""
    return next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)


def gpu_memory_bytes() -> int:
    """Total memory of all devices that NVML sees; 0 without any."""
    try:
        import pynvml as nvml

        nvml.nvmlInit()
    except Exception:  # no package, no driver, no library
        return 0
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        return sum(int(nvml.nvmlDeviceGetMemoryInfo(h).total) for h in handles)
    except nvml.NVMLError:
        return 0
    finally:
        with suppress(nvml.NVMLError):
            nvml.nvmlShutdown()
