"""The expression language of ``--where``, of the notebook API and of every filter line.

``energy_j < 3e4 and cache = static``: names are columns, `= == != < <= > >= in and or not ( )`
join them (contracts, "EXPR"). Logic is two-valued: a value that was not measured (null or NaN)
equals only ``null``, differs from everything else and is neither above nor below anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pimp_tui.session.where_syntax import And, Compare, Member, Name, Node, Not, Or, Word, parse
from pimp_tui.session.where_tokens import ExpressionError
from pimp_tui.space.nearest import nearest

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ExpressionError", "compile_where"]

_KINDS = {"number": "a number", "text": "text", "truth": "true or false"}


def compile_where(text: str, columns: Mapping[str, Any]) -> pl.Expr:
    """Compile an expression to a Boolean Polars expression without nulls.

    Args:
        text: the expression, on one line.
        columns: name -> Polars data type (a ``pl.Schema`` will do).

    Raises:
        ExpressionError: a ``UserError`` that says what is wrong at which character.
    """
    return _Compiler(text, columns).truth(parse(text))


class _Compiler:
    """Turns the syntax tree into Polars, knowing the type of every column."""

    def __init__(self, text: str, columns: Mapping[str, Any]) -> None:
        import polars

        self.pl, self.text, self.columns = polars, text, columns

    def fail(self, position: int, message: str) -> ExpressionError:
        return ExpressionError.at(self.text, position, message)

    def truth(self, node: Node) -> pl.Expr:
        """The node as a condition."""
        match node:
            case And(left, right):
                return self.truth(left) & self.truth(right)
            case Or(left, right):
                return self.truth(left) | self.truth(right)
            case Not(inner):
                return ~self.truth(inner)
            case Compare(operator, left, right, position):
                return self.compare(operator, left, right, position)
            case Member(operand, choices, position):
                if not choices:
                    raise self.fail(position, "an empty list holds nothing")
                equal = [self.compare("=", operand, choice, position) for choice in choices]
                return self.pl.any_horizontal(equal)
            case Word() as word:
                return self.alone(word)
        raise TypeError(node)

    def alone(self, word: Word) -> pl.Expr:
        """A word standing alone: a Boolean column, or true or false."""
        kind = self.kind(word)
        if kind == "unknown":
            raise self.no_column(word)
        if kind != "truth":
            end = word.position + len(word.source)
            raise self.fail(
                end, f"a comparison is missing: {word.value} is {_KINDS.get(kind, kind)}"
            )
        return self.operand(word).fill_null(False)

    def kind(self, word: Word) -> str:
        """number, text, truth, null, or unknown for a bare word that is no column."""
        if word.kind != "name":
            return word.kind
        if word.value not in self.columns:
            return "unknown"
        dtype, pl = self.columns[word.value], self.pl
        if dtype == pl.Boolean:
            return "truth"
        if dtype.is_numeric():
            return "number"
        if dtype in (pl.String, pl.Categorical, pl.Enum):
            return "text"
        if dtype == pl.Null:
            return "null"
        raise self.fail(word.position, f"{word.value} ({dtype}) cannot be compared")

    def no_column(self, word: Word) -> ExpressionError:
        begun = (name for name in self.columns if name.startswith(f"{word.value}_"))
        close = next(begun, None) or nearest(str(word.value), self.columns)
        hint = f"; did you mean {close}?" if close else ""
        return ExpressionError(f"no column {word.value}{hint}", word.position)

    def operand(self, word: Word) -> pl.Expr:
        if word.kind != "name":
            return self.pl.lit(word.value)
        column = self.pl.col(str(word.value))
        dtype = self.columns[str(word.value)]
        if dtype.is_float():
            return column.fill_nan(None)
        return (
            column.cast(self.pl.String) if dtype in (self.pl.Categorical, self.pl.Enum) else column
        )

    def compare(self, operator: str, left: Word, right: Word, position: int) -> pl.Expr:
        left, right = self.resolve(left, right)
        kinds = self.kind(left), self.kind(right)
        if "null" in kinds:
            return self.compare_null(operator, left, right, kinds, position)
        if kinds[0] != kinds[1]:
            raise self.mismatch(left, right, kinds)
        if kinds[0] == "truth" and operator not in ("=", "!="):
            raise self.fail(position, f"{left.value} is true or false; only = and != compare it")
        a, b = self.operand(left), self.operand(right)
        match operator:
            case "=":
                return a.eq_missing(b)
            case "!=":
                return a.ne_missing(b)
            case "<":
                ordered = a < b
            case "<=":
                ordered = a <= b
            case ">":
                ordered = a > b
            case _:
                ordered = a >= b
        return ordered.fill_null(False)

    def resolve(self, left: Word, right: Word) -> tuple[Word, Word]:
        """Decide which bare or quoted words are columns and which are text.

        A word beside a text column is text unless a text column has its name, so that
        ``cache = static`` works beside a Boolean column ``static``.
        """
        left_kind, right_kind = self.peek(left), self.peek(right)
        if left_kind == "text" and left.is_column(self.columns):
            right = self.as_text(right, right_kind)
        elif right_kind == "text" and right.is_column(self.columns):
            left = self.as_text(left, left_kind)
        left, right = (self.as_column(word) for word in (left, right))
        for word in (left, right):
            if self.kind(word) == "unknown":
                raise self.no_column(word)
        return self.as_number(left, right), self.as_number(right, left)

    def peek(self, word: Word) -> str:
        return self.kind(self.as_column(word))

    def as_column(self, word: Word) -> Word:
        """A quoted word that is a column's name stands for the column, any other for itself."""
        if word.kind == "text" and not word.settled and word.value in self.columns:
            return Name(str(word.value), word.position, word.source)
        return word

    def as_text(self, word: Word, kind: str) -> Word:
        if word.kind in ("name", "text") and kind != "text" and not word.must_be_column:
            return Word("text", word.value, word.position, word.source, settled=True)
        if word.kind == "text":  # quoted beside a text column: always its value
            return Word("text", word.value, word.position, word.source, settled=True)
        return word

    def as_number(self, word: Word, other: Word) -> Word:
        """0 and 1 beside a Boolean column mean false and true."""
        if self.kind(other) == "truth" and word.kind == "number" and word.value in (0, 1):
            return Word("truth", bool(word.value), word.position, word.source, settled=True)
        return word

    def compare_null(
        self, operator: str, left: Word, right: Word, kinds: tuple[str, str], position: int
    ) -> pl.Expr:
        if operator not in ("=", "!="):
            raise self.fail(position, "null has no order; only = and != compare it")
        word = left if kinds[1] == "null" else right
        empty = self.operand(word).is_null()
        return empty if operator == "=" else ~empty

    def mismatch(self, left: Word, right: Word, kinds: tuple[str, str]) -> ExpressionError:
        told, kind, other, other_kind = left, kinds[0], right, kinds[1]
        if left.kind != "name" and right.kind == "name":
            told, kind, other, other_kind = right, kinds[1], left, kinds[0]
        message = f"{told.value} is {_KINDS[kind]}, {other.source} is {_KINDS[other_kind]}"
        if kind == "text" and other_kind == "number" and other.kind == "number":
            message += f'; write "{other.source}"'
        return self.fail(other.position, message)
