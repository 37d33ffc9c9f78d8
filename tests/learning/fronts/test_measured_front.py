from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimp_tui.errors import UserError
from pimp_tui.learning import pareto
from pimp_tui.learning.fronts.measured_front import hypervolume, knee
from pimp_tui.learning.fronts.nondominated import nondominated
from tests.learning.tables import FakeSession, table


def by_force(rows: list[tuple[float, ...]]) -> list[bool]:
    def beats(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
        return all(x <= y for x, y in zip(a, b, strict=True)) and a != b

    return [not any(beats(other, row) for other in rows) for row in rows]


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.tuples(*[st.integers(0, 5)] * width), min_size=1, max_size=40)
    )
)
def test_agrees_with_brute_force(rows: list[tuple[float, ...]]) -> None:
    assert nondominated(np.array(rows, dtype=float)).tolist() == by_force(rows)


@pytest.mark.parametrize("width", [2, 3, 4])
def test_agrees_with_brute_force_on_many_rows(width: int) -> None:
    rows = np.random.default_rng(width).integers(0, 40, (900, width)).astype(float)
    assert nondominated(rows).tolist() == by_force([tuple(row) for row in rows.tolist()])


def test_directions_order_ties_and_nulls() -> None:
    frame = pl.DataFrame(
        {
            "name": ["a", "b", "c", "d", "e", "f"],
            "cost": [3.0, 1.0, 1.0, 2.0, None, float("nan")],
            "gain": [9, 5, 5, 4, 99, 99],
        }
    )
    front = pareto(frame, {"cost": "min", "gain": "max"})
    assert front["name"].to_list() == ["b", "c", "a"]
    assert front.columns == frame.columns
    first = pareto(frame, {"gain": "max", "cost": "min"})
    assert first["name"].to_list() == ["a", "b", "c"]
    assert pareto(frame, {"cost": "min"})["name"].to_list() == ["b", "c"]


def test_where_is_applied_before_the_front() -> None:
    frame = pl.DataFrame({"cost": [1.0, 2.0, 3.0], "gain": [0.1, 0.2, 0.3]})
    front = pareto(frame, {"cost": "min", "gain": "max"}, where="gain >= 0.2")
    assert front["cost"].to_list() == [2.0, 3.0]
    assert pareto(frame, {"cost": "min"}, where="gain > 1").is_empty()


def test_repeats_are_averaged_and_failures_left_out() -> None:
    runs = pl.DataFrame(
        {
            "config_id": ["a", "a", "b", "b", "c"],
            "status": ["ok", "ok", "ok", "failed", "failed"],
            "beams": [1, 1, 4, 4, 8],
            "duration_s": [1.0, 3.0, 2.5, 0.1, 0.1],
        }
    )
    front = pareto(runs, {"duration_s": "min"})
    assert front.select("config_id", "beams", "duration_s").rows() == [("a", 1, 2.0)]
    assert front.schema["beams"] == pl.Int64


def test_estimated_and_measured_energy_never_meet() -> None:
    frame = table(20).with_columns(
        energy_estimated=pl.int_range(20) < 6,
        energy_j=pl.when(pl.int_range(20) < 6).then(0.001).otherwise(pl.col("energy_j")),
    )
    front = pareto(frame, {"energy_j": "min", "pass_at_1": "max"})
    assert not front["energy_estimated"].any() and front.height > 0


def test_a_session_and_a_lazy_frame_are_taken() -> None:
    goals = {"energy_j": "min", "pass_at_1": "max"}
    rows = table(30)
    assert pareto(FakeSession(rows), goals).equals(pareto(rows.lazy(), goals))


@pytest.mark.parametrize(
    ("objectives", "where", "message"),
    [
        ({}, None, "no objective"),
        ({"enrgy_j": "min"}, None, "no column enrgy_j; did you mean energy_j"),
        ({"energy_j": "mni"}, None, "no direction mni for energy_j; did you mean min"),
        ({"cache": "min"}, None, "cache holds no numbers"),
        ({"energy_j": "min"}, "pass_at_1 >", "a number is missing"),
    ],
)
def test_mistakes(objectives: dict[str, str], where: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message):
        pareto(table(20), objectives, where=where)


def test_no_rows() -> None:
    assert pareto(table(20).head(0), {"energy_j": "min", "pass_at_1": "max"}).is_empty()


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 3).flatmap(
        lambda width: st.lists(st.tuples(*[st.integers(0, 6)] * width), min_size=1, max_size=12)
    )
)
def test_hypervolume_counts_cells(rows: list[tuple[int, ...]]) -> None:
    reference, points = 5, np.array(rows, dtype=float)
    grid = np.stack(
        np.meshgrid(*[np.arange(reference)] * points.shape[1], indexing="ij"), axis=-1
    ).reshape(-1, points.shape[1])
    covered = (points[None, :, :] <= grid[:, None, :]).all(axis=2).any(axis=1).sum()
    assert hypervolume(points, np.full(points.shape[1], reference)) == pytest.approx(covered)


def test_knee_is_the_point_furthest_inside() -> None:
    assert knee(np.array([[0.0, 10.0], [1.0, 2.0], [10.0, 0.0]])) == 1
    assert knee(np.array([[0.0, 1.0], [1.0, 0.0]])) is None
    assert knee(np.array([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]])) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9))
def test_knee_by_its_distance_from_the_chord(rows: list[tuple[int, int]]) -> None:
    points = np.array(sorted(set(rows)), dtype=float)
    points = points[nondominated(points)]
    (x0, y0), (x1, y1) = points[0], points[-1]
    # twice the area of the triangle with the chord, in units of the front's ranges
    inside = [(x1 - x0) * (y0 - y) - (x - x0) * (y0 - y1) for x, y in points]
    found = knee(points)
    if max(inside) <= 0:
        assert found is None
    else:
        assert found is not None and inside[found] == pytest.approx(max(inside))


def test_knee_of_three_objectives() -> None:
    ends = [[0.0, 9.0, 9.0], [9.0, 0.0, 9.0], [9.0, 9.0, 0.0]]
    assert knee(np.array([*ends, [3.0, 3.0, 3.0], [1.0, 8.0, 8.0]])) == 3
    assert knee(np.array([*ends, [6.0, 6.0, 6.0]])) is None, "on the plane"
    assert knee(np.array(ends)) is None
    assert knee(np.array([*ends, [3.0, 3.0, 3.0]]) * [1.0, 1e6, 1e-6] - 5.0) == 3, "any units"


def test_rows_without_a_config_id_are_not_averaged_together():
    frame = pl.DataFrame(
        {"config_id": ["a", "a", None, None], "e": [1.0, float("nan"), 9.0, 0.5], "p": [1, 1, 1, 0]}
    )
    front = pareto(frame, {"e": "min", "p": "max"})
    assert front["e"].to_list() == [0.5, 1.0], "NaN is no value, so the mean of a is 1"
    assert front["config_id"].to_list() == [None, "a"]


@pytest.mark.parametrize("objectives", ["e:min", ["e", "p"], {"e"}])
def test_objectives_without_a_direction_are_refused(objectives):
    with pytest.raises(UserError, match="which way is better"):
        pareto(pl.DataFrame({"e": [1.0]}), objectives)


@pytest.mark.parametrize("where", [5, pl.col("e") < 2, ["e < 2"]])
def test_a_condition_is_text(where):
    with pytest.raises(UserError, match="a condition is text"):
        pareto(pl.DataFrame({"e": [1.0]}), {"e": "min"}, where)
