"""Tokens of the expression language, and its error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pimp_tui.errors import UserError

# No arithmetic, so a bare word may hold the characters of model names and file paths.
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<word>[^\W\d][\w.@/:-]*)
    | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<column>`[^`]+`)
    | (?P<operator><=|>=|==|!=|=|<|>|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE,
)
KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})


_BARE = re.compile(r"[^\W\d][\w.@/:-]*")


def column_word(name: str) -> str:
    """A column's name as an expression writes it: in backticks where it is no bare word."""
    bare = _BARE.fullmatch(name) and name.lower() not in KEYWORDS
    return name if bare else f"`{name}`"


class ExpressionError(UserError):
    """A mistake in an expression.

    Attributes:
        position: index of the character the message points at, from 0.
    """

    def __init__(self, what: str, position: int) -> None:
        super().__init__(what)
        self.position = position

    @classmethod
    def at(cls, text: str, position: int, message: str) -> ExpressionError:
        """The expression up to the mistake, a caret, and the message: ``a < ^ a number …``."""
        before = text[:position].rstrip()
        return cls(f"{before} ^ {message}" if before else f"^ {message}", position)


@dataclass(frozen=True)
class Token:
    """``kind`` is number, word, quoted, column, operator, a keyword itself, or end."""

    kind: str
    source: str
    position: int


def tokens(text: str) -> list[Token]:
    """Cut an expression into tokens, an ``end`` token last."""
    found, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError.at(text, start, _unreadable(text[start:]))
        kind = match.lastgroup or ""
        source = match.group(kind)
        if kind == "word" and source.lower() in KEYWORDS:
            kind = source.lower()
        found.append(Token(kind, source, match.start(match.lastgroup or 0)))
        position = match.end()
    return [*found, Token("end", "", len(text))]


def _unreadable(rest: str) -> str:
    if rest[0] in "\"'`":
        return f"the quote {rest[0]} is never closed"
    word = rest.split()[0]
    if rest[0].isdigit():
        return f"{word} is no number; quote it if it is text"
    return f"{rest[0]} is not understood here"
