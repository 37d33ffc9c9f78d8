"""One line of the tree: ``Integer "x y" cardinality [1..3] {abstract, p -1.5}``."""

from __future__ import annotations

import re

from pimp_tui.space.uvl.names import NAME
from pimp_tui.space.uvl.source import Line, Source

_FEATURE = re.compile(
    rf"""(?:(?P<type>Boolean|Integer|Real|String)\s+(?=["A-Za-z]))?(?P<name>{NAME}(?:\.{NAME})*)"""
    r"""\s*(?:cardinality\s*\[(?P<card>[^\]]*)\])?\s*(?P<attributes>\{.*\})?$""",
    re.DOTALL | re.ASCII,
)
_BOUNDS = re.compile(r"\s*(\d+)\s*(?:\.\.\s*(\d+|\*)\s*)?")


def match_feature(source: Source, line: Line) -> re.Match[str]:
    """The parts ``type``, ``name``, ``card`` and ``attributes`` of a feature's line.

    Raises:
        UserError: with file, line and column, and what the line should be.
    """
    match = _FEATURE.match(line.text)
    if match is None:
        raise source.error(*_why_not(line))
    return match


def cardinality(source: Source, text: str, offset: int) -> tuple[int, int | None]:
    """Bounds of ``cardinality [low..high]``; None is no upper bound.

    Raises:
        UserError: at ``offset``, the text is none.
    """
    match = _BOUNDS.fullmatch(text)
    if match is None:
        mend = "write cardinality [2], [1..3] or [1..*]"
        raise source.error(f"[{text}] is no cardinality", offset, mend)
    source.number(text, offset)
    low = int(match[1])
    high = low if match[2] is None else None if match[2] == "*" else int(match[2])
    if high is not None and high < low:
        raise source.error(f"[{text}] is empty", offset, "swap the bounds")
    return low, high


def _why_not(line: Line) -> tuple[str, int, str]:
    """What, offset and mend of a line that is no feature."""
    text, start = line.text, line.start
    if text.startswith('"'):
        end = text.find('"', 1)
        if end < 0:
            return "this quote is never closed", start, 'end the name with `"`'
        if end == 1:
            return "this name is empty", start, "name the feature"
        if "." in text[:end]:
            return "a quoted name holds no dot", start + text.index("."), "write `_` instead"
    word = re.split(r"[\s{]", text, maxsplit=1)[0]
    if not re.fullmatch(r"[A-Za-z]\w*", word, re.ASCII) and '"' not in word:
        return f"`{word}` is no plain name", start, f'put it in quotes: "{word}"'
    rest = text[len(word) :].lstrip()
    at = start + len(text) - len(rest)
    if " " in text and "{" not in text and '"' not in text:
        return f"`{text}` is no feature", at, f'a name with blanks is quoted: "{text}"'
    mend = "a feature line is: name {attribute value, ...}"
    return f"`{rest.split()[0] if rest else word}` is not expected here", at, mend
