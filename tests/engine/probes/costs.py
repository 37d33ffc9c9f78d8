"""What runs, but so slowly on a CPU that no campaign should wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab


def slower(factor: float, slow: dict[str, Any], fast: dict[str, Any]) -> Callable[[Lab], None]:
    """On a CPU, ``slow`` takes at least ``factor`` times as long as ``fast`` over 32 prompts."""

    def probe(lab: Lab) -> None:
        import torch

        if torch.cuda.is_available():
            pytest.skip("this machine has CUDA")
        long, short = lab.seconds(count=32, **slow), lab.seconds(count=32, **fast)
        assert long > factor * short, f"{long:.2f} s against {short:.2f} s"

    return probe


def _bfloat16(lab: Lab) -> None:
    """Where the host has the instructions, bfloat16 keeps up; where not, nothing is claimed."""
    from pimp_tui.space.machine.host import detect_host

    if not detect_host().features["bf16"]["value"]:
        pytest.skip("this host has no bfloat16 instructions")
    wide = {"batch_size": 32, "max_new_tokens": 32}
    assert lab.seconds(count=32, dtype="bfloat16", **wide) < 3 * lab.seconds(count=32, **wide)


WIDE = {"batch_size": 32, "max_new_tokens": 20}
COSTS: dict[str, Callable[[Lab], None]] = {
    "cost_float16": slower(2.0, WIDE | {"dtype": "float16"}, WIDE),
    "cost_bfloat16": _bfloat16,
    "cost_selfhash": slower(
        4.0,
        WIDE | {"watermarking_config": {"bias": 2.5, "seeding_scheme": "selfhash"}},
        WIDE | {"watermarking_config": {"bias": 2.5, "seeding_scheme": "lefthash"}},
    ),
    "cost_beams_without_cache": slower(
        4.0, WIDE | {"num_beams": 4, "use_cache": False}, WIDE | {"num_beams": 4}
    ),
    "cost_long_cache": slower(
        2.0,
        WIDE | {"num_beams": 4, "cache_implementation": "static", "max_cache_len": 512},
        WIDE | {"num_beams": 4, "cache_implementation": "static"},
    ),
}
