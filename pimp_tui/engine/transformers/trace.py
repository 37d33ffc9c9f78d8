"""What one ``generate`` call did: its tokens and every forward pass it paid for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from pimp_tui.engine.transformers.batches import call_generate
from pimp_tui.engine.transformers.continuous import serve
from pimp_tui.engine.transformers.loading import Loaded


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass: rows and tokens fed, layers run, kind and capacity of its cache."""

    rows: int
    tokens: int
    layers: int
    cache: str
    capacity: int | None


@dataclass(slots=True)
class Trace:
    """Output token ids (rows, tokens), the passes behind them and those of a draft, in order."""

    tokens: list[list[int]] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    drafts: list[Pass] = field(default_factory=list)

    def same_as(self, other: Trace) -> bool:
        """Equal tokens at equal cost."""
        mine, theirs = ((run.tokens, run.passes, run.drafts) for run in (self, other))
        return mine == theirs


def _describe_cache(cache: Any) -> tuple[str, int | None]:
    if cache is None:
        return "none", None
    layers = getattr(cache, "layers", None) or []
    kinds = sorted({type(layer).__name__ for layer in layers})
    lengths = [getattr(layer, "max_cache_len", None) for layer in layers]
    known = [length for length in lengths if length is not None]
    moved = ["Offloaded"] if getattr(cache, "offloading", False) else []
    return "+".join([type(cache).__name__, *kinds, *moved]), max(known, default=None)


@contextmanager
def watching(loaded: Loaded) -> Iterator[list[Pass]]:
    """Record the forward passes of the model while the context is open."""
    with _watching(loaded.model) as passes:
        yield passes


@contextmanager
def _watching(model: Any) -> Iterator[list[Pass]]:
    passes: list[Pass] = []

    def note(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        ids = kwargs.get("input_ids", args[0] if args else None)
        shape = ids.shape if ids is not None else kwargs["inputs_embeds"].shape[:2]
        kind, capacity = _describe_cache(kwargs.get("cache"))
        layers = int(module.config.get_text_config(decoder=True).num_hidden_layers)
        passes.append(Pass(int(shape[0]), int(shape[1]), layers, kind, capacity))

    handle = model.register_forward_pre_hook(note, with_kwargs=True)
    try:
        yield passes
    finally:
        handle.remove()


def trace(
    loaded: Loaded, encoded: Any, config: Any, seed: int, custom: dict[str, Any] | None = None
) -> Trace:
    """Run one batch from ``seed`` and keep what it did."""
    import torch

    torch.manual_seed(seed)
    drafting: AbstractContextManager[list[Pass]] = (
        nullcontext([]) if loaded.draft is None else _watching(loaded.draft.model)
    )
    with watching(loaded) as passes, drafting as drafts:
        output = call_generate(loaded, encoded, config, None, custom)
    return Trace(output.tolist(), passes, drafts)


def trace_continuous(
    loaded: Loaded, prompts: list[str], config: Any, options: dict[str, Any], seed: int
) -> Trace:
    """Run all prompts with continuous batching and keep what it did.

    The rows of ``tokens`` are prompts by samples; the passes hold the whole running batch as one
    row.
    """
    with watching(loaded) as passes:
        served = serve(loaded, prompts, config, options, seed)
    rows = [result.generated_tokens for results in served.results for result in results]
    return Trace(rows, passes)
