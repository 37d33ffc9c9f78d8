"""Diverse beam search (Vijayakumar et al. 2016, "Diverse Beam Search"), for one ``generate`` call.

Groups of beams are extended one after another; a token that earlier groups took at the same step
costs a later group ``diversity_penalty`` each time. Within a group everything is the library's own
beam search (its helpers, transformers 5.24.0), so that one group equals it. Sequences are ranked
over all groups by their scores, penalties included, as the library did while it had this mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


class HammingDiversityLogitsProcessor:
    """Scores (rows, vocabulary) less a penalty for each time earlier groups took the token.

    Args:
        taken: (batch, beams of earlier groups) tokens taken at this step.
        penalty: taken off the log-probability per occurrence.
        group_size: beams per group; rows are batch x group_size.
    """

    def __init__(self, taken: torch.Tensor, penalty: float, group_size: int) -> None:
        self._taken, self._penalty, self._group_size = taken, penalty, group_size

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        ones = torch.ones_like(self._taken, dtype=scores.dtype)
        counts = scores.new_zeros(self._taken.shape[0], scores.shape[-1])
        counts.scatter_add_(1, self._taken, ones)
        return scores - self._penalty * counts.repeat_interleave(self._group_size, dim=0)


@dataclass(slots=True)
class _Group:
    """Beam search of one group; names and shapes are those of the library's ``_beam_search``."""

    running: torch.Tensor  # (batch, beams, greatest length)
    running_scores: torch.Tensor  # (batch, beams)
    running_indices: torch.Tensor  # (batch, beams, greatest length - prompt), beam of each token
    sequences: torch.Tensor
    scores: torch.Tensor
    indices: torch.Tensor
    finished: torch.Tensor  # (batch, beams) bool
    improvable: torch.Tensor  # (batch, 1) bool
    open: bool = True


def _start(input_ids: torch.Tensor, batch: int, config: Any, fill: int, size: int) -> _Group:
    length, new = config.max_length, config.max_length - input_ids.shape[1]
    device = input_ids.device
    running = torch.full((batch, size, length), fill, dtype=torch.int64, device=device)
    running[:, :, : input_ids.shape[1]] = input_ids.view(batch, -1, input_ids.shape[1])[:, :size]
    running_scores = torch.zeros((batch, size), device=device)
    running_scores[:, 1:] = -1e9  # all beams are equal yet: only the first may be extended
    indices = torch.full((batch, size, new), -1, dtype=torch.int32, device=device)
    return _Group(
        running, running_scores, indices, running.clone(),
        torch.full((batch, size), -1e9, device=device), indices.clone(),
        torch.zeros((batch, size), dtype=torch.bool, device=device),
        torch.ones((batch, 1), dtype=torch.bool, device=device),
    )  # fmt: skip


def group_beam_search(
    model: Any,
    input_ids: torch.Tensor,
    logits_processor: Any,
    stopping_criteria: Any,
    generation_config: Any,
    num_beam_groups: int = 2,
    diversity_penalty: float = 0.5,
    **model_kwargs: Any,
) -> torch.Tensor:
    """For ``generate(custom_generate=group_beam_search, num_beam_groups=, diversity_penalty=)``.

    Args:
        input_ids: (batch * num_beams, tokens), each prompt ``num_beams`` times.

    Returns:
        (batch * num_return_sequences, tokens + new tokens) token ids, best first.

    Raises:
        ValueError: the groups do not divide the beams, or beams are to be sampled.
    """
    config, beams = generation_config, generation_config.num_beams
    if beams % num_beam_groups:
        raise ValueError("num_beams must be divisible by num_beam_groups")
    if config.do_sample:
        raise ValueError("group beam search takes the best continuations: no do_sample")
    size, batch, prompt = beams // num_beam_groups, input_ids.shape[0] // beams, input_ids.shape[1]
    eos, pad = config._eos_token_tensor, config._pad_token_tensor
    fill = int(pad or eos[0]) if eos is not None else -1
    keep = max(2, 1 + (0 if eos is None else eos.shape[0])) * size
    top = torch.arange(keep, device=input_ids.device) < size
    groups = [_start(input_ids, batch, config, fill, size) for _ in range(num_beam_groups)]
    length, flat = prompt, input_ids
    offsets = torch.arange(batch, device=input_ids.device)[:, None]
    outputs = model._prefill(input_ids, config, model_kwargs)
    while True:
        model_kwargs = model._update_model_kwargs_for_generation(outputs, model_kwargs)
        log_probs = outputs.logits[:, -1].float().log_softmax(dim=-1)
        log_probs = logits_processor(flat, log_probs).view(batch, beams, -1)
        taken = torch.empty((batch, 0), dtype=torch.int64, device=input_ids.device)
        parents = []
        for number, group in enumerate(groups):
            rows = log_probs[:, number * size : (number + 1) * size].flatten(0, 1)
            if diversity_penalty and number:
                diverse = HammingDiversityLogitsProcessor(taken, diversity_penalty, size)
                own = flat.view(batch, beams, -1)[:, number * size : (number + 1) * size]
                rows = type(logits_processor)([diverse])(own.flatten(0, 1), rows)
            _extend(model, group, rows, config, stopping_criteria, keep, top, prompt, length)
            taken = torch.cat([taken, group.running[:, :, length]], dim=1)
            local = group.running_indices[..., length - prompt] - offsets * size
            parents.append(local + number * size + offsets * beams)
        if model_kwargs.get("cache") is not None:
            _reorder(model, model_kwargs, torch.cat(parents, dim=1).flatten())
        length += 1
        for group in groups:
            group.improvable = model._check_early_stop_heuristic(
                group.improvable, group.running_scores, group.scores, group.finished, length,
                config.max_length, prompt, config.early_stopping, config.length_penalty,
            )  # fmt: skip
            group.open &= bool(group.improvable.any()) and not (
                config.early_stopping is True and bool(group.finished.all())
            )
        if not any(group.open for group in groups):
            return _best(groups, batch, prompt, config.num_return_sequences)
        flat = torch.cat([group.running[:, :, :length] for group in groups], dim=1).flatten(0, 1)
        outputs = model(
            **model.prepare_inputs_for_generation(
                flat, next_sequence_length=1 if model_kwargs["use_cache"] else None, **model_kwargs
            ),
            return_dict=True,
        )


def _extend(
    model: Any,
    group: _Group,
    log_probs: torch.Tensor,
    config: Any,
    stopping_criteria: Any,
    keep: int,
    top: torch.Tensor,
    prompt: int,
    length: int,
) -> None:
    """One step of the library's beam search for one group, log_probs (batch * beams, words)."""
    batch, size = group.running_scores.shape
    total = log_probs.view(batch, size, -1) + group.running_scores[:, :, None]
    scores, sequences, indices = model._get_top_k_continuations(
        total.flatten(1), group.running, group.running_indices, length, prompt, False, keep, size,
        batch,
    )  # fmt: skip
    stops = stopping_criteria(sequences[:, :, : length + 1].flatten(0, 1), None).view(batch, keep)
    group.running, group.running_scores, group.running_indices = (
        model._get_running_beams_for_next_iteration(scores, sequences, indices, stops, size)
    )
    group.sequences, group.scores, group.indices, group.finished = model._update_finished_beams(
        group.sequences, sequences, group.scores, scores, group.indices, indices,
        group.improvable, group.finished, stops, top, size, length, prompt,
        config.length_penalty, config.early_stopping,
    )  # fmt: skip
    group.open &= not bool(stops.all())


def _reorder(model: Any, model_kwargs: dict[str, Any], rows: torch.Tensor) -> None:
    """Let the cache follow the beams: row i goes on from row ``rows[i]``."""
    if hasattr(model, "_reorder_cache"):
        model_kwargs["cache"] = model._reorder_cache(model_kwargs["cache"], rows)
    else:
        model_kwargs["cache"].reorder_cache(rows)


def _best(groups: list[_Group], batch: int, prompt: int, count: int) -> torch.Tensor:
    """The ``count`` best sequences of each prompt over all groups, cut to the longest."""
    scores = torch.cat([group.scores for group in groups], dim=1)
    order = scores.sort(dim=1, descending=True, stable=True).indices[:, :count]
    sequences = torch.cat([group.sequences for group in groups], dim=1)
    indices = torch.cat([group.indices for group in groups], dim=1)
    chosen = torch.arange(batch, device=order.device)[:, None], order
    new = int((indices[chosen] >= 0).sum(dim=-1).max())
    return sequences[chosen].flatten(0, 1)[:, : prompt + new]
