"""What an architecture can do, read from the text of the installed transformers, never imported.

The modelling code states it in class attributes and in the loop over the layers; reading the file
takes a millisecond where importing the library takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# How a layer hands its keys and values to a cache that is not its own; a paged one needs kwargs.
_CACHE_UPDATE = re.compile(r"\.update\([^()]*layer_id\w*[^()]*\)")
# A look at the length of the cache, which a paged one does not know, where positions are given.
_LENGTH_ASKED = re.compile(r"(?<!if position_ids is None:\n)^ +past_seen_tokens = ", re.MULTILINE)
_PAGED_LAYERS = {"full_attention", "sliding_attention"}
# The loop that obeys config.num_hidden_layers, which a draft by early exit lowers for a while.
_LAYER_LOOP = "[: self.config.num_hidden_layers]"


@lru_cache(maxsize=32)
def _source(architecture: str) -> str | None:
    """Text of the architecture's modelling file, None without transformers or without the file."""
    spec = find_spec("transformers")
    if spec is None or not spec.submodule_search_locations or not architecture.isidentifier():
        return None
    folder = Path(spec.submodule_search_locations[0]) / "models" / architecture
    file = folder / f"modeling_{architecture}.py"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _attends_to_all(config: Mapping[str, Any]) -> bool:
    kinds = config.get("layer_types")
    if isinstance(kinds, list) and kinds:
        return set(kinds) == {"full_attention"}
    if config.get("use_sliding_window") is False:
        return True
    return not config.get("sliding_window") and not config.get("attention_chunk_size")


def _reads_pages(source: str, config: Mapping[str, Any]) -> bool:
    """Whether the attention works on a paged cache, which knows no soft caps of the scores."""
    kinds = set(config.get("layer_types") or ())
    return (
        "_supports_attention_backend = True" in source
        and kinds <= _PAGED_LAYERS
        and not config.get("attn_logit_softcapping")
        and all("kwargs" in call for call in _CACHE_UPDATE.findall(source))
        and not _LENGTH_ASKED.search(source)
    )


def architecture_facts(
    architecture: str, config: Mapping[str, Any], depth: int | None
) -> dict[str, bool]:
    """Facts of a model that follow from its architecture (transformers 5.24.0).

    Args:
        architecture: ``model_type`` of the config.
        config: the text part of config.json.
        depth: number of layers.

    Returns:
        ``early_exit`` (a draft may leave after the first layers), ``sdpa`` (runs on torch's fused
        attention), ``full_attention`` (no sliding window or recurrent layer), ``rewindable``
        (drafted tokens can be taken back), ``paged_attention`` (continuous batching gives what
        generate gives). An architecture that is not in the library is trusted
        with full attention and sdpa only.
    """
    source = _source(architecture)
    if source is None:
        return {
            "early_exit": False,
            "sdpa": True,
            "full_attention": _attends_to_all(config),
            "rewindable": False,
            "paged_attention": False,
        }
    stateful = "_is_stateful = True" in source
    recurrent = any("linear" in str(kind) for kind in config.get("layer_types") or ())
    return {
        "early_exit": (depth or 0) >= 2 and _LAYER_LOOP in source,
        "sdpa": "_supports_sdpa = True" in source,
        "full_attention": _attends_to_all(config) and not stateful,
        "rewindable": not stateful and not recurrent,
        "paged_attention": not stateful and _reads_pages(source, config),
    }
