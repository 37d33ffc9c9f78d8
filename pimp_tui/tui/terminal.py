"""Whether this terminal can show screens at all; nothing here imports Textual."""

from __future__ import annotations

import os
import sys

from pimp_tui.errors import UserError

_MEND = (
    "plain twins: pimp-tui sessions, status, results, learn, effects, pareto, predict, space show"
    " (or --json)"
)


def require_terminal() -> None:
    """Refuse a terminal that cannot show screens.

    Raises:
        UserError: TERM is dumb or unset, or stdin or stdout is no terminal.
    """
    term = os.environ.get("TERM", "")
    if term in ("dumb", ""):
        raise UserError(
            "the screens need a terminal that can place text", f"TERM={term or 'unset'}", _MEND
        )
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise UserError("the screens need a terminal; stdin or stdout is none", mend=_MEND)


def few_colours() -> bool:
    """Whether TERM and COLORTERM promise 16 colours at most."""
    term = os.environ.get("TERM", "")
    return not os.environ.get("COLORTERM") and not any(
        name in term for name in ("256", "direct", "kitty")
    )
