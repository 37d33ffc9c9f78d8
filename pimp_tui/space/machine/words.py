"""The tokens of a model, read from its ``tokenizer.json`` without a tokenizer library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def words(folder: Path) -> dict[str, int] | None:
    """Token -> id as ``tokenizer.get_vocab()`` has them; None where the folder does not say."""
    try:
        held = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    model = held.get("model") if isinstance(held, dict) else None
    vocab: Any = model.get("vocab") if isinstance(model, dict) else None
    if isinstance(vocab, list):  # Unigram: [token, score], its place is its id
        found = {pair[0]: number for number, pair in enumerate(vocab) if isinstance(pair, list)}
    elif isinstance(vocab, dict):
        found = dict(vocab)
    else:
        return None
    added = held.get("added_tokens") or ()
    return found | {item["content"]: item["id"] for item in added if {"content", "id"} <= set(item)}
