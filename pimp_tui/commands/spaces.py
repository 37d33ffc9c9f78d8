"""How commands open a space and a partial configuration of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pimp_tui.commands.output import say

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space


def open_space(
    source: str, host: str | None, models: Sequence[str] | None, checked: bool = True
) -> Space:
    """Load a space, ``checked`` not to be void; its warnings go to stderr."""
    from pimp_tui.space import load_space

    given = list(models) if models else None
    space = load_space(source, host=host, models=given, checked=checked)
    for warning in space.warnings:
        say(f"warning: {warning}")
    return space


def choice_of(space: Space, select: Sequence[str], deselect: Sequence[str]) -> Choice | None:
    """The partial configuration of ``--select`` and ``--deselect``; None where there is none.

    Raises:
        Contradiction: no valid configuration satisfies it.
    """
    if not select and not deselect:
        return None
    from pimp_tui.space.selectors import configure

    return configure(space, select, deselect)
