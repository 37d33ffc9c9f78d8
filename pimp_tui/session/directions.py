"""Whether people want a metric large or small, by its name."""

from __future__ import annotations

_LARGE = ("pass_at_1", "tokens_per_s")
_LARGE_WORDS = ("accuracy", "throughput", "score", "f1", "bleu")


def more_is_better(metric: str) -> bool:
    """Whether a metric is one that people want large: accuracy, throughput; cost otherwise.

    A name that ends in ``+`` or ``-`` says it itself, as tables of the MOOT collection do.
    """
    if metric.endswith(("+", "-")):
        return metric.endswith("+")
    words = metric.lower().split("_")
    return metric in _LARGE or any(word in _LARGE_WORDS for word in words)
