"""A user's error in one line of the screen: what is wrong first, the place short, then the mend."""

from __future__ import annotations

from pathlib import Path

from pimp_tui.errors import UserError


def told(error: UserError) -> str:
    """``no such session (toy); `pimp-tui demo` makes one``: a long path would hide the rest."""
    where = error.where or ""
    if "/" in where:
        where = Path(where).name or where
    place = f" ({where})" if where else ""
    mend = f"; {error.mend}" if error.mend else ""
    return " ".join(f"{error.what}{place}{mend}".split())
