"""Runs one batch through ``generate`` and cuts its output into completions."""

from __future__ import annotations

import time
from typing import Any

from pimp_tui.engine.base import Completion
from pimp_tui.engine.transformers.chat import special_tokens_wanted
from pimp_tui.engine.transformers.clock import TokenClock
from pimp_tui.engine.transformers.draft import drafting
from pimp_tui.engine.transformers.loading import Loaded
from pimp_tui.engine.transformers.quantisation import without_gradients
from pimp_tui.errors import UserError


def room_for(loaded: Loaded, max_new_tokens: int) -> int | None:
    """Tokens that a prompt may have, None where the model sets no bound.

    Raises:
        UserError: the context holds no more than the tokens to be generated.
    """
    room = None if loaded.context_length is None else loaded.context_length - max_new_tokens
    if room is not None and room < 1:
        raise UserError(
            f"max_new_tokens {max_new_tokens} does not fit into the model's context of "
            f"{loaded.context_length} tokens",
            mend="deselect that length",
        )
    return room


def tokenizing(loaded: Loaded, prompts: list[str], room: int | None) -> dict[str, Any]:
    """Arguments of the tokenizer for prompts of at most ``room`` tokens."""
    limit = {"truncation": True, "max_length": room} if room is not None else {}
    return limit | {"add_special_tokens": special_tokens_wanted(loaded.tokenizer, prompts)}


def encode(loaded: Loaded, prompts: list[str], max_new_tokens: int) -> Any:
    """Token ids and attention mask (batch, tokens), padded on the left.

    A prompt that leaves no room for ``max_new_tokens`` in the model's context loses its beginning.

    Raises:
        UserError: the context holds no more than the tokens to be generated.
    """
    room = room_for(loaded, max_new_tokens)
    encoded = loaded.tokenizer(
        prompts, return_tensors="pt", padding=True, **tokenizing(loaded, prompts, room)
    )
    kept = {name: encoded[name].to(loaded.device) for name in ("input_ids", "attention_mask")}
    return kept


def call_generate(
    loaded: Loaded,
    encoded: Any,
    config: Any,
    clock: TokenClock | None,
    custom: dict[str, Any] | None = None,
) -> Any:
    """Token ids (batch x samples, tokens) of one ``generate`` call.

    Args:
        custom: arguments of a mode that left the library (``custom_arguments``).
    """
    from transformers import StoppingCriteriaList

    extra: dict[str, Any] = dict(custom or {})
    if clock is not None:
        extra["stopping_criteria"] = StoppingCriteriaList([clock])
    draft = None if custom else loaded.draft
    if draft is not None:
        extra |= draft.arguments
    if config.stop_strings is not None:
        extra["tokenizer"] = loaded.tokenizer
    length = encoded["input_ids"].shape[1] + config.max_new_tokens
    with without_gradients(loaded.model), drafting(draft, length):
        return loaded.model.generate(**encoded, generation_config=config, **extra)


def eos_ids(config: Any) -> set[int]:
    """Ids that end a sequence."""
    eos = config.eos_token_id
    return set(eos) if isinstance(eos, list | tuple) else set() if eos is None else {eos}


def own_length(tokens: list[int], eos: set[int], pad: int | None) -> int:
    """Number of tokens up to and including the first end; trailing padding does not count."""
    for index, token in enumerate(tokens):
        if token in eos:
            return index + 1
    length = len(tokens)
    while length and pad is not None and tokens[length - 1] == pad:
        length -= 1
    return length


def completion_text(loaded: Loaded, tokens: list[int], config: Any) -> str:
    """The text of generated tokens, special ones left out."""
    eos = eos_ids(config)
    text: str = loaded.tokenizer.decode(
        [token for token in tokens if token not in eos],
        skip_special_tokens=True,
        clean_up_tokenization_spaces=False,
    )
    return text


def run_batch(
    loaded: Loaded,
    prompts: list[str],
    config: Any,
    offset: int,
    custom: dict[str, Any] | None = None,
) -> list[Completion]:
    """Complete ``prompts``, the first of which has index ``offset`` in the workload."""
    clock = TokenClock(loaded.device)
    submitted = time.monotonic()
    encoded = encode(loaded, prompts, config.max_new_tokens)
    output = call_generate(loaded, encoded, config, clock, custom).tolist()
    ended = time.monotonic()
    width = encoded["input_ids"].shape[1]
    tokens_in = encoded["attention_mask"].sum(dim=1).tolist()
    eos, samples = eos_ids(config), len(output) // len(prompts)
    by_steps = (config.num_beams or 1) == 1
    first = clock.first_s() if by_steps else None
    completions = []
    for row, sequence in enumerate(output):
        tokens = sequence[width:]
        count = own_length(tokens, eos, config.pad_token_id)
        last = clock.reached_s(width + count) if by_steps and count else None
        last = ended if last is None else last
        completions.append(
            Completion(
                prompt_index=offset + row // samples,
                sample=row % samples,
                text=completion_text(loaded, tokens[:count], config),
                tokens_in=int(tokens_in[row // samples]),
                tokens_out=count,
                submitted_s=submitted,
                ttft_s=None if first is None else first - submitted,
                latency_s=last - submitted,
                last_token_s=last,
            )
        )
    return completions
