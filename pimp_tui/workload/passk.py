"""pass@k by the unbiased estimator of Chen et al. 2021 (HumanEval), equation 1."""

from __future__ import annotations

from math import comb


def pass_at_k(drawn: int, passed: int, k: int) -> float:
    """Probability that one of k samples passes, estimated from ``passed`` out of ``drawn``.

    Raises:
        ValueError: fewer than k samples were drawn.
    """
    if k > drawn:
        raise ValueError(f"pass@{k} needs {k} samples of a task, got {drawn}")
    return 1.0 - comb(drawn - passed, k) / comb(drawn, k)


def mean_pass_at_k(counts: list[tuple[int, int]], k: int) -> float:
    """Mean of `pass_at_k` over tasks, each given as (drawn, passed); at least one task."""
    return sum(pass_at_k(drawn, passed, k) for drawn, passed in counts) / len(counts)
