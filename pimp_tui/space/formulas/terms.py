"""Values inside comparisons: what they involve, what they are worth, and their linear form."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pimp_tui.space.model import Feature
from pimp_tui.space.uvl.formula import fold, walk

Features = dict[str, Feature]
Key = tuple[str, ...]


class Beyond(Exception):
    """A comparison that is not reasoned over; ``final`` where enumeration does not help either."""

    def __init__(self, why: str, final: bool = True) -> None:
        super().__init__(why)
        self.why, self.final = why, final


@dataclass(slots=True)
class Sum:
    """``constant + sum of coefs of selected features + sum of k * avg(key, root)``."""

    constant: Fraction = Fraction(0)
    coefs: dict[str, Fraction] = field(default_factory=dict)
    averages: dict[tuple[Key, str | None], Fraction] = field(default_factory=dict)

    @property
    def fixed(self) -> bool:
        """A constant."""
        return not self.coefs and not self.averages

    def times(self, k: Fraction) -> Sum:
        """The sum times a constant."""
        return Sum().plus(self, k)

    def plus(self, other: Sum, k: Fraction = Fraction(1)) -> Sum:
        """The sum plus ``k`` times another."""
        coefs, averages = dict(self.coefs), dict(self.averages)
        for name, c in other.coefs.items():
            coefs[name] = coefs.get(name, Fraction(0)) + k * c
        for key, c in other.averages.items():
            averages[key] = averages.get(key, Fraction(0)) + k * c
        return Sum(
            self.constant + k * other.constant,
            {name: c for name, c in coefs.items() if c},
            {key: c for key, c in averages.items() if c},
        )


def fraction(value: Any) -> Fraction:
    """A number as it was written in decimals."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def attribute(at: Any, features: Features) -> Any:
    """The value of ``("attribute", feature, key)``: a number or a text.

    Raises:
        Beyond: it is a list, a table or a truth value.
    """
    value: Any = features[at[1]].attributes
    for key in at[2]:
        value = value[key]
    if isinstance(value, bool | list | dict):
        raise Beyond(f"{'.'.join([at[1], *at[2]])} is no number and no text")
    return value


def aggregated(key: Key, root: str | None, features: Features) -> dict[str, Fraction]:
    """Numeric values of an attribute, by feature, in the subtree of ``root`` (None: anywhere)."""
    inside = features.values() if root is None else features[root].subtree()
    found = {}
    for feature in inside:
        value: Any = feature.attributes
        for part in key:
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[feature.name] = fraction(value)
    return found


def involved(value: Any, features: Features) -> set[str]:
    """Features whose selection a value depends on."""
    found: set[str] = set()
    for at in walk(value):
        if at[0] == "attribute":
            found.add(at[1])
        elif at[0] in ("sum", "avg"):
            found.update(aggregated(at[1], at[2], features))
    return found


def is_text(value: Any, features: Features) -> bool:
    """A text rather than a number.

    Raises:
        Beyond: it has no fixed value, or mixes the two.
    """

    def join(at: Any, inner: list[bool]) -> bool:
        op = at[0]
        if op == "feature":
            kind = features[at[1]].type
            raise Beyond(
                f"the value of {at[1]} is open" if kind else f"{at[1]} is Boolean and has no value"
            )
        if op == "attribute":
            return isinstance(attribute(at, features), str)
        if op == "len" and not inner[0]:
            raise Beyond("it asks for the length of a number")
        if op in ("floor", "ceil", "-", "*", "/") and any(inner):
            raise Beyond("it calculates with a text")
        if op == "+" and inner[0] != inner[1]:
            raise Beyond("it adds a text and a number")
        return op == "string" or (op == "+" and inner[0])

    return bool(fold(value, join))


def evaluate(value: Any, features: Features, chosen: set[str]) -> Any:
    """A Fraction or a text, with exactly these features selected.

    Raises:
        ZeroDivisionError: it divides by 0.
    """

    def join(at: Any, inner: list[Any]) -> Any:
        op = at[0]
        if op == "number":
            return Fraction(at[1])
        if op == "string":
            return at[1]
        if op == "attribute":
            worth = attribute(at, features)
            if isinstance(worth, str):
                return worth if at[1] in chosen else ""
            return fraction(worth) if at[1] in chosen else Fraction(0)
        if op in ("sum", "avg"):
            worths = [v for f, v in aggregated(at[1], at[2], features).items() if f in chosen]
            total = sum(worths, Fraction(0))
            return total if op == "sum" or not worths else total / len(worths)
        if op == "len":
            return Fraction(len(inner[0]))
        return _applied(op, inner)

    return fold(value, join)


def _applied(op: str, inner: list[Any]) -> Any:
    """An operator or rounding on numbers (``+`` on texts too)."""
    if op in ("floor", "ceil"):
        return Fraction(floor(inner[0]) if op == "floor" else ceil(inner[0]))
    a, b = inner
    return a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else a / b


def to_sum(value: Any, features: Features) -> Sum:
    """The linear form of a number.

    Raises:
        Beyond: it has none (``final`` is False) or its value is open.
    """

    def join(at: Any, inner: list[Any]) -> Any:
        op = at[0]
        if op == "number":
            return Sum(Fraction(at[1]))
        if op == "string" or (op == "+" and None in inner):
            return None  # a text, whose length is asked for further out
        if op == "attribute":
            worth = attribute(at, features)
            return None if isinstance(worth, str) else Sum(coefs={at[1]: fraction(worth)})
        if op == "sum":
            return Sum(coefs=aggregated(at[1], at[2], features))
        if op == "avg":
            return Sum(averages={(at[1], at[2]): Fraction(1)})
        if op in ("+", "-"):
            return inner[0].plus(inner[1], Fraction(1 if op == "+" else -1))
        if op == "*" and inner[1].fixed:
            return inner[0].times(inner[1].constant)
        if op == "*" and inner[0].fixed:
            return inner[1].times(inner[0].constant)
        if op == "/" and inner[1].fixed and inner[1].constant:
            return inner[0].times(1 / inner[1].constant)
        known = None not in inner and not any(part.averages for part in inner)
        names = {name for part in inner for name in part.coefs} if known else involved(at, features)
        if len(names) > 1:
            raise Beyond("it is not linear", final=False)
        try:
            if known and op != "len":  # no second walk through what is deeply nested
                off = _applied(op, [part.constant for part in inner])
                on = _applied(op, [sum(part.coefs.values(), part.constant) for part in inner])
            else:
                off, on = evaluate(at, features, set()), evaluate(at, features, names)
        except ZeroDivisionError:
            raise Beyond("it divides by 0", final=False) from None
        return Sum(off, {name: on - off for name in names if on != off})

    return fold(value, join)
