"""The nearest known name to a mistyped one, for error messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name`` (case aside), or None when nothing is near."""
    table = {k.lower(): k for k in known}
    found = get_close_matches(name.lower(), table, n=1, cutoff=0.6)
    return table[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """``did you mean X?`` or, where nothing is near, ``otherwise``."""
    found = nearest(name, known)
    return f"did you mean {found}?" if found else otherwise
