"""The embedded default model: a small Llama that writes short Python functions."""

from __future__ import annotations

from pathlib import Path


def path() -> Path:
    """Folder of the weights and tokenizer, as `from_pretrained` takes it."""
    return Path(__file__).parent / "weights"
