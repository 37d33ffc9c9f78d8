"""Single questions to the machine, each answered without importing what it asks about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pimp_tui.visible_gpus import Gpu, Listed, list_gpus, visible_gpus

_BF16_FLAGS = ("amx_bf16", "avx512_bf16", "avx_ne_convert", "bf16")


#: Linux include/uapi/linux/capability.h: the driver asks for it where settings are changed.
_CAP_SYS_ADMIN = 21


@dataclass(frozen=True, slots=True)
class GpuFacts:
    """What NVML says of one device; ``capability`` is the compute capability."""

    name: str
    capability: tuple[int, int]
    energy_counter: bool
    power_limits: bool
    clocks: bool


def gpus(asked: Sequence[Gpu] | None = None) -> tuple[list[GpuFacts], str]:
    """Devices that CUDA may use here, and why there are none.

    Args:
        asked: as in `visible_gpus`; None for those of CUDA_VISIBLE_DEVICES, or all.

    Raises:
        UserError: one asked for does not exist.
    """
    try:
        import pynvml as nvml

        nvml.nvmlInit()
    except Exception as fault:  # the package is optional, and so are its driver and its library
        return [], f"no device ({' '.join(str(fault).split()) or type(fault).__name__})"
    try:
        listed = list_gpus(nvml)
        ours = visible_gpus([one.card for one in listed], asked).choices
        found = [_gpu(nvml, listed[one.index], one.mig) for one in ours]
    except nvml.NVMLError as fault:
        return [], f"no device ({fault})"
    finally:
        with suppress(nvml.NVMLError):
            nvml.nvmlShutdown()
    hidden = f" (CUDA_VISIBLE_DEVICES leaves none of {len(listed)})" if listed else ""
    return found, "" if found else f"no device{hidden}"


def _gpu(nvml: Any, listed: Listed, mig: bool) -> GpuFacts:
    handle = listed.handle

    def works(call: str, *more: object) -> bool:
        try:
            getattr(nvml, call)(handle, *more)
        except (nvml.NVMLError, AttributeError):
            return False
        return True

    major = minor = 0
    with suppress(nvml.NVMLError):
        major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    # Settings hold for whole cards only.
    return GpuFacts(
        listed.card.name,
        (int(major), int(minor)),
        works("nvmlDeviceGetTotalEnergyConsumption"),
        not mig and works("nvmlDeviceGetPowerManagementLimitConstraints"),
        not mig and works("nvmlDeviceGetMaxClockInfo", nvml.NVML_CLOCK_SM),
    )


def may_set_devices(proc: Path = Path("/proc/self")) -> tuple[bool, str]:
    """Whether this process may change settings of a driver, and what tells it.

    Root without CAP_SYS_ADMIN, as in most containers, may not, nor root of a user namespace.

    Args:
        proc: the process's folder.
    """
    try:
        status = (proc / "status").read_text(encoding="ascii", errors="replace")
        whole = (proc / "uid_map").read_text(encoding="ascii").split() == ["0", "0", "4294967295"]
        mask = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    except (OSError, StopIteration):
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        return root, "root" if root else "needs root"
    if not int(mask, 16) >> _CAP_SYS_ADMIN & 1:
        return False, "needs root with CAP_SYS_ADMIN"
    return (True, "CAP_SYS_ADMIN") if whole else (False, "root of a user namespace only")


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
