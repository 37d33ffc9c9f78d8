"""How the options of the transformers space are written as ``GenerationConfig`` attributes.

Pure dictionaries: the engine, the exports and the named configurations share this one place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

# Options of a run that no GenerationConfig carries.
NOT_IN_CONFIG = (
    "model", "batch_size", "dtype", "attn_implementation", "quantization_config", "device_map",
    "assistant_model",
    "continuous_batching", "max_batch_tokens", "use_cuda_graph",
)  # fmt: skip

# Options of modes that left the library: arguments of our own custom_generate callables.
CUSTOM_OPTIONS = ("penalty_alpha", "low_memory", "num_beam_groups", "diversity_penalty")

# Ids of special tokens: facts of the vocabulary, not choices.
TOKEN_IDS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")

# Entries about single tokens of this vocabulary, without which a model may speak nonsense.
VOCABULARY_ENTRIES = (
    *TOKEN_IDS,
    "suppress_tokens",
    "begin_suppress_tokens",
    "bad_words_ids",
    "forced_bos_token_id",
    "forced_eos_token_id",
)

# What GenerationConfig holds for a sampling knob while nothing is sampled: the only values that
# its strict validation (save_pretrained) lets pass under do_sample=False.
_UNSAMPLED = {"top_k": 50, "min_p": None, "top_h": None}

# Library defaults of transformers 5.24.0 that differ from "off" once the option counts.
_SAMPLED_DEFAULTS = {"top_k": 50}

_METADATA = ("transformers_version", "_from_model_config", "_commit_hash", "_name_or_path")
_OUTPUT_FLAGS = (
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "output_logits",
    "return_dict_in_generate",
)


def config_entries(options: Mapping[str, Any]) -> dict[str, Any]:
    """``GenerationConfig`` attributes for a complete set of options, unset ones as None.

    An option that cannot count next to the others (a top-k under greedy search, a cache kind
    without a cache) takes the value that the library itself holds then.
    """
    outside = (*NOT_IN_CONFIG, *CUSTOM_OPTIONS)
    entries = {name: value for name, value in options.items() if name not in outside}
    if entries.get("do_sample") is not True:
        entries |= {name: value for name, value in _UNSAMPLED.items() if name in entries}
    if entries.get("use_cache") is False:
        entries |= {
            name: None for name in ("cache_implementation", "cache_config") if name in entries
        }
    return entries


def custom_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the mode that left the library, where the options ask for one.

    Args:
        options: every modelled option with its value (``Space.effective``).

    Returns:
        of contrastive search where ``penalty_alpha`` is above 0 and neither beams nor samples are
        asked for, of diverse beam search where ``num_beam_groups`` is above 1 and there are beams
        (as ``GenerationConfig.get_generation_mode`` has it); empty for a mode of the library.
    """
    beams = (options.get("num_beams") or 1) > 1
    if options.get("penalty_alpha") and not beams and not options.get("do_sample"):
        return {
            "penalty_alpha": options["penalty_alpha"],
            "top_k": options.get("top_k") or 1,
            "low_memory": bool(options.get("low_memory")),
        }
    if beams and (options.get("num_beam_groups") or 1) > 1:
        return {
            "num_beam_groups": options["num_beam_groups"],
            "diversity_penalty": options.get("diversity_penalty") or 0.0,
        }
    return {}


def inherited_entries(
    generation_config: Mapping[str, Any], modelled: Collection[str]
) -> dict[str, Any]:
    """Entries of a model's own generation_config.json that lie outside the space.

    Special-token ids, output flags and metadata are left out, as are unset entries. The entries
    about single tokens (``VOCABULARY_ENTRIES``) stay in force in a run, all others do not.
    """
    silent = {*modelled, *TOKEN_IDS, *_METADATA, *_OUTPUT_FLAGS}
    return {
        name: value
        for name, value in generation_config.items()
        if name not in silent and value is not None
    }


def model_default(
    library_default: Mapping[str, Any], generation_config: Mapping[str, Any]
) -> dict[str, Any]:
    """What ``generate`` does for this model when nothing is asked of it.

    The model's own entries win over the library's defaults, option by option; top_k counts with
    the library's 50 as soon as the model samples.

    Args:
        library_default: effective options of the library's default configuration.
        generation_config: the model's generation_config.json.
    """
    chosen = dict(library_default)
    for name, value in generation_config.items():
        if name in chosen and value is not None and name not in NOT_IN_CONFIG:
            chosen[name] = value
    if chosen.get("do_sample"):
        for name, value in _SAMPLED_DEFAULTS.items():
            if name in chosen and generation_config.get(name) is None:
                chosen[name] = value
    return chosen
