"""Constraints: one Pratt parser for the Boolean, numeric and string levels.

Precedence, weakest first: ``<=> => | & ! comparisons + - * /``; all left-associative.
A formula is a feature name or a tuple: ``("not", f)``, ``("and"|"or"|"imp"|"iff", f, g)``; a
numeric or string term is ``("term",)``: read and checked for unknown names, not reasoned over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pimp_tui.space.uvl.source import Source

Formula = Any
_NAME = r"""(?:"[^"\n.]+"|[A-Za-z]\w*)"""
_TOKEN = re.compile(
    rf"""\s*(?:(?P<name>{_NAME}(?:\.{_NAME})*)|(?P<number>-?(?:\d+\.\d+|\.\d+|0|[1-9]\d*)(?![\w.]))"""
    r"""|(?P<string>'[^'\n]*')|(?P<op><=>|=>|==|!=|<=|>=|[!&|<>+\-*/(),])|(?P<bad>\S))"""
)
_BINDS = {"<=>": 1, "=>": 2, "|": 3, "&": 4, "==": 6, "!=": 6, "<": 6, ">": 6, "<=": 6, ">=": 6,
          "+": 7, "-": 7, "*": 8, "/": 8}  # fmt: skip
_OPS = {"<=>": "iff", "=>": "imp", "|": "or", "&": "and"}
_AGGREGATES = ("sum", "avg", "len", "floor", "ceil")
_TERM = ("term",)


class Expression:
    """Reads one constraint line.

    Args:
        source: the file, for error places.
        text: the constraint.
        start: its offset in the file.
        check: called with a name and its offset; raises for an unknown one, returns the feature.
    """

    def __init__(
        self, source: Source, text: str, start: int, check: Callable[[str, int], str]
    ) -> None:
        self.source, self.text, self.start, self.check = source, text, start, check
        self.at, self.kind, self.word, self.where = 0, "", "", 0
        self.numeric = False

    def read(self) -> Formula:
        """The formula; ``numeric`` is set when a part of it is not Boolean.

        Raises:
            UserError: with file, line and column.
        """
        self._step()
        formula = self._formula(0)
        if self.kind != "end":
            mend = "join two conditions with & | => or <=>"
            if self.word == "=":
                mend = "equality is `==`, equivalence `<=>`, implication `=>`"
            raise self._fail(f"`{self.word}` is not expected here", mend)
        if formula == _TERM and not self.numeric:
            raise self._fail("this is a value, no condition")
        return formula

    def _step(self) -> None:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            self.kind, self.word, self.where = "end", "", len(self.text)
            return
        self.kind, self.where = match.lastgroup, match.start(match.lastgroup)
        self.word, self.at = match.group(match.lastgroup), match.end()

    def _fail(self, what: str, mend: str | None = None) -> Exception:
        return self.source.error(what, self.start + self.where, mend)

    def _formula(self, floor: int) -> Formula:
        left = self._operand()
        while self.kind == "op" and _BINDS.get(self.word, -1) > floor:
            op = self.word
            self._step()
            right = self._formula(_BINDS[op])
            if op in _OPS:
                left = (_OPS[op], left, right)
            else:
                self.numeric, left = True, _TERM
        return left

    def _operand(self) -> Formula:
        word, kind = self.word, self.kind
        if kind == "name":
            if word in _AGGREGATES and self.text[self.at :].lstrip().startswith("("):
                return self._aggregate()
            if word in ("true", "false"):
                raise self._fail(f"`{word}` stands alone", "a constraint speaks of features")
            feature = self.check(word, self.start + self.where)
            self._step()
            return feature if feature else _TERM
        if kind in ("number", "string"):
            self._step()
            return _TERM
        if word == "!":
            self._step()
            return ("not", self._formula(5))
        if word == "(":
            opened = self.where
            self._step()
            inner = self._formula(0)
            if self.word != ")":
                if self.kind == "end":
                    self.where = opened
                    raise self._fail("this bracket is never closed", "add `)`")
                raise self._fail(f"`)` is expected, not `{self.word}`")
            self._step()
            return inner
        mend = None
        if kind == "bad" or word == "-":
            mend = 'a name that starts with a digit, `_` or an accent is quoted: "2x"'
        raise self._fail(
            f"a feature is expected, not `{word}`" if word else "the constraint ends too early",
            mend,
        )

    def _aggregate(self) -> Formula:
        self.numeric = True
        self._step()
        self._step()
        while self.word != ")":
            if self.kind == "end":
                raise self._fail("this bracket is never closed", "add `)`")
            self._step()
        self._step()
        return _TERM
