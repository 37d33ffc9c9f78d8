"""Watches the logits processors of a run and tells which of them ever mattered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OPTION_OF_PROCESSOR = {
    "TemperatureLogitsWarper": "temperature",
    "TopHLogitsWarper": "top_h",
    "TopKLogitsWarper": "top_k",
    "TopPLogitsWarper": "top_p",
    "MinPLogitsWarper": "min_p",
    "TypicalLogitsWarper": "typical_p",
    "EpsilonLogitsWarper": "epsilon_cutoff",
    "EtaLogitsWarper": "eta_cutoff",
    "RepetitionPenaltyLogitsProcessor": "repetition_penalty",
    "NoRepeatNGramLogitsProcessor": "no_repeat_ngram_size",
    "EncoderRepetitionPenaltyLogitsProcessor": "encoder_repetition_penalty",
    "EncoderNoRepeatNGramLogitsProcessor": "encoder_no_repeat_ngram_size",
    "MinLengthLogitsProcessor": "min_new_tokens",
    "MinNewTokensLengthLogitsProcessor": "min_new_tokens",
    "ExponentialDecayLengthPenalty": "exponential_decay_length_penalty",
    "UnbatchedClassifierFreeGuidanceLogitsProcessor": "guidance_scale",
    "WatermarkLogitsProcessor": "watermarking_config",
    "HammingDiversityLogitsProcessor": "diversity_penalty",
}
# Keeps a cache of its own that follows the sequence: asking it twice a step would break the run.
_STATEFUL = "UnbatchedClassifierFreeGuidanceLogitsProcessor"


class _Watch:
    """Stands in for ``LogitsProcessorList.__call__``: same scores, and notes who changed them."""

    def __init__(self, pending: set[str], seen: set[str], ended: set[int]) -> None:
        self._pending, self._seen, self._ended = pending, seen, ended

    def __call__(self, processors: Any, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        if not self._pending - self._seen:
            for processor in processors:
                scores = processor(input_ids, scores)
            return scores
        steps, current = [], scores
        for processor in processors:
            before = current.clone()
            current = processor(input_ids, current)
            steps.append((processor, before))
        for index, (processor, before) in enumerate(steps):
            option = OPTION_OF_PROCESSOR.get(type(processor).__name__)
            if option is None or option not in self._pending or option in self._seen:
                continue
            if type(processor).__name__ == _STATEFUL:
                self._seen.add(option)
                continue
            # Both length processors answer to min_new_tokens: leave out all of an option's.
            without = before
            for other in list(processors)[index:]:
                if OPTION_OF_PROCESSOR.get(type(other).__name__) != option:
                    without = other(input_ids, without.clone())
            # A sequence that has ended is fed padding until its batch is done: that is no effect.
            # Continuous batching gives each sequence's newest token alone, and none that has ended.
            last = (input_ids[:, -1] if input_ids.dim() == 2 else input_ids).tolist()
            live = [row for row, token in enumerate(last) if token not in self._ended]
            if not torch.equal(without[live], current[live]):
                self._seen.add(option)
        return current


@contextmanager
def processors_watched(pending: set[str], ended: set[int]) -> Iterator[set[str]]:
    """Yield the growing set of options whose processor changed the final scores at some step.

    Each step is recomputed without one processor at a time, so that a truncation that a later,
    tighter one would have made anyway does not pass for an effect. An option that has shown its
    effect costs nothing more.

    Args:
        pending: options to be watched.
        ended: token ids that stand at the end of a sequence that is over (end, padding).
    """
    from transformers import LogitsProcessorList
    from transformers.generation.continuous_batching.cb_logits_processors import (
        ContinuousBatchingLogitsProcessorList as InFlight,
    )

    seen: set[str] = set()
    watch = _Watch(pending, seen, ended)
    original = LogitsProcessorList.__call__

    def call(self: Any, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        return watch(self, input_ids, scores, **kwargs)

    in_flight = InFlight.__call__

    def call_in_flight(self: Any, input_ids: Any, scores: Any, arguments: Any) -> Any:
        return watch(self.logits_processor, input_ids, scores)

    setattr(LogitsProcessorList, "__call__", call)  # noqa: B010
    setattr(InFlight, "__call__", call_in_flight)  # noqa: B010
    try:
        yield seen
    finally:
        setattr(LogitsProcessorList, "__call__", original)  # noqa: B010
        setattr(InFlight, "__call__", in_flight)  # noqa: B010
