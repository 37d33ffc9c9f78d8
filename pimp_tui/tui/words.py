"""Errors and paths in few words, for one line of the screen."""

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


def short_path(path: Path) -> str:
    """The absolute path, ``~`` for the home folder."""
    whole = path.expanduser().resolve()
    try:
        return f"~/{whole.relative_to(Path.home())}"
    except ValueError:
        return str(whole)


def counted(number: int, noun: str) -> str:
    """``1 choice``, ``2 choices``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
