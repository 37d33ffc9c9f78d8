"""Glyphs: UTF-8 where the user's locale has it, plain ASCII elsewhere or on ``--ascii``.

The locale is read from the environment as the user set it, because Python reports UTF-8 even
under ``LC_ALL=C`` (PEP 538, PEP 540).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


@dataclass(frozen=True)
class Marks:
    """The few glyphs that screens draw by name."""

    ascii: bool
    rule: str
    vertical: str
    dot: str
    more: str
    full: str
    empty: str
    path: str


UNICODE = Marks(False, "─", "│", "·", "…", "█", "░", "›")
ASCII = Marks(True, "-", "|", "-", "~", "#", ".", ">")


def wants_ascii(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the first of LC_ALL, LC_CTYPE, LANG that is set names no UTF-8 locale.

    None of them set means the C locale, hence ASCII. The Linux console and terminals of the vt
    kind have no braille in their fonts, whatever the locale.
    """
    values = os.environ if environment is None else environment
    term = values.get("TERM", "")
    if term == "linux" or term.startswith(("linux-", "vt")):
        return True
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := values.get(name):
            return "utf8" not in value.lower().replace("-", "")
    return True


_PLAIN = {
    **dict.fromkeys("─━┄┅┈┉╌╍═╴╶", "-"),
    **dict.fromkeys("│┃┆┇┊┋║▏▎▍▕", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰┏┓┗┛╔╗╚╝╠╣╦╩╬", "+"),
    **dict.fromkeys("█▉▊▋▌▇▆▅■▪▀▄▐", "#"),
    **dict.fromkeys("▒▃▂", "="),
    **dict.fromkeys("·•∙▁", "."),
    "░": ":", "▓": "%",  # four shades stay four
    "╎": ":",
    **dict.fromkeys("●◉○◦◆◇", "o"),
    **dict.fromkeys("’‘´", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("–—−‐‑", "-"),
    "…": "~", "›": ">", "‹": "<", "→": ">", "←": "<", "↑": "^", "↓": "v", "×": "x",
    "±": "+", "≤": "<", "≥": ">", "≈": "~", "²": "2", "³": "3", "µ": "u", "°": "o",
    "▶": ">", "▼": "v", "▲": "^", "◀": "<", "✓": "x", "\u00a0": " ",
}  # fmt: skip
#: A braille cell becomes a stroke by the height of its topmost dot (wireframes 11: ``_.-=#``).
_BRAILLE_ROWS = ((0b11000000, "_"), (0b00100100, "."), (0b00010010, "-"), (0b00001001, "="))


def to_ascii(text: str) -> str:
    """``text`` in ASCII, cell for cell as wide as it was."""
    if text.isascii():
        return text
    if "±" in text:  # a lone + would read as a sign: use the blanks before it
        text = text.replace("   ±", " +/-").replace(" ±", "+-")
    return "".join(character if character.isascii() else _plain(character) for character in text)


@lru_cache(4096)
def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    code = ord(character)
    if 0x2800 <= code <= 0x28FF:
        return _braille(code - 0x2800)
    return "?" * cell_len(character)


def _braille(dots: int) -> str:
    if dots.bit_count() >= 6:
        return "#"
    stroke = " "
    for mask, mark in _BRAILLE_ROWS:
        if dots & mask:
            stroke = mark
    return stroke


class Plain(LineFilter):
    """Lets nothing but ASCII reach the terminal, whoever drew it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Segments with their text in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


class Styled(LineFilter):
    """Gives every segment a style: Textual's own colour filters fail on one without."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Segments that all have a style."""
        none = Style.null()
        return [Segment(text, style or none, control) for text, style, control in segments]
