"""The expression language against a plain-Python evaluator, and what it says of mistakes."""

from __future__ import annotations

import operator
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.session.where import ExpressionError, compile_where

FRAME = pl.DataFrame(
    {
        "energy_j": [1.0, 25_000.0, None, float("nan"), 40_000.0],
        "beams": [1, 2, 4, None, 1],
        "cache": ["static", "dynamic", None, "static", "a b"],
        "static": [True, False, True, None, False],
        "odd name": [1, 2, 3, 4, 5],
    }
)


def rows(text: str) -> list[int]:
    mask = FRAME.with_columns(kept=compile_where(text, FRAME.schema))["kept"]
    assert mask.dtype == pl.Boolean and mask.null_count() == 0
    return [index for index, kept in enumerate(mask) if kept]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("energy_j < 3e4 and cache = static", [0]),
        ("energy_j < 3e4", [0, 1]),
        ("not energy_j < 3e4", [2, 3, 4]),
        ("energy_j = null", [2, 3]),
        ("energy_j != null", [0, 1, 4]),
        ("cache != static", [1, 2, 4]),
        ("cache = 'a b'", [4]),
        ('cache == "static"', [0, 3]),
        ("static = cache or beams = 2", [0, 1, 3]),
        ("cache in (static, dynamic)", [0, 1, 3]),
        ("cache not in [static, null]", [1, 4]),
        ("beams in (1, 4) and static", [0, 2]),
        ("static", [0, 2]),
        ("not static", [1, 3, 4]),
        ("static = true", [0, 2]),
        ("static = 0", [1, 4]),
        ('"odd name" >= 4', [3, 4]),
        ("`odd name` >= 4", [3, 4]),
        ("3 <= `odd name`", [2, 3, 4]),
        ("beams = 1 or beams = 2 and static = true", [0, 4]),
        ("(beams = 1 or beams = 2) and static = true", [0]),
        ("NOT (beams = 1 OR beams = 2)", [2, 3]),
        ("beams < `odd name`", [4]),
        ("-1 < beams", [0, 1, 2, 4]),
        ("true", [0, 1, 2, 3, 4]),
    ],
)
def test_selects(text: str, expected: list[int]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("energy_j <", "energy_j < ^ a number is missing"),
        ("energy_j < and beams = 1", "energy_j < ^ a number is missing"),
        ("enrgy_j < 3", "no column enrgy_j; did you mean energy_j?"),
        ("zzzzz < 3", "no column zzzzz"),
        ("", "^ a column is missing"),
        ("beams = 1 and", "beams = 1 and ^ a column is missing"),
        ("beams 1", "beams ^ a comparison is missing"),
        ("(beams = 1", "(beams = 1 ^ the ( of character 1 is not closed"),
        ("beams = 1)", "beams = 1 ^ this ) was never opened"),
        ("beams = 1 cache = static", "beams = 1 ^ and / or is missing"),
        ("energy_j < static", "energy_j < ^ energy_j is a number, static is true or false"),
        ("energy_j < 'x'", "energy_j < ^ energy_j is a number, 'x' is text"),
        ("cache = 4", 'cache = ^ cache is text, 4 is a number; write "4"'),
        ("cache < 'x' < 3", "cache < 'x' ^ compare two at a time, joined with and"),
        ("static < true", "static ^ static is true or false; only = and != compare it"),
        ("beams < null", "beams ^ null has no order; only = and != compare it"),
        ("cache in static", "cache in ^ a list in ( ) is missing"),
        ("cache in ()", "cache ^ an empty list holds nothing"),
        ("cache in (static", "cache in (static ^ a , or ) is missing"),
        ("cache = 'static", "cache = ^ the quote ' is never closed"),
        ("beams = 3b", "beams = ^ 3b is no number; quote it if it is text"),
        ("beams # 3", "beams ^ # is not understood here"),
        ("beams", "beams ^ a comparison is missing: beams is a number"),
        ("cachee = static", "no column cachee; did you mean cache?"),
        ("energy_j < enrgy_j", "no column enrgy_j; did you mean energy_j?"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        compile_where(text, FRAME.schema)
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, ExpressionError)
    assert 0 <= caught.value.position <= len(text)


def test_model_names_and_paths_are_bare_words() -> None:
    frame = pl.DataFrame({"model": ["micro-coder", "Qwen/Qwen2.5-3B"]})
    chosen = frame.filter(compile_where("model = Qwen/Qwen2.5-3B", frame.schema))
    assert chosen["model"].to_list() == ["Qwen/Qwen2.5-3B"]
    assert frame.filter(compile_where("model = micro-coder", frame.schema)).height == 1


# ---- against a brute-force evaluator ------------------------------------------------------------

COLUMNS: dict[str, list[Any]] = {
    "n": [-2, 0, 3, None],
    "x": [0.5, -1e4, None, 3.0],
    "s": ["red", "green", None, "in"],
    "b": [True, False, None, True],
}
TABLE = pl.DataFrame(COLUMNS)
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
LITERALS = {
    "n": [-2, 0, 3, 7],
    "x": [0.5, -1e4, 3.0],
    "s": ["red", "green", "in", "it's"],
    "b": [True, False],
}


def spell(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return '"' + value + '"' if isinstance(value, str) else repr(value)


def holds(sign: str, left: Any, right: Any) -> bool:
    if sign in ("=", "=="):
        return bool(left == right)
    if sign == "!=":
        return bool(left != right)
    return left is not None and right is not None and bool(ORDER[sign](left, right))


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, Any]:
    column = draw(st.sampled_from(sorted(COLUMNS)))
    if draw(st.booleans()):
        values = draw(st.lists(st.sampled_from([*LITERALS[column], None]), min_size=1, max_size=3))
        negated = draw(st.booleans())
        text = f"{column} {'not ' if negated else ''}in ({', '.join(map(spell, values))})"
        return text, lambda row: (row[column] in values) != negated
    equality = ["=", "==", "!="]
    sign = draw(st.sampled_from(equality if column == "b" else [*equality, *ORDER]))
    nullable = [None] if sign in equality else []
    value = draw(st.sampled_from([*LITERALS[column], *nullable]))
    if draw(st.booleans()):
        return f"{column} {sign} {spell(value)}", lambda row: holds(sign, row[column], value)
    return f"{spell(value)} {sign} {column}", lambda row: holds(sign, value, row[column])


def join(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def both(word: str, a: Any, b: Any) -> tuple[str, Any]:
        test = (lambda r: a[1](r) and b[1](r)) if word == "and" else (lambda r: a[1](r) or b[1](r))
        return f"({a[0]}) {word} ({b[0]})", test

    negated = children.map(lambda a: (f"not ({a[0]})", lambda r: not a[1](r)))
    return negated | st.builds(both, st.sampled_from(["and", "or"]), children, children)


@settings(max_examples=150, deadline=None)
@given(st.recursive(comparisons(), join, max_leaves=8))
def test_agrees_with_a_plain_evaluator(case: tuple[str, Any]) -> None:
    text, test = case
    mask = TABLE.with_columns(kept=compile_where(text, TABLE.schema))["kept"].to_list()
    assert mask == [test(row) for row in TABLE.iter_rows(named=True)], text


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="nxsb=<>!()[],'\"`.e3- \\andortif", max_size=24))
def test_any_text_compiles_or_is_told(text: str) -> None:
    try:
        mask = TABLE.select(compile_where(text, TABLE.schema)).to_series()
    except UserError as error:
        assert 1 <= len(error.lines()) <= 2
    else:
        assert mask.dtype == pl.Boolean and mask.null_count() == 0
