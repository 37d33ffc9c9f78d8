"""Strict ablation: an option counts as without effect when nothing at all changes without it."""

from __future__ import annotations

from typing import Any

from pimp_tui.engine.transformers import TransformersEngine
from pimp_tui.engine.transformers.batches import encode, eos_ids, own_length
from pimp_tui.engine.transformers.continuous import wanted
from pimp_tui.engine.transformers.effects import NEUTRAL, set_options
from pimp_tui.engine.transformers.trace import trace_continuous, watching


class Outcome:
    """Tokens, processed scores, raw logits and forward passes of one batch."""

    def __init__(self, engine: TransformersEngine, prompts: list[str], options: dict[str, Any]):
        import torch

        loaded = engine._prepare(options)
        config = engine._config(options)
        if wanted(options):
            self._in_flight(loaded, prompts, config, options)
            return
        config.output_scores = config.output_logits = config.return_dict_in_generate = True
        encoded = encode(loaded, prompts, config.max_new_tokens)
        extra: dict[str, Any] = {"tokenizer": loaded.tokenizer} if config.stop_strings else {}
        if loaded.draft is not None:
            extra |= loaded.draft.arguments
        torch.manual_seed(0)
        with torch.inference_mode(), watching(loaded) as passes:
            found = loaded.model.generate(**encoded, generation_config=config, **extra)
        deployed = (loaded.model.dtype, loaded.model.config._attn_implementation)
        self.plain = (found.sequences.tolist(), passes, deployed)
        self.scores, self.logits = found.scores, found.logits
        width, eos = encoded["input_ids"].shape[1], eos_ids(config)
        rows = [own_length(row[width:], eos, None) for row in found.sequences.tolist()]
        # A row that has ended is fed padding until its batch is done: what it does then is nothing.
        self.live: list[Any] = [
            [row for row, length in enumerate(rows) if step < length]
            for step in range(len(found.scores))
        ]
        if config.num_beams > 1:
            self.live = [slice(None)] * len(found.scores)
        self.tensors = [
            held[step][live]
            for held in (found.scores, found.logits)
            for step, live in enumerate(self.live)
        ]

    def _in_flight(
        self, loaded: Any, prompts: list[str], config: Any, options: dict[str, Any]
    ) -> None:
        """The same of continuous batching: final scores pass by in the sampler."""
        from transformers.generation.continuous_batching.model_runner import ModelRunner

        original, scores = ModelRunner._sample, []

        def sampled(self: Any, given: Any, output_ids: Any) -> None:
            scores.append(given[0].clone())
            original(self, given, output_ids)

        setattr(ModelRunner, "_sample", sampled)  # noqa: B010
        try:
            run = trace_continuous(loaded, prompts, config, options, 0)
        finally:
            setattr(ModelRunner, "_sample", original)  # noqa: B010
        deployed = (loaded.model.dtype, loaded.model.config._attn_implementation)
        self.plain = (run.tokens, run.passes, deployed)
        self.scores = self.logits = ()
        self.live, self.tensors = [], scores

    def same_as(self, other: Outcome) -> bool:
        """Nothing differs."""
        import torch

        return (
            self.plain == other.plain
            and len(self.tensors) == len(other.tensors)
            and all(
                a.shape == b.shape and torch.equal(a, b)
                for a, b in zip(self.tensors, other.tensors, strict=True)
            )
        )


def idle_options(
    engine: TransformersEngine,
    prompts: list[str],
    options: dict[str, Any],
    names: set[str] | None = None,
) -> list[str]:
    """Options that are set and change nothing on any batch of ``prompts``, sorted.

    Args:
        names: only these options; all that are set by default.
    """
    pending = set_options(options) & (names or set_options(options))
    size = int(options["batch_size"])
    for offset in range(0, len(prompts), size):
        batch = prompts[offset : offset + size]
        full = Outcome(engine, batch, options)
        for name in sorted(pending):
            plain = reset(options, name)
            try:
                idle = full.same_as(Outcome(engine, batch, plain))
            except (ValueError, RuntimeError, IndexError, ImportError):
                idle = False  # what remains cannot run: the option carries the others
            if not idle:
                pending.discard(name)
        if not pending:
            break
    return sorted(pending)


def reset(options: dict[str, Any], name: str) -> dict[str, Any]:
    """The options with one of them at its neutral value, and what only it carries reset too."""
    plain = options | {name: NEUTRAL[name]}
    if name == "cache_implementation":
        plain |= {"cache_config": None, "max_cache_len": None}
    if name == "continuous_batching":
        plain |= {"max_batch_tokens": NEUTRAL["max_batch_tokens"]}
    return plain
