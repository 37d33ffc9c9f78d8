"""Contrastive search (Su et al. 2022, "A Contrastive Framework for Neural Text Generation")."""

from __future__ import annotations

from typing import Any

import torch


def contrastive_search(
    model: Any,
    input_ids: torch.Tensor,
    logits_processor: Any,
    stopping_criteria: Any,
    generation_config: Any,
    penalty_alpha: float = 0.6,
    top_k: int = 4,
    low_memory: bool = False,
    **model_kwargs: Any,
) -> torch.Tensor:
    """For ``generate(custom_generate=contrastive_search, penalty_alpha=, top_k=, low_memory=)``.

    Of the ``top_k`` most probable tokens takes the one with the greatest
    ``(1 - penalty_alpha) * probability - penalty_alpha * similarity``, where similarity is the
    greatest cosine between the token's last hidden state and those of all tokens before it (padding
    apart). At ``penalty_alpha`` 0 that is greedy search.

    Args:
        input_ids: (batch, tokens), padded on the left.
        low_memory: tries the candidates one after another instead of side by side: the cache is not
            widened, at the price of a pass per candidate and one for the token taken.

    Returns:
        (batch, tokens + new tokens) token ids; a sequence that has ended is filled with padding.

    Raises:
        ValueError: chunked prefill, or ``low_memory`` on a cache that cannot be cropped.
    """
    if generation_config.prefill_chunk_size is not None:
        raise ValueError("contrastive search needs the prompt in one pass: no prefill_chunk_size")
    cached, rows = bool(model_kwargs["use_cache"]), input_ids.shape[0]
    mask = model_kwargs.get("attention_mask")
    mask = torch.ones_like(input_ids) if mask is None else mask
    first = torch.arange(rows, device=input_ids.device) * top_k
    spread = torch.arange(rows, device=input_ids.device).repeat_interleave(top_k)
    pad, eos = generation_config._pad_token_tensor, generation_config._eos_token_tensor
    running = torch.ones(rows, dtype=torch.bool, device=input_ids.device)

    def forward(ids: torch.Tensor, state: dict[str, Any]) -> Any:
        inputs = model.prepare_inputs_for_generation(
            ids, next_sequence_length=1 if cached else None, **state
        )
        return model(**inputs, return_dict=True)

    kind = str(generation_config.cache_implementation)
    if cached and kind in ("static", "offloaded_static", "sliding_window"):
        # The library's is one short: it never feeds the last token, which is tried out here.
        length = max(generation_config.max_length, generation_config.max_cache_len or 0)
        model_kwargs["cache"] = model._prepare_static_cache(kind, rows, length, None, model_kwargs)
    model_kwargs["output_hidden_states"] = True
    outputs = model._prefill(input_ids, generation_config, model_kwargs)
    model_kwargs = model._update_model_kwargs_for_generation(outputs, model_kwargs)
    cache = model_kwargs.get("cache") if cached else None
    if low_memory and cache is not None and (any(cache.is_sliding) or not cache.is_croppable):
        raise ValueError("low_memory needs a cache that can be cropped")
    context, logits = outputs.hidden_states[-1].float(), outputs.logits[:, -1].float()
    del outputs
    while True:
        probabilities = logits_processor(input_ids, logits).softmax(dim=-1)
        chances, candidates = probabilities.topk(top_k, dim=-1)
        if low_memory:
            tried = []
            for token in candidates.unbind(dim=1):
                found = forward(torch.cat([input_ids, token[:, None]], dim=1), model_kwargs)
                tried.append((found.hidden_states[-1][:, -1].float(), found.logits[:, -1].float()))
                if cache is not None:
                    cache.crop(-1)
            hidden, following = (torch.stack(part, dim=1) for part in zip(*tried, strict=True))
        else:
            if cache is not None:
                cache.reorder_cache(spread)
            wide = torch.cat([input_ids[spread], candidates.reshape(-1, 1)], dim=1)
            found = forward(wide, _widened(model_kwargs, spread))
            hidden = found.hidden_states[-1][:, -1].float().view(rows, top_k, -1)
            following = found.logits[:, -1].float().view(rows, top_k, -1)
        similarity = _unit(hidden) @ _unit(context).transpose(1, 2)
        similarity = similarity.masked_fill(~mask[:, None].bool(), -torch.inf).amax(dim=-1)
        scores = (1 - penalty_alpha) * chances - penalty_alpha * similarity
        chosen = scores.masked_fill(chances == 0, -torch.inf).argmax(dim=-1)  # barred stays barred
        tokens = candidates.gather(1, chosen[:, None])[:, 0]
        tokens = torch.where(running, tokens, pad) if eos is not None else tokens
        picked = torch.arange(rows, device=chosen.device), chosen
        if low_memory and cache is not None:
            forward(torch.cat([input_ids, tokens[:, None]], dim=1), model_kwargs)
        elif cache is not None:
            cache.reorder_cache(first + chosen)
        context = torch.cat([context, hidden[picked][:, None]], dim=1)
        mask = torch.cat([mask, mask.new_ones(rows, 1)], dim=1)
        model_kwargs = model._update_model_kwargs_for_generation(found, model_kwargs)
        logits = following[picked]
        input_ids = torch.cat([input_ids, tokens[:, None]], dim=1)
        running = running & ~stopping_criteria(input_ids, None)
        if not running.any():
            return input_ids


def _unit(states: torch.Tensor) -> torch.Tensor:
    return states / states.norm(dim=-1, keepdim=True)


def _widened(model_kwargs: dict[str, Any], spread: torch.Tensor) -> dict[str, Any]:
    """Model inputs with one row per candidate; the cache is widened apart."""
    rows = int(spread[-1]) + 1
    return {
        name: value[spread] if isinstance(value, torch.Tensor) and len(value) == rows else value
        for name, value in model_kwargs.items()
    }
