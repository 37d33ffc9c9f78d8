"""Syntax of the expression language: tokens to a tree, by operator precedence (Pratt)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pimp_tui.session.where_tokens import ExpressionError, Token, tokens

_COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_BINDING = {"or": 1, "and": 2}
_NOT_BINDING = 3
_MAX_DEPTH = 100


@dataclass(frozen=True)
class Word:
    """A name or a literal; ``kind`` is name, number, text, truth or null."""

    kind: str
    value: Any
    position: int
    source: str
    settled: bool = False
    must_be_column: bool = False

    def is_column(self, columns: Mapping[str, Any]) -> bool:
        return self.value in columns and (self.kind == "name" or not self.settled)


def Name(value: str, position: int, source: str) -> Word:
    """The column of that name."""
    return Word("name", value, position, source, must_be_column=True)


@dataclass(frozen=True)
class Compare:
    operator: str
    left: Word
    right: Word
    position: int


@dataclass(frozen=True)
class Member:
    operand: Word
    choices: tuple[Word, ...]
    position: int


@dataclass(frozen=True)
class Not:
    inner: Node


@dataclass(frozen=True)
class And:
    left: Node
    right: Node


@dataclass(frozen=True)
class Or:
    left: Node
    right: Node


Node = Word | Compare | Member | Not | And | Or


def parse(text: str) -> Node:
    """Parse a whole expression.

    Raises:
        ExpressionError: with the position of the first token that does not fit.
    """
    parser = _Parser(text)
    tree = parser.expression(0)
    parser.expect_end()
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.index, self.depth = text, tokens(text), 0, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def fail(self, message: str, token: Token | None = None) -> ExpressionError:
        return ExpressionError.at(self.text, (token or self.token).position, message)

    def expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.fail("nested too deeply")
        left = self.prefix()
        while _BINDING.get(self.token.kind, 0) > binding:
            operator = self.advance().kind
            right = self.expression(_BINDING[operator])
            left = And(left, right) if operator == "and" else Or(left, right)
        self.depth -= 1
        return left

    def prefix(self) -> Node:
        if self.token.kind == "not":
            self.advance()
            return Not(self.expression(_NOT_BINDING))
        if self.token.source == "(" and self.token.kind == "operator":
            opening = self.advance()
            inner = self.expression(0)
            if self.token.source != ")" or self.token.kind != "operator":
                raise self.fail(f"the ( of character {opening.position + 1} is not closed")
            self.advance()
            return inner
        return self.comparison()

    def comparison(self) -> Node:
        left = self.word("a column is missing")
        token = self.token
        if token.kind == "operator" and token.source in _COMPARISONS:
            self.advance()
            number = token.source not in ("=", "==", "!=")
            right = self.word("a number is missing" if number else "a value is missing")
            if self.token.kind == "operator" and self.token.source in _COMPARISONS:
                raise self.fail("compare two at a time, joined with and")
            return Compare(_COMPARISONS[token.source], left, right, token.position)
        if token.kind == "in":
            self.advance()
            return Member(left, self.choices(), token.position)
        if token.kind == "not" and self.tokens[self.index + 1].kind == "in":
            self.index += 2
            return Not(Member(left, self.choices(), token.position))
        if token.kind in ("number", "word", "quoted", "column"):
            raise self.fail("a comparison is missing")
        return left

    def choices(self) -> tuple[Word, ...]:
        closing = {"(": ")", "[": "]"}.get(self.token.source)
        if closing is None:
            raise self.fail("a list in ( ) is missing")
        self.advance()
        found: list[Word] = []
        while self.token.source != closing or self.token.kind != "operator":
            if found:
                if self.token.source != ",":
                    raise self.fail(f"a , or {closing} is missing")
                self.advance()
            found.append(self.word("a value is missing"))
        self.advance()
        return tuple(found)

    def word(self, missing: str) -> Word:
        token = self.token
        place, source = token.position, token.source
        match token.kind:
            case "number":
                whole = re.fullmatch(r"[-+]?\d{1,18}", source)
                word = Word("number", int(source) if whole else float(source), place, source)
            case "word":
                word = Word("name", source, place, source)
            case "column":
                word = Name(source[1:-1], place, source)
            case "quoted":
                word = Word("text", re.sub(r"\\(.)", r"\1", source[1:-1]), place, source)
            case "true" | "false":
                word = Word("truth", token.kind == "true", place, source)
            case "null":
                word = Word("null", None, place, source)
            case _:
                raise self.fail(missing)
        self.advance()
        return word

    def expect_end(self) -> None:
        if self.token.kind != "end":
            if self.token.source == ")":
                raise self.fail("this ) was never opened")
            raise self.fail("and / or is missing")
