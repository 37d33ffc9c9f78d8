"""What the passes of a run and the loaded model show of its options."""

from __future__ import annotations

from typing import Any

from pimp_tui.engine.transformers.loading import Loaded, placement
from pimp_tui.engine.transformers.trace import Pass, Trace

#: Tokens after which the library stops by itself.
USUAL_LENGTH = 20


def shown_by(
    run: Trace, options: dict[str, Any], loaded: Loaded, prompts: int, longest: int, width: int
) -> set[str]:
    """Options whose effect stands in the passes of a run or in the loaded model itself.

    Args:
        prompts: rows of the batch before samples or beams.
        longest: tokens of the longest completion.
        width: tokens of the longest prompt.
    """
    passes, tokens = run.passes, run.tokens
    first, later = passes[0], passes[1:]
    drafted = first.tokens > width or any(p.tokens > 1 for p in _after_prompt(passes, width))
    # Where several are asked for, the library takes the first of these.
    drafts = ("assistant_early_exit", "prompt_lookup_num_tokens", "use_mtp")
    drafting = next((name for name in drafts if options.get(name)), None)
    chunk, capacity = options.get("prefill_chunk_size"), options.get("max_cache_len")
    kinds = {item.cache for item in passes if item.capacity is not None or item.cache != "none"}
    full = first.layers
    evidence = {
        "do_sample": options.get("do_sample") is True and int(options.get("num_beams") or 1) == 1,
        "num_beams": first.rows >= prompts * int(options.get("num_beams") or 1),
        "num_return_sequences": len(tokens)
        == prompts * int(options.get("num_return_sequences") or 1),
        "top_k": bool(options.get("penalty_alpha"))  # candidates side by side, or one by one
        and (max(item.rows for item in later) > prompts or bool(options.get("low_memory"))),
        "max_new_tokens": longest > USUAL_LENGTH or longest == options.get("max_new_tokens"),
        "use_cache": any(item.tokens > first.tokens for item in later),
        "cache_implementation": any(
            all(word in kind for word in _cache_words(options)) for kind in kinds
        ),
        "cache_config": any("Quant" in kind or "Fp8" in kind for kind in kinds),
        "max_cache_len": capacity is not None
        and capacity > width + int(options.get("max_new_tokens") or 0)  # else made by itself
        and any(p.capacity == capacity for p in passes),
        "prefill_chunk_size": chunk is not None and first.tokens == chunk < width,
        "prompt_lookup_num_tokens": drafted and drafting == "prompt_lookup_num_tokens",
        "assistant_early_exit": any(p.layers < full for p in passes) or full < (loaded.depth or 0),
        "assistant_model": bool(run.drafts),
        "use_mtp": drafted and drafting == "use_mtp",
        "disable_compile": _would_compile(loaded, options, kinds),
        "compile_config": "_compiled_call" in vars(loaded.model),
        "dtype": has_dtype(loaded, options),
        "attn_implementation": loaded.model.config._attn_implementation
        == options.get("attn_implementation"),
        "quantization_config": bool(getattr(loaded.model, "is_quantized", False)),
        "device_map": placed(loaded),
    }
    return {name for name, shown in evidence.items() if shown}


def _cache_words(options: dict[str, Any]) -> tuple[str, ...]:
    """What the description of a cache says when it is of the kind that was asked for."""
    words = {
        "dynamic": ("Dynamic",),
        "offloaded": ("Dynamic", "Offloaded"),
        "offloaded_static": ("Static", "Offloaded"),
        "quantized": ("Quantized",),
    }
    return words.get(str(options.get("cache_implementation")), ("Static",))  # or an old name of it


def _after_prompt(passes: list[Pass], width: int) -> list[Pass]:
    """The passes that follow those which fed the prompt, be it in chunks."""
    fed = 0
    for index, item in enumerate(passes):
        fed += item.tokens
        if fed >= width:
            return passes[index + 1 :]
    return []


def has_dtype(loaded: Loaded, options: dict[str, Any]) -> bool:
    """Whether the loaded model computes in the format that was asked for."""
    return str(loaded.model.dtype) == f"torch.{options.get('dtype')}"


def _would_compile(loaded: Loaded, options: dict[str, Any], kinds: set[str]) -> bool:
    """Whether ``generate`` compiles such a run by itself (``_valid_auto_compile_criteria``)."""
    quantiser = getattr(loaded.model, "hf_quantizer", None)
    return (
        loaded.device == "cuda"
        and int(options.get("num_beams") or 1) == 1
        and any("Static" in kind for kind in kinds)
        and (quantiser is None or bool(quantiser.is_compileable))
    )


def placed(loaded: Loaded) -> bool:
    """Whether the model lies elsewhere than on the one device it would lie on by itself."""
    import torch

    places = set((placement(loaded.model) or {}).values())
    usual = {"cuda", "cuda:0", "0"} if torch.cuda.is_available() else {"cpu"}
    return not places <= usual
