"""A stopping criterion that stops nothing and notes when each token was there."""

from __future__ import annotations

import time
from typing import Any


class TokenClock:
    """Length of the sequences and the time, at each step of ``generate``.

    Stopping criteria are asked once per step with the tokens of that step; an assisted step
    brings several tokens at once. A draft model is not given the criteria, so only tokens that
    were accepted are seen.
    """

    def __init__(self, device: str) -> None:
        self._wait = device == "cuda"
        self.steps: list[tuple[int, float]] = []

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        if self._wait:
            # The loop reads the stop flags right after this and waits there anyway.
            torch.cuda.current_stream().synchronize()
        self.steps.append((int(input_ids.shape[1]), time.monotonic()))
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)

    def first_s(self) -> float | None:
        """Time of the first generated token, None before it."""
        return self.steps[0][1] if self.steps else None

    def reached_s(self, length: int) -> float | None:
        """First time at which the sequences were at least ``length`` tokens long."""
        return next((at for reached, at in self.steps if reached >= length), None)
