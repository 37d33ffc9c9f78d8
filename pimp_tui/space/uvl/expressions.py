"""Constraints: one operator-precedence parser for the Boolean, numeric and string levels.

Precedence, weakest first: ``<=> => | & ! comparisons + - * /``; all left-associative. The parser
keeps its own stacks, because machine-made constraints nest deeper than Python calls may.
Formulas are described in ``uvl.formula``.
"""

from __future__ import annotations

import re

from pimp_tui.space.uvl.formula import BINDS, OPS, Formula
from pimp_tui.space.uvl.names import NAME, Names
from pimp_tui.space.uvl.source import Source

_TOKEN = re.compile(
    rf"""\s*(?:(?P<name>{NAME}(?:\.{NAME})*)|(?P<number>-?(?:\d+\.\d+|\.\d+|0|[1-9]\d*)(?![\w.]))"""
    r"""|(?P<string>'[^'\n]*')|(?P<op><=>|=>|==|!=|<=|>=|[!&|<>+\-*/(),])|(?P<bad>\S))""",
    re.ASCII,
)
_COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")
_ARITHMETIC = ("+", "-", "*", "/")
_FUNCTIONS = ("len", "floor", "ceil")
_MOST_TURNS, _MOST_CHAINED = 120, 300  # with and without brackets
Operand = tuple[Formula, str, int]  # formula, kind (name, flag, value, condition), its offset


class Expression:
    """Reads one constraint.

    Args:
        source: the file, for error places.
        text: the constraint.
        start: its offset in the file.
        names: what may be named.
    """

    def __init__(self, source: Source, text: str, start: int, names: Names) -> None:
        self.source, self.text, self.start, self.names = source, text, start, names
        self.at, self.kind, self.word, self.where = 0, "", "", 0
        self.numeric = False
        self._done: list[Operand] = []
        self._open: list[tuple[str, int]] = []

    def read(self) -> Formula:
        """The formula; ``numeric`` is set when a part of it is a value.

        Raises:
            UserError: with file, line and column.
        """
        self._step()
        wanted = True
        while wanted or self.kind != "end":
            wanted = self._prefix() if wanted else self._infix()
        self._reduce(0)
        if self._open:
            raise self._fail("this bracket is never closed", "add `)`", self._open[-1][1])
        formula = self._condition(self._done.pop())
        most = _MOST_TURNS if self.text.count("(") > _MOST_TURNS else _MOST_CHAINED
        if max(map(self.text.count, ("(", "=>"))) > most and _turns(formula) > most:
            raise self._fail(
                f"more than {most} operators are nested in one another",
                "give a part of it a name: an abstract feature that is equivalent to it",
                0,
            )
        return formula

    def _step(self) -> None:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            self.kind, self.word, self.where = "end", "", len(self.text)
            return
        self.kind, self.where = match.lastgroup, match.start(match.lastgroup)
        self.word, self.at = match.group(match.lastgroup), match.end()

    def _fail(self, what: str, mend: str | None = None, where: int | None = None) -> Exception:
        return self.source.error(what, self.start + (self.where if where is None else where), mend)

    def _prefix(self) -> bool:
        """Where an operand is wanted; whether one is still wanted afterwards."""
        word, kind, where = self.word, self.kind, self.where
        if kind == "name":
            called = self.text[self.at :].lstrip().startswith("(")
            if called and word in ("sum", "avg"):
                self._aggregate()
                return False
            self._step()
            if called and word in _FUNCTIONS:
                self.numeric = True
                self._open.append((word, where))
                return True
            if word in ("true", "false"):
                raise self._fail(f"`{word}` stands alone", "a constraint speaks of features", where)
            formula, known = self.names.reference(word, self.start + where)
            self.numeric = self.numeric or known != "name"
            self._done.append((formula, known, where))
            return False
        if kind in ("number", "string"):
            if kind == "number":
                self.source.number(word, self.start + where)
            self._step()
            if word == "''":
                raise self._fail("an empty text is no value in UVL", None, where)
            self._done.append((_constant(kind, word), "value", where))
            return False
        if word in ("!", "("):
            self._open.append((word, where))
            self._step()
            return True
        if not word:
            mend = "a constraint goes on in the next line inside brackets only"
            raise self._fail("the constraint ends too early", mend)
        mend = "an operator stands between two features or conditions, such as A => B"
        if kind == "bad" or word == "-":
            mend = 'a name that starts with a digit, `_` or an accent is quoted: "2x"'
        raise self._fail(f"a feature is expected, not `{word}`", mend)

    def _infix(self) -> bool:
        """Where an operator is wanted; whether an operand is wanted afterwards."""
        word, where = self.word, self.where
        if self.kind == "op" and word == ")":
            self._reduce(0)
            if not self._open:
                raise self._fail("this bracket was never opened", "remove it")
            self._open.pop()
            if self._open and self._open[-1][0] in _FUNCTIONS:
                self._value_of(self._open.pop())
            self._step()
            return False
        if self.kind != "op" or word not in BINDS or word == "!":
            mend = "join two conditions with & | => or <=>"
            if word == "=":
                mend = "equality is `==`, equivalence `<=>`, implication `=>`"
            elif self.kind == "number" and word.startswith("-"):
                mend = f"`{word}` is one number: put blanks around the minus"
            raise self._fail(f"`{word}` is not expected here", mend)
        self._reduce(BINDS[word])
        self._open.append((word, where))
        self._step()
        return True

    def _reduce(self, floor: int) -> None:
        """Apply the open operators that bind at least as strongly."""
        while self._open and BINDS.get(self._open[-1][0], -1) >= floor:
            op, where = self._open.pop()
            right = self._done.pop()
            if op == "!":
                self._done.append((("not", self._condition(right)), "condition", where))
                continue
            left = self._done.pop()
            if op in OPS:
                joined = (OPS[op], self._condition(left), self._condition(right))
                self._done.append((joined, "condition", left[2]))
                continue
            self.numeric = True
            values = self._value(left), self._value(right)
            if op in _COMPARISONS:
                self._done.append((("compare", op, *values), "condition", left[2]))
            else:
                self._done.append(((op, *values), "value", left[2]))

    def _value_of(self, function: tuple[str, int]) -> None:
        inner = self._value(self._done.pop())
        self._done.append(((function[0], inner), "value", function[1]))

    def _condition(self, operand: Operand) -> Formula:
        formula, kind, where = operand
        if kind == "value":
            mend = "compare it with == != < > <= or >="
            raise self._fail("this is a value, no condition", mend, where)
        return ("is", *formula[1:]) if kind == "flag" else formula

    def _value(self, operand: Operand) -> Formula:
        formula, kind, where = operand
        if kind == "condition":
            mend = "join conditions with & | => or <=>"
            raise self._fail("this is a condition, no value", mend, where)
        return ("feature", formula) if kind == "name" else formula

    def _aggregate(self) -> None:
        """``sum(key)`` or ``sum(key, Root)``; both may be written the other way round."""
        self.numeric = True
        op, where = self.word, self.where
        self._step()
        given: list[tuple[str, int]] = []
        while True:
            self._step()
            if self.kind != "name":
                raise self._fail(
                    f"an attribute is expected, not `{self.word or 'end'}`",
                    f"write {op}(attribute) or {op}(attribute, Feature)",
                )
            given.append((self.word, self.start + self.where))
            self._step()
            if self.word != "," or len(given) == 2:
                break
        if self.word != ")":
            raise self._fail(f"`)` is expected, not `{self.word or 'end'}`", f"close {op}(…)")
        self._step()
        self._done.append((self.names.aggregate(op, given), "value", where))


def _constant(kind: str, word: str) -> Formula:
    return (kind, word[1:-1] if kind == "string" else word)


def _turns(formula: Formula) -> int:
    """How often operators change on the way to the innermost part."""
    most, stack = 0, [(formula, 0)]
    while stack:
        at, turns = stack.pop()
        most = max(most, turns)
        if isinstance(at, tuple):
            for part in at[1:]:
                if isinstance(part, tuple):
                    stack.append((part, turns + (part[0] != at[0] or at[0] in ("imp", "iff"))))
    return most
