"""What an engine is: it loads a model once and turns prompts and options into timed completions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

OnBatch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Completion:
    """One generated sequence. Times are seconds of ``time.monotonic()``.

    Attributes:
        prompt_index: place of the prompt in the list given to ``generate``.
        sample: 0-based number of the sample for that prompt.
        text: the completion without the prompt and without special tokens.
        tokens_in: prompt tokens, padding not counted.
        tokens_out: generated tokens up to and including the first end-of-sequence token.
        submitted_s: when the batch of this request was handed to the model.
        ttft_s: seconds from submission to the first token of its batch; None where a first
            token has no meaning (beam search settles all tokens at its end).
        latency_s: seconds from submission to this sequence's own last token.
        last_token_s: the moment of that last token.
    """

    prompt_index: int
    sample: int
    text: str
    tokens_in: int
    tokens_out: int
    submitted_s: float
    ttft_s: float | None
    latency_s: float
    last_token_s: float


class Engine(Protocol):
    """A way of running a model, found through the entry points ``pimp_tui.engines``.

    ``options`` always holds a value for every option of the space (``Space.effective``).
    ``peak_memory_bytes`` is the device's peak over the latest ``generate``, None where the
    engine has no such counter. An engine that knows chat templates also has
    ``chat(questions) -> list[str] | None``: each question (``user``, ``begun``, ``end``) as the
    prompt that is sent, or None where the loaded model has no template.
    """

    peak_memory_bytes: int | None

    def load(
        self, model: str, deployment: dict[str, Any], *, trust_remote_code: bool
    ) -> dict[str, Any]:
        """Load a model and return facts about it; raises ``UserError`` when it cannot be loaded."""

    def reset(self) -> None:
        """Undo whatever an earlier run left behind, so that the next one is independent of it."""

    def generate(
        self,
        prompts: list[str],
        options: dict[str, Any],
        *,
        seed: int,
        on_batch: OnBatch | None = None,
    ) -> list[Completion]:
        """Complete all prompts in their order; ``on_batch`` gets the number of prompts done."""

    def probe(self, prompts: list[str], options: dict[str, Any], seed: int) -> list[str]:
        """Warm up and return the names of the options that had no effect, sorted."""

    def close(self) -> None:
        """Free the model."""
