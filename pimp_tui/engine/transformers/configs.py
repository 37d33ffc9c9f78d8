"""Turns a run's options into the two GenerationConfigs that ``generate`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.engine.transformers.evidence import USUAL_LENGTH
from pimp_tui.space.generation_config import VOCABULARY_ENTRIES, config_entries

if TYPE_CHECKING:
    from pimp_tui.engine.transformers.loading import Loaded

# Read by a draft, and by that of early-exit decoding, from the *model's* generation config, never
# from the one passed to generate (AssistedCandidateGenerator.__init__, transformers 5.24.0).
READ_FROM_MODEL = (
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "assistant_confidence_threshold",
)


def run_config(options: dict[str, Any], own: dict[str, Any], pad_token_id: int | None) -> Any:
    """The ``GenerationConfig`` of a run: every modelled option explicitly, and the token ids.

    The library's own limit on new tokens is made explicit where a space does not model one.
    """
    from transformers import CompileConfig, GenerationConfig

    entries = {k: v for k, v in config_entries(options).items() if v is not None}
    entries.setdefault("max_new_tokens", USUAL_LENGTH)
    if "compile_config" in entries:
        entries["compile_config"] = CompileConfig(**entries["compile_config"])
    kept = {k: own[k] for k in VOCABULARY_ENTRIES if own.get(k) is not None}
    if pad_token_id is not None:
        kept["pad_token_id"] = pad_token_id
    return GenerationConfig(**kept, **entries)


def set_model_configs(loaded: Loaded, options: dict[str, Any]) -> None:
    """Replace what the loaded model, and its draft, would add to a run of their own."""
    loaded.model.generation_config = neutral_model_config(
        options, loaded.own_config, loaded.tokenizer.pad_token_id
    )
    if loaded.draft is not None:
        loaded.draft.model.generation_config = neutral_model_config(
            options, {}, loaded.draft.tokenizer.pad_token_id
        )


def neutral_model_config(
    options: dict[str, Any], own: dict[str, Any], pad_token_id: int | None
) -> Any:
    """What replaces the model's own generation config for a run.

    An option left None in a run's config is filled from the model's; so nothing may stand here
    but ids of the vocabulary and the entries that the library reads nowhere else.
    """
    from transformers import GenerationConfig

    kept = {k: own[k] for k in VOCABULARY_ENTRIES if own.get(k) is not None}
    if pad_token_id is not None:
        kept["pad_token_id"] = pad_token_id
    draft = {k: options[k] for k in READ_FROM_MODEL if options.get(k) is not None}
    return GenerationConfig(**kept, **draft)
