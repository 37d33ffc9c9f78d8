"""Feature models as spaces: UVL text to clauses to a solver, and bindings to engine options."""

from __future__ import annotations

from pimp_tui.space.choice import Choice
from pimp_tui.space.load import UvlText, load_space, shipped_spaces
from pimp_tui.space.space import Space

__all__ = ["Choice", "Space", "UvlText", "load_space", "shipped_spaces"]
