"""The command verify: which picks it takes, and what it refuses in one line."""

import json

import polars as pl
import pytest

from pimp_tui.cli import main
from pimp_tui.learning.verification.picking import pick_along
from pimp_tui.session import open_session
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.session.picks import queue_pick


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-n", "0"], "0 picks cannot be verified"),
        (["--repeats", "1"], "1 repeats show no spread"),
        (["--budget", "much"], "no budget"),
        (["--objective", "duration_s"], "no objective"),
        (["--objective", "duratoin_s:min"], "did you mean duration_s"),
    ],
)
def test_one_line(demo, capsys, arguments, said):
    assert main(["verify", str(demo), *arguments]) == 2
    out, err = capsys.readouterr()
    assert not out and said in err and "Traceback" not in err and len(err.splitlines()) <= 2
    assert not (demo / "picks.json").exists() and not (demo / "verify").exists()


def test_a_budget_that_is_used_up_is_said_before_anything_is_run(demo, capsys):
    manifest = read_manifest(demo)
    manifest["settings"]["budget"] = "32runs"
    write_manifest(demo, manifest)
    row = open_session(demo).plan.collect().row(4, named=True)
    queue_pick(demo, row, {"duration_s": "min"})
    assert main(["verify", str(demo)]) == 2
    err = capsys.readouterr().err
    assert "1 pick not verified: the budget of 32runs is used up" in err and "--budget" in err
    assert not (demo / "verify").exists()


def test_an_imported_table_cannot_be_measured_anew(tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text("a,cost\n1,2.0\n2,3.0\n")
    session = str(tmp_path / "s")
    assert main(["import", str(table), "--options", "a", "--metrics", "cost",
                 "--session", session]) == 0  # fmt: skip
    assert main(["verify", session]) == 2
    assert "nothing in it can be run" in capsys.readouterr().err


def test_picks_lie_along_the_front_the_predicted_ones_first(demo):
    session = open_session(demo)
    control = read_manifest(demo)["named"]["library default"]
    front = pl.DataFrame(
        [
            {
                "config_id": control if at == 0 else f"{at:016x}", "duration_s": 1.0 + at,
                "pass_at_1": 0.1 * at, "estimated": at % 2 == 0, "duration_s_lower": 0.5,
                "duration_s_upper": 9.0, "pass_at_1_lower": 0.0, "pass_at_1_upper": 1.0,
            }
            for at in range(9)
        ]
    )  # fmt: skip
    ways = {"duration_s": "min", "pass_at_1": "max"}
    names = [int(pick["config_id"], 16) for pick in pick_along(session, front, ways, 3)]
    assert set(names) == {2, 8, 4} or set(names) == {2, 8, 6}, "both ends, then between"
    every = pick_along(session, front, ways, 99)
    assert len(every) == 8 and control not in {pick["config_id"] for pick in every}
    assert [bool(pick["estimated"]) for pick in every] == [True] * 4 + [False] * 4
    assert every[-1]["duration_s_lower"] is None, "a measurement promises no interval"


@pytest.mark.slow
def test_a_dry_run_shows_picks_and_their_promise_and_queues_nothing(demo, capsys):
    before = (demo / "plan.parquet").read_bytes()
    assert main(["verify", str(demo), "-n", "2", "--dry-run", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 2 and {"duration_s", "duration_s_lower", "pass_at_1"} <= set(rows[0])
    assert (demo / "plan.parquet").read_bytes() == before
    assert not (demo / "picks.json").exists()
