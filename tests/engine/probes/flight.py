"""What continuous batching refuses, drops in silence, or tells only in a request's own result."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Lab

FLIGHT: dict[str, Any] = {"continuous_batching": True}


def dropped(name: str, **options: Any) -> Callable[[Lab], None]:
    """Next to continuous batching, the named option changes nothing."""

    def probe(lab: Lab) -> None:
        assert lab.idle(name, **FLIGHT, **options), f"{name} has an effect"

    return probe


def breaks(match: str, **options: Any) -> Callable[[Lab], None]:
    """Next to continuous batching, the options fail with this text."""

    def probe(lab: Lab) -> None:
        with pytest.raises(Exception, match=match):
            lab.run(**FLIGHT, **options)

    return probe


def all_of(*probes: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """Several probes as one."""

    def probe(lab: Lab) -> None:
        for item in probes:
            item(lab)

    return probe


def texts(found: list[Any]) -> list[str]:
    return [item.text for item in found]


def _architecture(lab: Lab) -> None:
    with pytest.raises(RuntimeError, match="has no attribute 'get_seq_length'"):
        lab.run("bloom", **FLIGHT)
    # Soft caps of the scores are not applied by paged attention: other texts, and no word of it.
    capped, plain = lab.run("gemma", count=32, **FLIGHT), lab.run("gemma", count=32)
    assert texts(capped) != texts(plain)
    for model in ("micro-coder", "llama", "gpt2"):
        assert texts(lab.run(model, count=32, **FLIGHT)) == texts(lab.run(model, count=32))


def _beams(lab: Lab) -> None:
    dropped("num_beams", num_beams=4)(lab)
    assert texts(lab.run(**FLIGHT, num_beams=4)) == texts(lab.run())


def _compile(lab: Lab) -> None:
    from transformers.generation.continuous_batching import initialization

    source = inspect.getsource(initialization.resolve_continuous_batching_config)
    assert 'getattr(config, "compile_config", None)' in source  # of the model, not of the run
    dropped("compile_config", compile_config={"mode": "default"})(lab)
    dropped("disable_compile", disable_compile=True)(lab)


def _graphs(lab: Lab) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    dropped("use_cuda_graph", use_cuda_graph=True)(lab)


IN_FLIGHT: dict[str, Callable[[Lab], None]] = {
    "flight_architecture": _architecture,
    "flight_beams": _beams,
    "flight_assisted": all_of(
        dropped("prompt_lookup_num_tokens", prompt_lookup_num_tokens=10, batch_size=1),
        dropped("assistant_early_exit", assistant_early_exit=1, batch_size=1),
        dropped("assistant_model", assistant_model="micro-coder", batch_size=1),
    ),
    "flight_caches": all_of(
        dropped("cache_implementation", cache_implementation="static"),
        dropped("cache_config", cache_implementation="quantized", cache_config={"backend": "fp8"}),
        dropped("use_cache", use_cache=False),
        dropped("prefill_chunk_size", prefill_chunk_size=16),
    ),
    "flight_penalties": all_of(
        dropped("repetition_penalty", repetition_penalty=1.3),
        breaks("too many indices for tensor of dimension 1", no_repeat_ngram_size=2),
        breaks("too many indices for tensor of dimension 1", guidance_scale=1.5),
        breaks(
            "cannot be applied to a 0-dim tensor",
            watermarking_config={"bias": 2.5, "seeding_scheme": "lefthash"},
        ),
    ),
    "flight_length": all_of(
        dropped("min_new_tokens", min_new_tokens=48, max_new_tokens=64),
        breaks("_eos_token_tensor", exponential_decay_length_penalty=[8, 1.3]),
    ),
    "flight_compile": _compile,
    "flight_tokens_alone": dropped("max_batch_tokens", max_batch_tokens=64, batch_size=1),
    "flight_graphs": _graphs,
}
