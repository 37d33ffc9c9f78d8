"""What cannot be learnt is said in one line, with exit 2 and without a number made up."""

import json
import random

import pytest

from pimp_tui.cli import main

GP = ("--predictor", "gaussian_process")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Imported sessions: constant, of one configuration, of NaN alone, and a good one."""
    folder = tmp_path_factory.mktemp("tables")
    dice = random.Random(1)
    grid = [(a, b, c) for a in range(4) for b in ("x", "y") for c in (0, 1)]
    cost = {row: f"{2 * row[0] + row[2] + dice.random()}" for row in grid}
    contents = {
        "constant": [(*row, "5.0", cost[row]) for row in grid],
        "one": [(1, "x", 0, "3.0", "1.0"), (1, "x", 0, "3.1", "1.2")],
        "nan": [(*row, "NaN", cost[row]) for row in grid],
        "good": [(*row, "NaN" if row == (1, "x", 1) else cost[row], "1.0") for row in grid],
    }
    for name, rows in contents.items():
        table = folder / f"{name}.csv"
        table.write_text("a,b,c,cost,t\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))
        session = str(folder / name)
        arguments = ["--options", "a,b,c", "--metrics", "cost,t", "--session", session]
        assert main(["import", str(table), *arguments]) == 0
    return folder


CONSTANT = "cost is 5 in all 16 configurations measured"
NOBODY = "no cost was measured"


@pytest.mark.parametrize(
    ("session", "arguments", "said"),
    [
        ("constant", ["learn", "--metric", "cost", *GP], CONSTANT),
        ("constant", ["effects", "--metric", "cost"], CONSTANT),
        ("constant", ["effects", "--pairs", "--json"], CONSTANT),
        ("constant", ["effects", "--importance", *GP], CONSTANT),
        ("constant", ["predict", "--metric", "cost"], CONSTANT),
        ("one", ["learn", *GP], "predictions start at 12\n  mend: measure 11 more"),
        ("one", ["learn", "--curve"], "curve starts at 17\n  mend: measure 16 more"),
        ("one", ["effects"], "no option varies among the 1 configuration"),
        ("one", ["effects", "--switch", "#1"], "no option varies among the 1 configuration"),
        ("nan", ["learn", "--metric", "cost"], NOBODY),
        ("nan", ["learn", "--metric", "cost", "--curve"], NOBODY),
        ("nan", ["effects"], NOBODY),
        ("nan", ["pareto"], NOBODY),
        ("nan", ["pareto", "--objective", "cost:min", "--predicted"], NOBODY),
        ("nan", ["predict"], NOBODY),
        ("good", ["learn", "--metric", "cots"], "no metric cots; did you mean cost?"),
        ("good", ["learn", "--predictor", "forrest"], "no predictor forrest"),
        ("good", ["learn", "--seed", "-1"], "--seed"),
        ("good", ["effects", "--pairs", "--importance"], "one at a time"),
        ("good", ["effects", "--switch", "#99"], "#99"),
        ("good", ["pareto", "--objective", "cots:min"], "no column cots; did you mean cost?"),
        ("good", ["pareto", "--margin", "2"], "--margin"),
        ("good", ["predict", "--plan", "none.csv"], "none.csv"),
    ],
)
def test_one_line(tables, capsys, session, arguments, said):
    command, *rest = arguments
    code = main([command, str(tables / session), *rest])
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), (out, err)
    assert said in err and "Traceback" not in err and 1 <= len(err.splitlines()) <= 2


def test_a_condition_on_what_nobody_measured_empties_the_front(tables, capsys):
    command = ["pareto", str(tables / "nan"), "--objective", "t:min", "--where", "cost <= 2"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    told = "cost <= 2 holds for none of the 16 configurations: no cost was measured"
    assert not out and err.strip() == f"the front is empty: {told}"


def test_all_runs_failed(demo, capsys):
    import polars as pl

    file = demo / "runs" / "merged.parquet"
    runs = pl.read_parquet(file)
    kept = {"config_id", "repetition", "attempt", "model", "engine", "device", "host", "started_at"}
    emptied = [pl.lit(None, runs.schema[n]).alias(n) for n in runs.columns if n not in kept]
    failed = runs.with_columns(emptied).with_columns(
        status=pl.lit("failed"), reason=pl.lit("out of memory")
    )
    failed.select(runs.columns).write_parquet(file)
    for command in (["learn"], ["learn", "--curve"], ["effects"], ["pareto"], ["predict"]):
        assert main([command[0], str(demo), *command[1:]]) == 2
        out, err = capsys.readouterr()
        assert not out and "no duration_s was measured" in err and "Traceback" not in err


@pytest.mark.slow
def test_unseen_values_get_no_number(tables, capsys, tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text("a,b,c\n0,x,0\n9,x,1\n1,zzz,0\n")
    assert main(["predict", str(tables / "good"), "--plan", str(plan), "--json"]) == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert [row["prediction"] is None for row in rows] == [False, True, True]
    assert [row["lower"] is None for row in rows] == [
        False,
        True,
        True,
    ] and "2 not predicted" in err
    plan.write_text("a,b,c\n9,x,1\n")
    assert main(["predict", str(tables / "good"), "--plan", str(plan)]) == 2
    assert "never measured" in capsys.readouterr().err


@pytest.mark.slow
def test_a_table_predicts_what_it_lacks(tables, capsys):
    """Of a measured configuration only a refit that did not see it is asked."""
    assert main(["predict", str(tables / "good"), "--metric", "cost", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["a"], row["b"], row["c"]) == (1, "x", 1)
    assert row["lower"] <= row["prediction"] <= row["upper"]


@pytest.mark.slow
def test_a_session_keeps_its_evaluation_and_its_curve(tmp_path, capsys):
    dice = random.Random(2)
    rows = [f"{a},{b},{3 * a + b + dice.random()}" for a in range(6) for b in range(4)]
    table, session = tmp_path / "t.csv", tmp_path / "kept"
    table.write_text("\n".join(["a,b,cost", *rows]) + "\n")
    options = ["--options", "a,b", "--metrics", "cost", "--session", str(session)]
    assert main(["import", str(table), *options]) == 0
    capsys.readouterr()
    forest = ["--predictor", "random_forest", "--seed", "3", "--json"]
    assert main(["learn", str(session), *forest]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert main(["learn", str(session), "--curve", *forest]) == 0
    points = json.loads(capsys.readouterr().out)
    kept = json.loads((session / "learning.json").read_text())
    assert kept["evaluation"] == evaluation and kept["curve"]["points"] == points
    assert kept["seed"] == kept["curve"]["seed"] == 3 and kept["runs"] == 24
    assert kept["curve"]["settings"]["predictors"] == ["random_forest"]
    assert points[0]["n"] == 12 and points[-1]["n"] == 19  # a fifth is held out
