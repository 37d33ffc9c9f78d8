"""Comparisons over attributes as formulas over features, exact.

Attributes are constants, so a comparison is a function of which features are selected. Semantics
(those of UVLS, the UVL language server): an attribute of an unselected feature is 0, or the empty
text; ``sum`` and ``avg`` run over the selected features that have the attribute. Two cases that
UVL leaves open: the average of no feature is 0, and a comparison that divides by 0 does not hold.
Numbers are decimals as written, never binary floats.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import ceil, floor, lcm
from typing import Any

from pimp_tui.space.formulas.logic import Logic, disj, ite, linear, negate
from pimp_tui.space.formulas.terms import (
    Beyond,
    Features,
    Sum,
    aggregated,
    evaluate,
    involved,
    is_text,
    to_sum,
)

_MOST_ENUMERATED = 12


def value_logic(formula: Any, features: Features, literal: Callable[[str], int]) -> Logic:
    """A ``compare`` or ``is`` formula (``uvl.formula``) over literals.

    Raises:
        Beyond: it speaks of the value of a feature, or is not linear over too many features.
    """
    if formula[0] == "is":
        return literal(formula[1]) if _attribute(features, formula) is True else False
    _, op, left, right = formula
    if is_text(left, features) or is_text(right, features):
        if op not in ("==", "!="):
            raise Beyond("texts have no order")
        if is_text(left, features) != is_text(right, features):
            raise Beyond("it compares a text with a number")
        return _enumerated(formula, features, literal)
    try:
        total = to_sum(left, features).plus(to_sum(right, features), Fraction(-1))
    except Beyond as beyond:
        if beyond.final:
            raise
        return _enumerated(formula, features, literal)
    if not total.averages:
        return _linear(total.coefs, op, -total.constant, literal)
    if len(total.averages) > 1 or total.coefs:
        return _enumerated(formula, features, literal)
    return _average(total, op, features, literal)


def _attribute(features: Features, formula: Any) -> Any:
    value: Any = features[formula[1]].attributes
    for key in formula[2]:
        value = value[key]
    return value


def _linear(
    coefs: dict[str, Fraction], op: str, bound: Fraction, literal: Callable[[str], int]
) -> Logic:
    """``sum of coefs of selected features  op  bound``."""
    if op == "!=":
        return negate(_linear(coefs, "==", bound, literal))
    scale = lcm(*(c.denominator for c in coefs.values()))
    whole = [int(c * scale) for c in coefs.values()]
    bound *= scale
    low = sum(c for c in whole if c < 0)
    high = sum(c for c in whole if c > 0)
    if op in ("==", ">", ">="):
        low = floor(bound) + 1 if op == ">" else ceil(bound)
    if op in ("==", "<", "<="):
        high = ceil(bound) - 1 if op == "<" else floor(bound)
    return linear(low, high, whole, [literal(name) for name in coefs])


def _average(total: Sum, op: str, features: Features, literal: Callable[[str], int]) -> Logic:
    """``k*avg + c op 0`` times the number of selected features, which is above 0 or else apart."""
    ((key, root), k), constant = next(iter(total.averages.items())), total.constant
    values = aggregated(key, root, features)
    some = disj([literal(name) for name in values])
    sums = {name: k * value + constant for name, value in values.items()}
    nothing = _linear({}, op, -constant, literal)
    return ite(some, _linear(sums, op, Fraction(0), literal), nothing)


def _enumerated(formula: Any, features: Features, literal: Callable[[str], int]) -> Logic:
    """By trying every selection of the features involved."""
    _, op, left, right = formula
    names = sorted(involved(left, features) | involved(right, features), key=literal)
    if len(names) > _MOST_ENUMERATED:
        raise Beyond(f"it is not linear over {len(names)} features")
    row: list[Logic] = []
    for bits in product((False, True), repeat=len(names)):
        chosen = {name for name, bit in zip(names, bits, strict=True) if bit}
        row.append(_holds(op, left, right, features, chosen))
    for name in reversed(names):
        row = [ite(literal(name), row[i + 1], row[i]) for i in range(0, len(row), 2)]
    return row[0]


def _holds(op: str, left: Any, right: Any, features: Features, chosen: set[str]) -> bool:
    try:
        a, b = evaluate(left, features, chosen), evaluate(right, features, chosen)
    except ZeroDivisionError:
        return False
    if op in ("==", "!="):
        return (a == b) == (op == "==")
    return bool({"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[op])
