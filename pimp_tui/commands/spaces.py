"""How commands open a space and a partial configuration of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pimp_tui.commands.output import say, split_list
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space


def open_space(
    source: str,
    host: str | None,
    models: Sequence[str] | None,
    checked: bool = True,
    trust_remote_code: bool = False,
) -> Space:
    """Load a space, ``checked`` not to be void; its warnings go to stderr."""
    from pimp_tui.space import load_space

    given = list(models) if models else None
    space = load_space(
        source, host=host, models=given, checked=checked, trust_remote_code=trust_remote_code
    )
    for warning in space.warnings:
        say(f"warning: {warning}")
    return space


def choice_of(
    space: Space, select: Sequence[str] | None, deselect: Sequence[str] | None
) -> Choice | None:
    """The partial configuration of ``--select`` and ``--deselect``; None where there is none.

    Each value is a feature, or a comma-separated list where no feature has that very name.

    Raises:
        Contradiction: no valid configuration satisfies it.
    """
    chosen, barred = (
        [one for text in given or () for one in _named(space, text)] for given in (select, deselect)
    )
    if not chosen and not barred:
        return None
    from pimp_tui.space.selectors import configure

    return configure(space, chosen, barred)


def _named(space: Space, text: str) -> list[str]:
    return [text] if text in space.features else split_list([text])


def time_given(seconds: float) -> float:
    """The value of ``--seconds``.

    Raises:
        UserError: below 0, or no number.
    """
    if not seconds >= 0:
        raise UserError(f"seconds is {seconds:g}", mend="seconds is a number from 0 on")
    return seconds
