"""What an error of a run means for the worker, and how it is told in the run's reason."""

from __future__ import annotations

_NO_MEMORY = ("can't allocate memory", "out of memory", "bad_alloc", "alloc_failed")
_DEVICE = ("cuda error", "device-side assert", "cudnn_status", "cublas_status", "nccl error")


def fault_kind(error: BaseException) -> str:
    """``memory``, ``device`` or ``error``.

    After an out-of-memory what the worker holds may be what is missing; after an error of the
    device its context answers nothing any more (CUDA errors are sticky): both need a new worker.
    """
    names = [kind.__name__ for kind in type(error).__mro__]
    text = str(error).lower()
    if isinstance(error, MemoryError) or any("OutOfMemory" in name for name in names):
        return "memory"
    if any(part in text for part in _NO_MEMORY):
        return "memory"
    if "AcceleratorError" in names or any(part in text for part in _DEVICE):
        return "device"
    return "error"


def reason_of(error: BaseException) -> str:
    """One line: the kind of error and the first line of its message."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    prefix = "out of memory" if fault_kind(error) == "memory" else type(error).__name__
    return (f"{prefix}: {first}" if first else prefix)[:500]
