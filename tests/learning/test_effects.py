from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.learning.effects import (
    FEATURE_SCHEMA,
    PAIR_SCHEMA,
    cliffs_delta,
    feature_effects,
    holm,
    pairwise_effects,
)
from tests.learning.tables import OPTIONS, table


def test_effects_of_a_full_factorial_are_exact() -> None:
    frame = pl.DataFrame(
        [
            {"a": a, "b": b, "c": c, "cost": 10.0 + 4 * a - 2 * b + 3 * (a and b)}
            for a in (False, True)
            for b in (False, True)
            for c in (1, 2, 4)
        ]
    )
    effects = feature_effects(frame, "cost", ["a", "b", "c"])
    assert effects.schema == FEATURE_SCHEMA
    found = {row["feature"]: row for row in effects.to_dicts()}
    assert set(found) == {"a=true", "b=true", "c=1", "c=2", "c=4"}
    assert next(iter(found)) == "a=true"
    assert found["a=true"]["effect"] == pytest.approx(5.5)
    assert found["b=true"]["effect"] == pytest.approx(-0.5)
    assert found["c=4"]["effect"] == pytest.approx(0.0)
    assert found["a=true"]["cliffs_delta"] == 1.0
    assert found["a=true"]["lower"] <= 5.5 <= found["a=true"]["upper"]
    assert found["a=true"]["p_holm"] < 0.05 < found["c=4"]["p_holm"]
    pairs = pairwise_effects(frame, "cost", ["a", "b", "c"])
    assert pairs.schema == PAIR_SCHEMA
    pair = pairs.filter((pl.col("given") == "a=true") & (pl.col("feature") == "b=true"))
    assert pair["effect"].item() == pytest.approx(1.0)
    assert pair["interaction"].item() == pytest.approx(3.0)


def test_null_is_off_and_few_rows_get_no_interval() -> None:
    frame = pl.DataFrame({"w": [True, None, None, None, None], "cost": [5.0, 1.0, 2.0, 3.0, 4.0]})
    row = feature_effects(frame, "cost", ["w"]).row(0, named=True)
    assert (row["feature"], row["n_with"], row["effect"]) == ("w=true", 1, 2.5)
    assert row["lower"] is None and row["p"] is None and row["p_holm"] is None


def test_constant_metric_and_unknown_names() -> None:
    flat = feature_effects(table(20).with_columns(pass_at_1=pl.lit(0.5)), "pass_at_1", OPTIONS)
    assert flat["effect"].abs().max() < 1e-12 and flat["p_holm"].drop_nulls().min() == 1.0
    with pytest.raises(UserError, match="did you mean energy_j"):
        feature_effects(table(20), "enrgy_j", OPTIONS)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
)
def test_cliffs_delta_counts_pairs(a: list[int], b: list[int]) -> None:
    pairs = [(x > y) - (x < y) for x in a for y in b]
    assert cliffs_delta(np.array(a), np.array(b)) == pytest.approx(sum(pairs) / len(pairs))


def test_holm() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == [pytest.approx(0.03), None, 0.06, 0.06]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
