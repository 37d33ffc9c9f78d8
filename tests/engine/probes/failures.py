"""Options that the library refuses, or that fail while it generates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab

FP8 = {"cache_implementation": "quantized", "cache_config": {"backend": "fp8"}}
LOOKUP = {"prompt_lookup_num_tokens": 10, "batch_size": 1}
DRAFT = {"assistant_early_exit": 1, "batch_size": 1}
SECOND = {"assistant_model": "micro-coder", "batch_size": 1}


def fails(match: str, model: str = "micro-coder", **options: Any) -> Callable[[Lab], None]:
    """A run with these options raises an error with this text."""

    def probe(lab: Lab) -> None:
        with pytest.raises(Exception, match=match):
            lab.run(model, **options)

    return probe


def all_fail(match: str, *cases: dict[str, Any]) -> Callable[[Lab], None]:
    """Each of several runs raises an error with this text; ``model`` may be among the options."""

    def probe(lab: Lab) -> None:
        for case in cases:
            fails(match, **case)(lab)

    return probe


def needs_no_cuda(probe: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """A probe of what a machine without CUDA cannot do."""

    def guarded(lab: Lab) -> None:
        import torch

        if torch.cuda.is_available():
            pytest.skip("this machine has CUDA")
        probe(lab)

    return guarded


def missing(package: str, probe: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """A probe of what a machine without a package cannot do."""

    def guarded(lab: Lab) -> None:
        from importlib.util import find_spec

        if find_spec(package) is not None:
            pytest.skip(f"{package} is installed")
        probe(lab)

    return guarded


def quantized(**config: Any) -> dict[str, Any]:
    return {"cache_implementation": "quantized", "cache_config": config}


def _lookup_static(lab: Lab) -> None:
    """The cache that generate sizes itself has no room for a draft at the end; a larger one has."""
    long = LOOKUP | {"cache_implementation": "static", "max_new_tokens": 64, "min_new_tokens": 48}
    fails("out of bounds", **long)(lab)
    assert lab.run(**long, max_cache_len=512)


def _guidance(lab: Lab) -> None:
    """Greedy text hangs on no draft, but for guidance, whose second pass keeps refused tokens."""
    fails("list index out of range", guidance_scale=1.5, **DRAFT)(lab)
    for draft in (LOOKUP, SECOND):
        for scale, alike in ((1.0, True), (3.0, False)):
            wide = {"guidance_scale": scale, "max_new_tokens": 32}
            drafted, alone = lab.run(**wide, **draft), lab.run(**wide, batch_size=1)
            same = [item.text for item in drafted] == [item.text for item in alone]
            assert same is alike, (draft, scale)


FAILURES: dict[str, Callable[[Lab], None]] = {
    "returns_greedy": fails("do not support `num_return_sequences`", num_return_sequences=2),
    "quanto_missing": missing(
        "optimum", fails("(?i)quanto", **quantized(backend="quanto", nbits=4))
    ),
    "hqq_missing": missing("hqq", fails("(?i)hqq", **quantized(backend="hqq", nbits=4))),
    "offloaded_without_cuda": needs_no_cuda(
        all_fail(
            "(?i)cuda|accelerator",
            {"cache_implementation": "offloaded"},
            {"cache_implementation": "offloaded_static"},
        )
    ),
    "quantized_sliding": fails("only full attention layers", model="gemma", **FP8),
    "chunk_without_cache": fails(
        "Cannot use prefill chunking without a cache", prefill_chunk_size=16, use_cache=False
    ),
    "assisted_batch": all_fail(
        re.escape("assisted generate is only supported for batch_size = 1"),
        LOOKUP | {"batch_size": 4},
        DRAFT | {"batch_size": 4},
        SECOND | {"batch_size": 4},
    ),
    "assisted_without_cache": all_fail(
        "Assisted decoding requires a cache",
        LOOKUP | {"use_cache": False},
        DRAFT | {"use_cache": False},
        SECOND | {"use_cache": False},
    ),
    "assisted_returns": all_fail(
        "num_return_sequences has to be 1 when doing assisted generate",
        LOOKUP | {"do_sample": True, "num_return_sequences": 2},
        DRAFT | {"do_sample": True, "num_return_sequences": 2},
        SECOND | {"do_sample": True, "num_return_sequences": 2},
    ),
    "assisted_quantized": all_fail(
        "a cache that can be cropped", LOOKUP | FP8, DRAFT | FP8, SECOND | FP8
    ),
    "assisted_static_sliding": fails(
        "a cache that can be cropped", model="gemma", cache_implementation="static", **DRAFT
    ),
    "lookup_static": _lookup_static,
    "early_exit_unsupported": fails("list index out of range", model="gpt2", **DRAFT),
    "assisted_guidance": _guidance,
    "sdpa_unsupported": fails(
        "does not support an attention implementation",
        model="gemma",
        attn_implementation="sdpa",
    ),
    "flash_missing": missing(
        "flash_attn", fails("(?i)flash", attn_implementation="flash_attention_2", dtype="bfloat16")
    ),
}
