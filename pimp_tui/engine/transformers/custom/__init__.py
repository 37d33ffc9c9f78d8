"""Modes that left transformers, as local callables for ``generate(custom_generate=...)``."""

from __future__ import annotations

from typing import Any


def custom_arguments(options: dict[str, Any]) -> dict[str, Any]:
    """Arguments of ``generate`` that run the mode these options ask for.

    Args:
        options: every modelled option with its value (``Space.effective``).

    Returns:
        ``custom_generate`` and the arguments of its signature; empty for a mode of the library.
        ``penalty_alpha`` above 0 asks for contrastive search, ``num_beam_groups`` above 1 for
        diverse beam search.
    """
    if options.get("penalty_alpha"):
        from pimp_tui.engine.transformers.custom.contrastive import contrastive_search

        return {
            "custom_generate": contrastive_search,
            "penalty_alpha": options["penalty_alpha"],
            "top_k": options.get("top_k") or 1,
            "low_memory": bool(options.get("low_memory")),
        }
    if (options.get("num_beam_groups") or 1) > 1:
        from pimp_tui.engine.transformers.custom.group_beam import group_beam_search

        return {
            "custom_generate": group_beam_search,
            "num_beam_groups": options["num_beam_groups"],
            "diversity_penalty": options.get("diversity_penalty") or 0.0,
        }
    return {}
