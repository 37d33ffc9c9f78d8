"""Text of a UVL file: comments taken out, lines joined inside brackets, places kept.

UVL joins lines inside brackets only, tabs advance to multiples of eight (grammar of uvl-parser).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from math import isinf

from pimp_tui.errors import UserError

_TEXT = r"""(?<![\w#§%?\\;])'[^'\n]*'"""  # a name may hold quotes, but does not start with one
_QUOTED_OR_COMMENT = re.compile(rf"""("[^"\n]*"|{_TEXT})|(//[^\n]*|/\*.*?\*/)|(/\*)""", re.DOTALL)
_QUOTED = re.compile(rf""""[^"\n]*"|{_TEXT}""")
_NOT_NEWLINE = re.compile(r"[^\n]")
_OPEN, _CLOSE = "([{", ")]}"
_MOST_DIGITS = 400  # a double written in full takes at most 330


@dataclass(slots=True)
class Line:
    """A logical line: ``text`` without comments, from ``number`` to ``last`` (1-based)."""

    text: str
    number: int
    last: int
    start: int
    indent: int


@dataclass(slots=True)
class Source:
    """A whole file, cut into logical lines.

    Attributes:
        label: how messages name the file.
        text: the text as read, line ends normalised to ``\\n``.
        lines: logical lines that hold something.
        notes: text of comments by the number of the line on which they stand alone.
    """

    label: str
    text: str
    lines: list[Line] = field(default_factory=list)
    notes: dict[int, str] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)

    def line_of(self, offset: int) -> int:
        """The line (from 1) in which an offset lies."""
        return bisect_right(self._starts, offset)

    def error(self, what: str, offset: int, mend: str | None = None) -> UserError:
        """A UserError at an offset into the text, as ``file:line:column``."""
        row = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[row] + 1
        return UserError(what, f"{self.label}:{row + 1}:{column}", mend)

    def number(self, word: str, offset: int) -> str:
        """The text of a number.

        Raises:
            UserError: it has more digits than can be calculated with.
        """
        if len(word) > _MOST_DIGITS or ("." in word and _is_infinite(word)):
            what = "a number of more digits than can be calculated with"
            raise self.error(what, offset, "write it shorter")
        return word


def _is_infinite(word: str) -> bool:
    try:
        return isinf(float(word))
    except ValueError:  # the bounds of a group
        return False


def read_source(text: str, label: str) -> Source:
    """Cut a text into logical lines.

    Raises:
        UserError: the text is empty, a comment or a bracket is not closed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    source = Source(label, text)
    source._starts = [0, *(m.end() for m in re.finditer("\n", text))]
    if not text.strip():
        raise UserError("the file is empty", label, "a UVL file starts with the line `features`")
    bare = _blank_comments(source) if "//" in text or "/*" in text else text
    _split(source, bare)
    return source


def comment_spans(source: Source) -> list[tuple[int, str]]:
    """Comments as written, each with the line (from 1) on which it begins."""
    return [
        (source.line_of(match.start()), match.group(2))
        for match in _QUOTED_OR_COMMENT.finditer(source.text)
        if match.group(2) is not None
    ]


def _blank_comments(source: Source) -> str:
    """Spaces in place of comments, newlines kept, so that offsets stay true."""

    def blank(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return match.group(1)
        if match.group(3) is not None:
            raise source.error("this comment is never closed", match.start(), "close it with `*/`")
        comment, row = match.group(2), bisect_right(source._starts, match.start()) - 1
        if not source.text[source._starts[row] : match.start()].strip():
            said = comment[2:] if comment.startswith("//") else comment[2:-2]
            source.notes[row + 1 + comment.count("\n")] = " ".join(said.split())
        return _NOT_NEWLINE.sub(" ", comment)

    return _QUOTED_OR_COMMENT.sub(blank, source.text)


def _split(source: Source, bare: str) -> None:
    starts, rows = source._starts, bare.split("\n")
    row, count = 0, len(rows)
    while row < count:
        text, first = rows[row], row
        row += 1
        if not text or text.isspace():
            continue
        depth = _depth(text)
        while depth > 0:
            if row >= count:
                at = starts[first] + _unclosed(text)
                raise source.error("this bracket is never closed", at, "add the closing bracket")
            depth += _depth(rows[row])
            text += "\n" + rows[row]
            row += 1
        stripped = text.lstrip()
        lead = text[: len(text) - len(stripped)]
        at = starts[first] + len(lead)
        if source.text[starts[first] : at].lstrip().startswith("/*"):
            lead = source.text[starts[first] : at].split("/*")[0]  # comments do not indent
        indent = len(lead) if "\t" not in lead else len(lead.expandtabs(8))
        source.lines.append(Line(stripped.rstrip(), first + 1, row, at, indent))


def _depth(text: str) -> int:
    if not any(bracket in text for bracket in _OPEN + _CLOSE):
        return 0
    bare = _QUOTED.sub("", text) if '"' in text or "'" in text else text
    return sum(map(bare.count, _OPEN)) - sum(map(bare.count, _CLOSE))


def _unclosed(text: str) -> int:
    """Offset of the innermost bracket left open."""
    bare = _QUOTED.sub(lambda m: " " * len(m.group()), text)
    stack: list[int] = []
    for at, char in enumerate(bare):
        if char in _OPEN:
            stack.append(at)
        elif char in _CLOSE and stack:
            stack.pop()
    return stack[-1] if stack else 0
