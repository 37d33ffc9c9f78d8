"""Plan files: round trips, and tables that are no plan."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pimp_tui.errors import UserError
from pimp_tui.sampling import coverage, distinct_uniform, sample
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


EVERY_KIND = """features
    R {abstract, layer 'generation'}
        optional
            whole {abstract, option 'whole'}
                alternative
                    w1 {value 1}
                    w2 {value 20}
            real {abstract, option 'real'}
                alternative
                    r1 {value 0.1}
                    r2 {value 0.00001}
                    r3 {value 2}
            flag {abstract, option 'flag'}
                alternative
                    on {value true}
                    off {value false}
            text {abstract, option 'text'}
                alternative
                    t1 {value 'a, b'}
                    t2 {value '1'}
                    t3 {value 'true'}
                    t4 {value 'é {x}'}
            items {abstract, option 'items'}
                alternative
                    i1 {value [1, 2]}
                    i2 {value ['x', 'y']}
            table {option 'table', value {bias 2.5, scheme 'selfhash'}}
            mixed {abstract, option 'mixed'}
                alternative
                    m1 {value 'auto'}
                    m2 {value 4}
                    m3 {value [8, 1.1]}
            many {abstract, option 'many'}
                or
                    y1 {value 1}
                    y2 {value 2}
constraints
    on => w1 | w2
"""


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_every_kind_of_option_is_read_as_written(tmp_path: Path, ending: str) -> None:
    space = load_space(UvlText(EVERY_KIND))
    plan = distinct_uniform(space, 300, seed=1)
    for name in space.options:
        assert plan[name].null_count() and plan[name].n_unique() > len(space.option(name).values)
    file = tmp_path / f"plan.{ending}"
    write_plan(plan, file)
    assert read_plan(file, space, complete=True).equals(plan)
    assert coverage(space, read_plan(file, space))["coverage"] == 1
    assert [f.name for f in tmp_path.iterdir()] == [file.name]


def test_plans_are_written_by_hand(tmp_path: Path) -> None:
    space = load_space(UvlText(EVERY_KIND))
    file = tmp_path / "mine.csv"
    file.write_text(
        "many,whole,real,flag,text,items,table,mixed\r\n"
        '2,20,1E-5,TRUE,"a, b","[1, 2]","{""scheme"":""selfhash"",""bias"":2.5}",auto\r\n'
        '"[1,2]",1.0,2,0,1,,,4\r\n'
        ",,,,,,,"
    )
    plan = read_plan(file, space, complete=True)
    first, second, third = plan.drop("config_id", "position").to_dicts()
    assert first["whole"] == 20 and first["real"] == 1e-05 and first["flag"] is True
    assert first["items"] == "[1,2]" and first["table"] == '{"bias":2.5,"scheme":"selfhash"}'
    assert (first["mixed"], second["mixed"]) == ('"auto"', "4")
    assert second["many"] == "[1,2]" and second["flag"] is False and second["text"] == "1"
    assert third == dict.fromkeys(space.options) | {"sampler": "plan"}
    answer = coverage(space, plan)
    assert answer["invalid_configurations"] == 0 and 0 < answer["coverage"] < 1


@pytest.mark.parametrize(
    ("cells", "what", "where"),
    [
        ("3,0.1,,,,,,", "whole has no value '3'", "row 2, column whole"),
        ("1,x,,,,,,", "real has no value 'x'", "row 2, column real"),
        ("1,0.1,maybe,,,,,", "flag has no value 'maybe'", "row 2, column flag"),
        ('1,0.1,,,"[1, 3]",,,', "items has no value", "row 2, column items"),
        (",,true,,,,,", "not a valid configuration", "row 2"),
        ("1,2,3", "no table|not a valid|no value", "bad.csv"),
    ],
)
def test_errors_name_row_and_column(tmp_path: Path, cells: str, what: str, where: str) -> None:
    space = load_space(UvlText(EVERY_KIND))
    file = tmp_path / "bad.csv"
    file.write_text(f"whole,real,flag,text,items,table,mixed,many\n,,,,,,,\n{cells}\n")
    with pytest.raises(UserError, match=what) as caught:
        read_plan(file, space, complete=True)
    assert where in str(caught.value.where)


def test_a_value_of_several_leaves_is_read_as_the_one_that_is_valid(tmp_path: Path) -> None:
    text = (
        "features\n  R {abstract}\n    mandatory\n      Mode {abstract, option 'mode'}\n"
        "        alternative\n          beams {value 'beams'}\n          draw {value 'draw'}\n"
        "    optional\n"
        "      Kept {abstract, option 'top_k'}\n        alternative\n"
        "          b10 {value 10}\n          b50 {value 50}\n          d10 {value 10}\n"
        "          d50 {value 50}\n"
        "      Tail {abstract, option 'tail'}\n        alternative\n"
        "          bt {value 1}\n          dt {value 1}\n"
        "constraints\n  b10 | b50 | bt => beams\n  d10 | d50 | dt => draw\n"
    )
    space = load_space(UvlText(text))
    every = distinct_uniform(space, space.count() or 0)
    assert len(every) == 12
    write_plan(every, tmp_path / "p.csv")
    assert read_plan(tmp_path / "p.csv", space, complete=True).equals(every)
    for row in every.iter_rows(named=True):
        assert space.config_id(space.from_row(row)) == row["config_id"]
    for method in ("twise", "yasa", "icpl"):
        assert coverage(space, sample(space, method, seconds=0.1))["coverage"] == 1
    broken = every.filter(pl.col("mode") == "beams").with_columns(mode=pl.lit("neither"))
    with pytest.raises(UserError, match="mode has no value 'neither'"):
        read_plan_of(broken, space, tmp_path)


def read_plan_of(plan: pl.DataFrame, space: Space, folder: Path) -> pl.DataFrame:
    write_plan(plan, folder / "again.parquet")
    return read_plan(folder / "again.parquet", space, complete=True)


def test_a_text_that_reads_as_another_value_is_told_apart() -> None:
    space = load_space(
        "features\n  R\n    mandatory\n      a {abstract, option 'a'}\n        alternative\n"
        "          A1 {value 1}\n          A2 {value '1'}\n          A3 {value true}\n"
        "    mandatory\n      b {abstract, option 'b'}\n        or\n"
        "          B1 {value 2}\n          B2 {value 3}\n          B3 {value 2}\n"
        "constraints\n  A2\n"
    )
    plan = sample(space, method="twise", t=2, seconds=0.2)
    found = coverage(space, plan, t=2)
    assert found["coverage"] == 1 and found["invalid_configurations"] == 0
