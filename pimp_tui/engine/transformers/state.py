"""State that transformers carries from one ``generate`` to the next, and how it is undone."""

from __future__ import annotations

import os

from pimp_tui.engine.transformers.loading import Loaded


def forget(loaded: Loaded) -> None:
    """Undo what an earlier run left in the model and in the library.

    A static cache only grows (its greatest length is kept on the model), a compiled run leaves
    its compiled call and switches tokenizer parallelism off, and ``warning_once`` speaks once per
    process, so that a later run would seem clean. A draft by early exit shortens the model for as
    long as it drafts, and leaves it short when it fails. Continuous batching leaves its loop, its
    cache and its attention.
    """
    import torch
    from transformers.utils import logging

    from pimp_tui.engine.transformers.continuous import end

    end(loaded)
    if loaded.draft is not None:
        loaded.draft.model._previous_max_cache_length = -1
    model = loaded.model
    model._previous_max_cache_length = -1
    if loaded.depth is not None:
        model.config.get_text_config(decoder=True).num_hidden_layers = loaded.depth
    compiled = [name for name in ("_compiled_call", "_last_compile_config") if name in vars(model)]
    for name in compiled:
        delattr(model, name)
    if compiled:
        torch._dynamo.reset()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for once in ("warning_once", "info_once"):
        clear = getattr(getattr(logging, once, None), "cache_clear", None)
        if clear is not None:
            clear()
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        torch.cuda.reset_peak_memory_stats(number)


def peak_memory_bytes(device: str) -> int | None:
    """Peak of allocated device memory since ``forget``; None on a CPU, which counts none.

    A model that lies on several GPUs counts on each; a draft counts with its model.
    """
    import torch

    if device != "cuda":
        return None
    return sum(torch.cuda.max_memory_allocated(n) for n in range(torch.cuda.device_count()))
