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


def count_words(count: int | None) -> str:
    """A count of any size: exact to a million, then ``1.42e9``; ``?`` where there is none."""
    if count is None:
        return "?"
    if count < 1_000_000:
        return f"{count:,}".replace(",", " ") if count >= 10_000 else str(count)
    # Never through a float: counts go beyond 1e308, and beyond the limit of int to str.
    exponent = int((count.bit_length() - 1) * 0.30102999566)
    if 10 ** (exponent + 1) <= count:
        exponent += 1
    lead = count // 10 ** (exponent - 2)
    return f"{lead / 100:.2f}e{exponent}"
