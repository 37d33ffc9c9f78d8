"""Numbers, texts and aggregates over attributes, against an oracle that shares no code."""

from __future__ import annotations

import time
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.space import Space, load_space
from pimp_tui.space.uvl.reader import read_uvl
from tests.space.random_models import RandomModel, feature_models
from tests.space.test_reasoning import without_diagram


def test_deep_rounding_is_walked_through_once() -> None:
    began = time.process_time()
    text = "features\n  R {x 1.5}\n    optional\n      A {x 2.5}\nconstraints\n  "
    deep = "floor(" * 3000 + "A.x * A.x / 2" + ")" * 3000
    assert load_space(f"{text}{deep} == 3\n").count() == 1
    assert load_space(f"{text}{deep} == 0 | 1 / A.x > 0\n").count() == 2
    assert time.process_time() - began < 5


TREE = """features
    R {price 1}
        optional
            A {price 2.5, n -3, kind 'fast', on true, off false, deep {w .1}}
            B {price 4, n 2, kind 'slow'}
                optional
                    C {price 0.2, n 0}
            D
            E {kind 'fast'}
constraints
    """


def count_where(holds: Any) -> int:
    """Configurations of TREE that a function of the selected features accepts."""
    found = 0
    for bits in range(32):
        on = {f for i, f in enumerate("ABCDE") if bits >> i & 1} | {"R"}
        found += bool(("C" not in on or "B" in on) and holds(on))
    return found


PRICE = {"R": Fraction(1), "A": Fraction(5, 2), "B": Fraction(4), "C": Fraction(1, 5)}


def total(on: set[str]) -> Fraction:
    return sum((PRICE[f] for f in on if f in PRICE), Fraction(0))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("A.price + B.price < 6", lambda on: not {"A", "B"} <= on),
        ("sum(price) <= 5.2", lambda on: total(on) <= Fraction(26, 5)),
        ("sum(price, B) > 4", lambda on: {"B", "C"} <= on),
        ("sum(B, price) > 4", lambda on: {"B", "C"} <= on),
        ("sum(deep.w) == 0.1", lambda on: "A" in on),
        ("avg(price) >= 2", lambda on: total(on) >= 2 * len(on & set(PRICE))),
        ("2 * avg(price) - 1 > 3", lambda on: 2 * total(on) > 4 * len(on & set(PRICE))),
        ("avg(n, A) == -3", lambda on: "A" in on),
        ("avg(A.deep.w) + sum(A.n, R) < 0", lambda on: "A" in on),
        ("avg(n) == 0", lambda on: -3 * ("A" in on) + 2 * ("B" in on) == 0),
        ("avg(price) * A.n < -3", lambda on: "A" in on and total(on) > len(on & set(PRICE))),
        ("floor(A.price) == 2", lambda on: "A" in on),
        ("ceil(A.price) + floor(C.price) == 3", lambda on: "A" in on),
        ("floor(A.price + C.price * 2) == 0", lambda on: "A" not in on),
        ("A.price * B.price > 9", lambda on: {"A", "B"} <= on),
        ("A.price / B.price < 1", lambda on: "B" in on),
        ("12 / A.n == -4", lambda on: "A" in on),
        ("A.price * 2 - B.price / 4 == 4", lambda on: {"A", "B"} <= on),
        ("A.deep.w * 3 == .3", lambda on: "A" in on),
        ("A.n != 0", lambda on: "A" in on),
        ("A.kind == 'fast'", lambda on: "A" in on),
        ("A.kind != 'fast'", lambda on: "A" not in on),
        ("A.kind == B.kind", lambda on: not on & {"A", "B"}),
        ("A.kind == E.kind", lambda on: ("A" in on) == ("E" in on)),
        ("len(A.kind) + len(B.kind) >= 8", lambda on: {"A", "B"} <= on),
        ("A.on", lambda on: "A" in on),
        ("!A.off & (A.on => D)", lambda on: "A" not in on or "D" in on),
        ("A.n < 0 => B.n > 1 | D", lambda on: "A" not in on or "B" in on or "D" in on),
        ("!(A.n < 0)", lambda on: "A" not in on),
        ("!A.n < 0 & D", lambda on: "A" not in on and "D" in on),
        ("(A.price > 1) <=> (B.n + 1 > 1)", lambda on: ("A" in on) == ("B" in on)),
        ("2 > 1", lambda on: True),
        ("(1 + 2) * 3 == 9 => D", lambda on: "D" in on),
    ],
)  # fmt: skip
def test_comparisons(text: str, holds: Any) -> None:
    space = load_space(TREE + text)
    assert not space.warnings
    assert space.model.constraints[0].numeric and space.model.constraints[0].reasoned
    assert space.count() == count_where(holds) > 0
    assert without_diagram(load_space(TREE + text)).count() == count_where(holds)


@pytest.mark.parametrize(
    ("text", "where", "what", "mend"),
    [
        ("sum(prize) > 1", "11:9", "no feature has a number prize", "price?"),
        ("sum(kind) > 1", "11:9", "no feature has a number kind", None),
        ("sum(n, D) > 1", "11:9", "no feature below D has a number n", None),
        ("sum(n, F) > 1", "11:12", "unknown feature F", None),
        ("sum(n > 1", "11:8", "never closed", None),
        ("sum() > 1", "11:9", "an attribute is expected, not `)`", "sum(attribute)"),
        ("sum(n, A, B) > 1", "11:13", "`)` is expected", None),
        ("A.price", "11:5", "a value, no condition", "compare"),
        ("D & B.n", "11:9", "a value, no condition", "compare"),
        ("A.prise > 1", "11:5", "no attribute prise", "price?"),
        ("A.deep.v > 1", "11:5", "A.deep has no attribute v", None),
        ("A.price-3 > 0", "11:12", "`-3` is not expected", "blanks around the minus"),
        ("A.price > 1 > 0", "11:5", "a condition, no value", None),
        ("(A & B) + 1 > 0", "11:6", "a condition, no value", None),
        ("A.kind == ''", "11:15", "empty text", None),
        ("A.price > 5.", "11:15", "a feature is expected", None),
        ("A.price > 007", "11:15", "a feature is expected", None),
        ("A.price > 1e-3", "11:15", "a feature is expected", None),
        ("A)", "11:6", "never opened", "remove"),
    ],
)  # fmt: skip
def test_errors(text: str, where: str, what: str, mend: str | None) -> None:
    with pytest.raises(UserError) as caught:
        read_uvl(TREE + text, "m.uvl")
    assert what in caught.value.what
    assert caught.value.where == f"m.uvl:{where}"
    assert mend is None or mend in (caught.value.mend or "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A.kind > 'a'", "texts have no order"),
        ("A.kind == 3", "compares a text with a number"),
        ("A.kind + 1 == 'x'", "adds a text and a number"),
        ("A.kind * 2 == 4", "calculates with a text"),
        ("len(A.n) == 2", "length of a number"),
        ("A.deep == 1", "no number and no text"),
        ("D > 1", "D is Boolean and has no value"),
        ("sum(D, R) > 1", "D is Boolean and has no value"),
    ],
)
def test_what_is_not_reasoned_over_is_named(text: str, why: str) -> None:
    space = load_space(TREE + text)
    assert len(space.warnings) == 1
    assert space.warnings[0].startswith("line 11: ") and why in space.warnings[0]
    assert space.count() == count_where(lambda on: True)
    assert not space.model.constraints[0].reasoned


def test_decimals_are_exact() -> None:
    text = (
        "features\n  R\n    mandatory\n      A {w 0.1}\n      B {w 0.2}\n    optional\n      C\n"
        "constraints\n  (A.w + B.w == 0.3) <=> C\n"
    )
    space = load_space(text)
    assert space.count() == 1 and space.default_configuration() == {"R", "A", "B", "C"}


def wide(n: int, seed: int, digits: int) -> tuple[list[Fraction], str]:
    rng = np.random.default_rng(seed)
    prices = [Fraction(int(x), 10**digits) for x in rng.integers(1, 10 ** (digits + 1), n)]
    kids = "\n".join(f"      F{i} {{price {float(p)}}}" for i, p in enumerate(prices))
    return prices, f"features\n  R\n    optional\n{kids}\nconstraints\n"


def test_a_sum_over_many_features_is_counted_exactly() -> None:
    prices, text = wide(36, 3, 1)
    bound = sum(prices) / 2
    ways: dict[int, int] = {0: 1}
    for price in prices:
        step = int(price * 10)
        more = dict(ways)
        for reached, n in ways.items():
            more[reached + step] = more.get(reached + step, 0) + n
        ways = more
    began = time.process_time()
    space = load_space(text + f"  sum(price) <= {float(bound)}\n")
    assert space.count() == sum(n for reached, n in ways.items() if reached <= bound * 10)
    rows = space.reasoner.draw(500, np.random.default_rng(0), [])
    sums = rows[:, 1:] @ np.array([float(p) for p in prices])
    assert (sums <= float(bound) + 1e-6).all() and np.unique(sums).size > 100
    assert time.process_time() - began < 20


def test_a_sum_too_fine_for_a_diagram_is_still_solved() -> None:
    prices, text = wide(48, 5, 9)
    space = load_space(text + "  sum(price) >= 100\n  sum(price) <= 100.5\n")
    row = space.reasoner.solver.model([])
    assert row is not None
    spent = sum((p for p, on in zip(prices, row[1:], strict=True) if on), Fraction(0))
    assert 100 <= spent <= Fraction(1005, 10)
    assert space.is_valid(space.to_features(row))


def test_products_over_many_features_are_left_out_with_a_warning() -> None:
    _, text = wide(13, 1, 0)
    product = " * ".join(f"F{i}.price" for i in range(13))
    space = load_space(text + f"  {product} < 100\n")
    assert space.warnings == [
        f"line 18: `{product[:39]}…` is read but not reasoned over: "
        "it is not linear over 13 features"
    ]
    assert space.count() == 2**13


def test_conditions_among_attributes_hold() -> None:
    text = (
        "features\n  R\n    optional\n      A {constraint A => B | sum(n, R) > 3, n 1}\n"
        "      B {constraints [B => C, !(C & D)], n 2}\n      C\n"
        "      Integer D {constraint D > 3}\n"
    )
    space = load_space(text)
    assert [c.owner for c in space.model.constraints] == ["A", "B", "B", "D"]
    assert [c.line for c in space.model.constraints] == [4, 5, 5, 7]
    # C, D: not both; B needs C; A needs B
    assert space.count() == len(
        [(a, b, c, d) for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)
         if not (c and d) and b <= c and a <= b]
    )  # fmt: skip
    assert len(space.warnings) == 2 and "`D > 3`" in space.warnings[1]
    assert space.model.features["A"].attributes["constraint"] == "A => B | sum(n, R) > 3"
    with pytest.raises(UserError) as caught:
        load_space(text.replace("B => C", "B => CC"))
    assert caught.value.where == "text.uvl:5:28"


NUMBERS = st.integers(-6, 6).map(Fraction) | st.integers(-9, 9).map(lambda n: Fraction(n, 2))


@st.composite
def priced_models(draw: st.DrawFn) -> tuple[RandomModel, dict[str, Fraction], Any]:
    """A random model, prices of some features, and a comparison."""
    model = draw(feature_models(7))
    prices = {n: draw(NUMBERS) for n in model.names if draw(st.booleans())}
    assume(prices)
    leaf = st.one_of(
        st.sampled_from(sorted(prices)).map(lambda n: ("of", n)),
        NUMBERS.map(lambda n: ("is", n)),
        st.sampled_from(["sum", "avg"]).map(lambda f: (f,)),
    )
    term = st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from("+-*/"), inner, inner),
            st.tuples(st.sampled_from(["floor", "ceil"]), inner),
        ),
        max_leaves=4,
    )
    op = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    return model, prices, (op, draw(term), draw(term))


def written(tree: Any) -> str:
    if tree[0] == "of":
        return f"{tree[1]}.price"
    if tree[0] == "is":
        return str(float(tree[1])) if tree[1].denominator > 1 else str(tree[1])
    if tree[0] in ("sum", "avg"):
        return f"{tree[0]}(price)"
    if tree[0] in ("floor", "ceil"):
        return f"{tree[0]}({written(tree[1])})"
    return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"


def worth(tree: Any, on: set[str], prices: dict[str, Fraction]) -> Fraction:
    if tree[0] == "of":
        return prices[tree[1]] if tree[1] in on else Fraction(0)
    if tree[0] == "is":
        return Fraction(tree[1])
    if tree[0] in ("sum", "avg"):
        given = [p for f, p in prices.items() if f in on]
        whole = sum(given, Fraction(0))
        return whole if tree[0] == "sum" or not given else whole / len(given)
    if tree[0] in ("floor", "ceil"):
        return Fraction((floor if tree[0] == "floor" else ceil)(worth(tree[1], on, prices)))
    a, b = worth(tree[1], on, prices), worth(tree[2], on, prices)
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[
        tree[0]
    ]()


def accepts(tree: Any, on: set[str], prices: dict[str, Fraction]) -> bool:
    try:
        a, b = worth(tree[1], on, prices), worth(tree[2], on, prices)
    except ZeroDivisionError:
        return False
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[tree[0]]


@settings(
    max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(priced_models(), st.booleans())
def test_random_comparisons(drawn: Any, negated: bool) -> None:
    model, prices, tree = drawn
    lines = model.text().split("\n")
    for i, line in enumerate(lines):
        name = line.strip().split(" ")[0]
        if name in prices and "=>" not in line and not line.strip().startswith("("):
            price = prices[name]
            said = float(price) if price.denominator > 1 else price
            lines[i] = f"{line[:-1]}, price {said}}}" if "{" in line else f"{line} {{price {said}}}"
        if line == "constraints":
            break
    text = "\n".join(lines)
    if "\nconstraints\n" not in text:
        text += "constraints\n"
    comparison = f"{written(tree[1])} {tree[0]} {written(tree[2])}"
    text += f"    {'!(' if negated else ''}{comparison}{')' if negated else ''}\n"
    every = [one for one in model.configurations() if accepts(tree, set(one), prices) != negated]
    if not every:
        with pytest.raises(UserError, match="no valid configuration"):
            load_space(text)
        return
    space: Space = load_space(text)
    assert not space.warnings
    assert space.count() == len(every)
    assert without_diagram(load_space(text)).count() == len(every)
    assert all(space.is_valid(one) for one in every)


@pytest.mark.parametrize("digits", [1, 9])
def test_sums_are_written_to_dimacs_one_for_one(digits: int) -> None:
    from pimp_tui.space.formats.convert import write_model
    from pimp_tui.space.formats.dimacs_read import read_dimacs
    from pimp_tui.space.formulas.relations import relations_of
    from pimp_tui.space.solving.solver import Solver

    prices, text = wide(16, 7, digits)
    bound = float(sum(prices) / 3)
    model = read_uvl(text + f"  sum(price) <= {bound} & sum(price) > {bound / 2}\n")
    cnf, left_out = write_model(model, "dimacs")
    assert not left_out
    back = read_dimacs(cnf, "m.cnf")
    solver = Solver(len(back.features), relations_of(back))
    place = {name: i for i, name in enumerate(back.features, start=1)}
    rng = np.random.default_rng(2)
    seen = set()
    for row in rng.random((200, 16)) < 0.35:
        given = [place[f"F{i}"] * (1 if on else -1) for i, on in enumerate(row)]
        spent = sum((p for p, on in zip(prices, row, strict=True) if on), Fraction(0))
        holds = Fraction(str(bound / 2)) < spent <= Fraction(str(bound))
        seen.add(holds)
        first = solver.model([place["R"], *given])
        assert (first is not None) == holds
        if first is not None:
            # every other variable follows: one model for one configuration
            implied = solver.propagate([place["R"], *given])
            assert implied is not None
            free = [n for n, s in zip(back.features, implied, strict=True) if s == 0]
            assert free == ["Root"] or not free
    assert seen == {True, False}
