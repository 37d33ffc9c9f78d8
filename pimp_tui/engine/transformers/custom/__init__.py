"""Modes that left transformers, as local callables for ``generate(custom_generate=...)``."""

from __future__ import annotations

from typing import Any

from pimp_tui.space.generation_config import custom_options


def custom_arguments(options: dict[str, Any]) -> dict[str, Any]:
    """Arguments of ``generate`` that run the mode these options ask for.

    Args:
        options: every modelled option with its value (``Space.effective``).

    Returns:
        ``custom_generate`` and the arguments of its signature (``custom_options``); empty for a
        mode of the library.
    """
    found = custom_options(options)
    if "penalty_alpha" in found:
        from pimp_tui.engine.transformers.custom.contrastive import contrastive_search

        return {"custom_generate": contrastive_search} | found
    if found:
        from pimp_tui.engine.transformers.custom.group_beam import group_beam_search

        return {"custom_generate": group_beam_search} | found
    return {}
