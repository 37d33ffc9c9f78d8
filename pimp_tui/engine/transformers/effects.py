"""Names the options of a run that change nothing: a warm-up that keeps its eyes open."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pimp_tui.engine.transformers.batches import encode, eos_ids, own_length
from pimp_tui.engine.transformers.configs import run_config, set_model_configs
from pimp_tui.engine.transformers.continuous import USUAL_BATCH_TOKENS, wanted
from pimp_tui.engine.transformers.custom import custom_arguments
from pimp_tui.engine.transformers.evidence import USUAL_LENGTH, has_dtype, placed, shown_by
from pimp_tui.engine.transformers.loading import Loaded
from pimp_tui.engine.transformers.recorder import OPTION_OF_PROCESSOR, processors_watched
from pimp_tui.engine.transformers.trace import trace, trace_continuous

# Values under which an option does nothing by itself (transformers 5.24.0).
NEUTRAL: dict[str, Any] = {
    "max_new_tokens": USUAL_LENGTH,
    "min_new_tokens": None,
    "early_stopping": False,
    "penalty_alpha": None,
    "low_memory": False,
    "num_beam_groups": 1,
    "diversity_penalty": 0.0,
    "stop_strings": None,
    "do_sample": False,
    "num_beams": 1,
    "use_mtp": False,
    "use_cache": True,
    "cache_implementation": "dynamic",
    "cache_config": None,
    "max_cache_len": None,
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "min_p": None,
    "top_h": None,
    "typical_p": 1.0,
    "epsilon_cutoff": 0.0,
    "eta_cutoff": 0.0,
    "repetition_penalty": 1.0,
    "length_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1.0,
    "encoder_no_repeat_ngram_size": 0,
    "exponential_decay_length_penalty": None,
    "guidance_scale": 1.0,
    "watermarking_config": None,
    "num_return_sequences": 1,
    "prompt_lookup_num_tokens": None,
    "max_matching_ngram_size": 2,
    "assistant_early_exit": None,
    "num_assistant_tokens": 20,
    "num_assistant_tokens_schedule": "constant",
    "assistant_confidence_threshold": 0.4,
    "assistant_ensemble_weight": None,
    "prefill_chunk_size": None,
    "disable_compile": False,
    "compile_config": None,
    "dtype": "float32",
    "attn_implementation": "sdpa",
    "quantization_config": None,
    "device_map": None,
    "assistant_model": None,
    "continuous_batching": False,
    "max_batch_tokens": USUAL_BATCH_TOKENS,
    "use_cuda_graph": False,
}
# Seen only by running again without them: they act on when a search ends or on what is drafted,
# and drawing the continuations of beams may leave the beams of the search that does not draw.
_RUN_AGAIN = (
    "do_sample",
    "length_penalty",
    "early_stopping",
    "penalty_alpha",
    "low_memory",
    "num_beam_groups",
    "max_matching_ngram_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "assistant_confidence_threshold",
    "assistant_ensemble_weight",
)
# Not the library's: which model, how many prompts side by side, and what is set on the device.
_NO_OPTION = ("model", "batch_size", "power_cap_share", "sm_clock_share")
MAX_PROMPTS = 32
_IGNORED = re.compile(r"may be ignored|will be ignored|no effect|not used|ignoring", re.IGNORECASE)
_NAME = re.compile(r"[`']([a-z_]+)[`']")


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if _IGNORED.search(message):
            self.names |= set(_NAME.findall(message))


@contextmanager
def _listening() -> Iterator[set[str]]:
    """Yield the option names in warnings of the library that speak of ignored flags."""
    ear, logger = _Ear(), logging.getLogger("transformers")
    level = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.WARNING)
    try:
        yield ear.names
    finally:
        logger.removeHandler(ear)
        logger.setLevel(level)


def neutral(name: str) -> Any:
    """The value under which an option does nothing by itself; None where the library has no such.

    An option that a space of somebody else models is at the default of ``GenerationConfig`` then.
    """
    from transformers import GenerationConfig

    if name in NEUTRAL:
        return NEUTRAL[name]
    return GenerationConfig._get_default_generation_params().get(name)


def set_options(options: dict[str, Any]) -> set[str]:
    """Names of the options of a run that are not at their neutral value."""
    return {
        name
        for name, value in options.items()
        if value is not None and name not in _NO_OPTION and value != neutral(name)
    }


def _known_neutral(options: dict[str, Any]) -> set[str]:
    """Options that are not set."""
    return set(options) - set_options(options)


def _out_of_reach(options: dict[str, Any]) -> set[str]:
    """Options whose value the run cannot come to ("Unfeasible length constraints")."""
    least, most = options.get("min_new_tokens") or 0, options.get("max_new_tokens")
    return {"min_new_tokens"} if most is not None and least > most else set()


@contextmanager
def _stop_strings_watched(seen: set[str]) -> Iterator[None]:
    from transformers.generation.stopping_criteria import StopStringCriteria

    original = StopStringCriteria.__call__

    def call(self: Any, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        done = original(self, input_ids, scores, **kwargs)
        if bool(done.any()):
            seen.add("stop_strings")
        return done

    setattr(StopStringCriteria, "__call__", call)  # noqa: B010
    try:
        yield
    finally:
        setattr(StopStringCriteria, "__call__", original)  # noqa: B010


def without_effect(
    loaded: Loaded, prompts: list[str], options: dict[str, Any], seed: int
) -> list[str]:
    """Options of ``options`` that changed nothing on the first prompts, sorted.

    One batch settles nearly every configuration; more batches, up to ``MAX_PROMPTS`` prompts, are
    run only while some option has not shown an effect. Judged are final scores, tokens, forward
    passes, the loaded model and the library's own warnings.
    """
    from pimp_tui.engine.transformers.state import forget

    if wanted(options):
        return _without_effect_in_flight(loaded, prompts, options, seed)
    pending = set_options(options)
    own, pad = loaded.own_config, loaded.tokenizer.pad_token_id
    size = int(options.get("batch_size") or 1)
    blamed: set[str] = set()
    shown: set[str] = set()
    for offset in range(0, min(len(prompts), MAX_PROMPTS), size):
        batch = prompts[offset : offset + size]
        with _listening() as heard:
            config = run_config(options, own, pad)
            encoded = encode(loaded, batch, config.max_new_tokens)
            ended = eos_ids(config) | {config.pad_token_id}
            with processors_watched(pending, ended) as seen, _stop_strings_watched(seen):
                run = trace(loaded, encoded, config, seed, custom_arguments(options))
            blamed |= heard & set(options)
        width = encoded["input_ids"].shape[1]
        longest = max(
            own_length(row[width:], eos_ids(config), config.pad_token_id) for row in run.tokens
        )
        shown |= seen | shown_by(run, options, loaded, len(batch), longest, width)
        pending -= shown
        for name in sorted(name for name in pending if name in _RUN_AGAIN or name not in NEUTRAL):
            plain = options | {name: neutral(name)}
            set_model_configs(loaded, plain)
            config, custom = run_config(plain, own, pad), custom_arguments(plain)
            plainly = trace(loaded, encoded, config, seed, custom)
            same = run.tokens == plainly.tokens if name == "do_sample" else run.same_as(plainly)
            if not same:
                pending.discard(name)
            set_model_configs(loaded, options)
        if not pending:
            break
    forget(loaded)
    # What was seen to act is believed over a warning: a draft by early exit is given options of the
    # run that only the model itself uses, and the library complains about them.
    idle = pending | (blamed - shown - _known_neutral(options))
    return sorted(idle | _out_of_reach(options))


def _without_effect_in_flight(
    loaded: Loaded, prompts: list[str], options: dict[str, Any], seed: int
) -> list[str]:
    """``without_effect`` under continuous batching, where all prompts are one run."""
    from pimp_tui.engine.transformers.state import forget

    pending = set_options(options)
    config = run_config(options, loaded.own_config, loaded.tokenizer.pad_token_id)
    batch = prompts[:MAX_PROMPTS]
    with _listening() as heard, processors_watched(pending, set()) as seen:
        run = trace_continuous(loaded, batch, config, options, seed)
        attention = loaded.model.config._attn_implementation
    longest = max(map(len, run.tokens))
    wide = max((item.tokens for item in run.passes), default=0)
    evidence = {
        "do_sample": options.get("do_sample") is True,
        "num_return_sequences": len(run.tokens)
        == len(batch) * int(options["num_return_sequences"]),
        "max_new_tokens": longest > USUAL_LENGTH or longest == options.get("max_new_tokens"),
        "continuous_batching": any(item.cache.startswith("Paged") for item in run.passes),
        "max_batch_tokens": wide == options.get("max_batch_tokens"),
        "use_cuda_graph": loaded.device == "cuda",
        "dtype": has_dtype(loaded, options),
        "attn_implementation": attention.removeprefix("paged|")
        == options.get("attn_implementation"),
        "quantization_config": bool(getattr(loaded.model, "is_quantized", False)),
        "device_map": placed(loaded),
    }
    forget(loaded)
    shown = seen | {name for name, is_shown in evidence.items() if is_shown}
    blamed = heard & set(options)
    return sorted((pending | (blamed - _known_neutral(options))) - shown)


__all__ = ["NEUTRAL", "OPTION_OF_PROCESSOR", "set_options", "without_effect"]
