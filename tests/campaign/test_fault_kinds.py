"""Which errors end the worker: those after which it could not be trusted with another run."""

from __future__ import annotations

import pytest

from pimp_tui.campaign.faults import fault_kind, reason_of


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


class AcceleratorError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (ValueError("beams are broken\nsecond line"), "error", "ValueError: beams are broken"),
        (ValueError("\n\n  late  "), "error", "ValueError: late"),
        (KeyError(), "error", "KeyError"),
        (MemoryError("no more"), "memory", "out of memory: no more"),
        (OutOfMemoryError("CUDA out of memory. Tried"), "memory", "out of memory: CUDA out of"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "memory", "out of memory: D"),
        (RuntimeError("std::bad_alloc"), "memory", "out of memory: std::bad_alloc"),
        (RuntimeError("CUBLAS_STATUS_ALLOC_FAILED"), "memory", "out of memory: CUBLAS"),
        (RuntimeError("CUDA error: out of memory"), "memory", "out of memory: CUDA error"),
        (RuntimeError("CUDA error: an illegal memory access"), "device", "RuntimeError: CUDA"),
        (AcceleratorError("device-side assert triggered"), "device", "AcceleratorError: device"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"), "device", "RuntimeError: cuDNN"),
    ],
)
def test_kinds_and_words(error: Exception, kind: str, told: str) -> None:
    assert fault_kind(error) == kind
    assert reason_of(error).startswith(told) and "\n" not in reason_of(error)
    assert len(reason_of(type(error)("x" * 2000))) == 500
