"""What a shipped space leaves out of the library it models, with the reasons."""

from __future__ import annotations

import tomllib
from importlib import resources


def left_out(space: str) -> dict[str, dict[str, dict[str, str]]]:
    """Class of the library -> attribute -> ``{"reason": ..., "probe": ...}``.

    Args:
        space: name of a shipped space.

    Returns:
        an empty table for a space without such a list.
    """
    file = resources.files("pimp_tui.space.shipped") / f"{space}_left_out.toml"
    if not file.is_file():
        return {}
    return tomllib.loads(file.read_text(encoding="utf-8"))
