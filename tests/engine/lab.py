"""A bench for probes: engines over small models, a neutral set of options, the shipped prompts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ablation import Outcome, idle_options
from tiny_models import tiny_bloom, tiny_gemma, tiny_gpt2, tiny_llama

from pimp_tui.engine.transformers import TransformersEngine
from pimp_tui.engine.transformers.effects import NEUTRAL

MAKERS = {"llama": tiny_llama, "gpt2": tiny_gpt2, "gemma": tiny_gemma, "bloom": tiny_bloom}
ATTENTION = {"gemma": "eager", "bloom": "eager"}


def shipped_prompts() -> list[str]:
    """Prompts of the bundled workload."""
    from pimp_tui.workload import load_workload

    return [task.prompt for task in load_workload("micro-coder").tasks]


class Lab:
    """Models are made once, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._engines: dict[str, TransformersEngine] = {}
        self.prompts = shipped_prompts()

    def reference(self, model: str) -> str:
        """What a session would call the model."""
        if model not in MAKERS:
            return model
        place = self.folder / model
        return str(place if place.exists() else MAKERS[model](place))

    def engine(self, model: str = "micro-coder") -> TransformersEngine:
        """An engine with the model loaded."""
        if model not in self._engines:
            self._engines[model] = TransformersEngine()
            self._engines[model].load(self.reference(model), self.options(model))
        return self._engines[model]

    def options(self, model: str = "micro-coder", **changed: Any) -> dict[str, Any]:
        """Neutral options but for ``changed``; batches of 8."""
        unknown = set(changed) - {*NEUTRAL, "batch_size"}
        assert not unknown, unknown
        plain = NEUTRAL | {"attn_implementation": ATTENTION.get(model, "sdpa"), "batch_size": 8}
        return plain | changed

    def run(self, model: str = "micro-coder", count: int = 8, **changed: Any) -> list[Any]:
        """Completions of the first ``count`` prompts."""
        options = self.options(model, **changed)
        return self.engine(model).generate(self.prompts[:count], options, seed=1)

    def idle(self, name: str, count: int = 8, **changed: Any) -> bool:
        """Whether an option changes nothing at all on the first ``count`` prompts."""
        options = self.options(**changed)
        return name in idle_options(self.engine(), self.prompts[:count], options, {name})

    def outcome(self, model: str = "micro-coder", count: int = 8, **changed: Any) -> Outcome:
        """Tokens, scores, logits and passes of one batch."""
        options = self.options(model, **changed)
        return Outcome(self.engine(model), self.prompts[:count], options)

    def seconds(self, model: str = "micro-coder", count: int = 8, **changed: Any) -> float:
        """CPU seconds on one thread, which a busy machine stretches little: least of three runs."""
        import torch

        threads, taken = torch.get_num_threads(), []
        torch.set_num_threads(1)
        try:
            self.run(model, count, **changed)  # a warm-up
            for _ in range(3):
                started = time.process_time()
                self.run(model, count, **changed)
                taken.append(time.process_time() - started)
        finally:
            torch.set_num_threads(threads)
        return min(taken)
