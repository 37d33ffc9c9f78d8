"""Plan files: round trips, and tables that are no plan."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.sampling import sample
from pimp_tui.sampling.plans import read_plan, write_plan
from pimp_tui.space import Space, UvlText, load_space
from tests.space.shop import HOST, INFERENCE, write_model


@pytest.fixture
def space(tmp_path: Path) -> Space:
    model = write_model(tmp_path / "small", 4)
    return load_space(UvlText(INFERENCE), host=HOST, models=[str(model)])


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_plans_are_read_as_written(space: Space, tmp_path: Path, ending: str) -> None:
    plan = sample(space, "uniform", n=12, seed=1)
    file = tmp_path / f"plan.{ending}"
    write_plan(plan, file)
    assert read_plan(file, space).equals(plan)
    assert read_plan(file, space, complete=True).equals(plan)


def test_models_without_bindings_round_trip(tmp_path: Path) -> None:
    space = load_space("features\n  R\n    optional\n      A\n      B\nconstraints\n  A => B\n")
    plan = sample(space, "uniform", n=5, seed=1)
    write_plan(plan, tmp_path / "p.csv")
    assert read_plan(tmp_path / "p.csv", space).equals(plan)
    bad = plan.with_columns(pl.lit(True).alias("A"), pl.lit(False).alias("B"))
    write_plan(bad, tmp_path / "bad.parquet")
    assert len(read_plan(tmp_path / "bad.parquet", space)) == 5
    with pytest.raises(UserError, match="not a valid configuration") as caught:
        read_plan(tmp_path / "bad.parquet", space, complete=True)
    assert "row 1" in str(caught.value.where)


def test_options_alone_make_a_plan(space: Space, tmp_path: Path) -> None:
    plan = sample(space, "uniform", n=4, seed=1)
    write_plan(plan.drop("config_id", "position", "sampler"), tmp_path / "p.parquet")
    found = read_plan(tmp_path / "p.parquet", space)
    assert found["config_id"].equals(plan["config_id"])
    assert found["sampler"].to_list() == ["plan"] * 4


def test_tables_that_are_no_plan(space: Space, tmp_path: Path) -> None:
    plan = sample(space, "uniform", n=4, seed=1)
    (tmp_path / "other.csv").write_text("a,b\n1,x\n")
    (tmp_path / "text.parquet").write_text("hello")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" + bytes(20))
    (tmp_path / "empty.csv").write_text("")
    write_plan(plan.with_columns(pl.lit(3).alias("num_beams")), tmp_path / "value.parquet")
    write_plan(plan.rename({"dtype": "dtypes"}), tmp_path / "renamed.parquet")
    write_plan(plan.clear(), tmp_path / "rows.parquet")
    for name, what in [
        ("other.csv", "no plan of"), ("text.parquet", "no Parquet"), ("cut.parquet", "no table"),
        ("empty.csv", "no table"), ("value.parquet", "num_beams has no value 3"),
        ("renamed.parquet", "dtype is missing"), ("none.parquet", "no plan"),
        ("rows.parquet", "plan is empty"), (".", "cannot read"),
    ]:  # fmt: skip
        with pytest.raises(UserError, match=what):
            read_plan(tmp_path / name, space)
    with pytest.raises(UserError, match="cannot write"):
        write_plan(plan, tmp_path / "nowhere" / "p.parquet")
