"""``sample`` and ``coverage`` as users run them."""

import io
import json
import os
import pty
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from pimp_tui.commands.progress import Progress

GROUPS = "".join(
    f"            G{g}\n                alternative\n"
    + "".join(f"                    V{g}_{k}\n" for k in range(4))
    for g in range(5)
)
MODEL = f"features\n    R\n        mandatory\n{GROUPS}constraints\n    V0_0 => V1_0 | V1_1\n"


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "model.uvl"
    file.write_text(MODEL)
    return file


@pytest.mark.parametrize("method", ["twise", "yasa:2"])
def test_bounds_stand_beside_the_size(model, pimp, method):
    done = pimp("sample", model, "--method", method, "--bound", "--seconds", "1", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["coverage"] == 1 and told["interactions"] == "literals"
    assert 1 < told["lower_bound"] <= told["configurations"] <= 30
    bound = f"proven lower bound {told['lower_bound']}"
    assert f"{told['configurations']} configurations, {bound}, all valid 2-way" in done.stderr


def test_plans_are_extended(model, answer, pimp, tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.parquet"
    answer("sample", model, "--method", "uniform", "-n", "5", "--out", first)
    told = answer("sample", model, "--method", "icpl", "--extend", first, "--out", second)
    plan = pl.read_parquet(second)
    assert plan["sampler"].to_list()[:6] == ["uniform"] * 5 + ["icpl"]
    assert plan.head(5)["config_id"].to_list() == pl.read_csv(first)["config_id"].to_list()
    assert told["configurations"] == len(plan) and told["coverage"] == 1
    checked = answer("coverage", model, second)
    assert checked["coverage"] == 1 and checked["duplicates"] == 5 - plan.head(5).n_unique(
        "config_id"
    )
    lines = first.read_text().splitlines()
    cells = lines[2].replace("true", "false").split(",")
    first.write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:]]) + "\n")
    done = pimp("sample", model, "--extend", first)
    assert done.returncode == 2 and "row 2" in done.stderr and "not a valid" in done.stderr


def test_coverage_within_a_choice(model, answer):
    told = answer("sample", model, "--method", "yasa", "--select", "V0_0", "--deselect", "V2_1")
    assert told["coverage"] == 1 and told["lower_bound"] is None
    assert answer("sample", model, "--method", "uniform", "-n", "3")["coverage"] is None


@pytest.mark.parametrize(
    ("arguments", "what", "mend"),
    [
        (["--method", "suggest"], "suggest needs a session", "pimp-tui suggest SESSION"),
        (["--method", "uniform", "--bound"], "no bound for uniform", "twise, yasa or icpl"),
        (["--method", "yasa:x"], "yasa makes no x passes", "yasa:10"),
        (["--method", "icpl", "-t", "4"], "t is 4", "1, 2 or 3"),
        (["--seed", "-1"], "seed is -1", "0 or more"),
        (["--seconds", "inf"], "seconds is inf", "above 0"),
        (["--method", "yasa+"], "no sampling method ''", "methods are"),
        (["--extend", "none.csv"], "no plan none.csv", "--out"),
    ],
)
def test_what_cannot_be(model, pimp, arguments, what, mend):
    done = pimp("sample", model, *arguments)
    assert done.returncode == 2 and what in done.stderr and mend in done.stderr
    assert len(done.stderr.splitlines()) <= 3 and not done.stdout


def test_strengths_that_are_infeasible_are_refused_at_once(pimp, tmp_path):
    small, large = tmp_path / "small.uvl", tmp_path / "large.uvl"
    small.write_text("features\n  R {abstract}\n    optional\n      x {option 'x', value 3}\n")
    large.write_text("features\n  R\n    optional\n" + "".join(f"      F{i}\n" for i in range(900)))
    done = pimp("sample", small, "--method", "icpl")
    assert done.returncode == 2 and "only one option to combine" in done.stderr
    done = pimp("sample", large, "--method", "twise", "-t", "3")
    assert done.returncode == 2 and "interactions of 3" in done.stderr
    assert "take -t 2" in done.stderr


class Terminal(io.StringIO):
    def isatty(self):
        return True


def on_a_clock(monkeypatch, *seconds):
    clock = iter(seconds)
    monkeypatch.setattr("pimp_tui.commands.progress.time.monotonic", lambda: next(clock))


def test_progress_is_one_line_on_a_terminal(monkeypatch):
    on_a_clock(monkeypatch, 0.0, 0.9, 2.5, 2.6, 3.0)
    stream = Terminal()
    progress = Progress(stream)
    progress("yasa", 0.1)  # too early
    progress("yasa", 0.25)
    progress("yasa", 0.26)  # too soon after the last
    progress("checking", None)
    progress.__exit__(None, None, None)
    assert stream.getvalue() == (
        "\r\x1b[Kyasa 25 %, 2 s, Ctrl-C ends it\r\x1b[Kchecking, 3 s, Ctrl-C ends it\r\x1b[K"
    )


def test_progress_is_a_line_now_and_then_elsewhere(monkeypatch):
    on_a_clock(monkeypatch, 0.0, 4.0, 6.0, 9.0, 17.0)
    stream = io.StringIO()
    progress = Progress(stream)
    for share in (0.1, 0.2, 0.3, 0.4):
        progress("yasa", share)
    progress.__exit__(None, None, None)
    assert stream.getvalue() == "yasa 20 %, 6 s\nyasa 40 %, 17 s\n"


def test_progress_goes_on_while_nothing_new_is_told(monkeypatch):
    monkeypatch.setattr("pimp_tui.commands.progress._AFTER_S", 0.05)
    monkeypatch.setattr("pimp_tui.commands.progress._EVERY_S", 0.05)
    stream = Terminal()
    with Progress(stream) as progress:
        progress("compiling the model", None)
        until = time.monotonic() + 30
        while stream.getvalue().count("compiling") < 3 and time.monotonic() < until:
            time.sleep(0.02)
    assert stream.getvalue().count("compiling") >= 3 and stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.slow
def test_given_rows_outside_the_choices_stay_and_are_named(model, pimp, tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    done = pimp("sample", model, "--method", "twise", "-t", "1", "--seconds", "0.2", "--out", first)
    assert done.returncode == 0, done.stderr
    done = pimp("sample", model, "--extend", first, "--select", "V2_1", "--seconds", "0.2",
                "--out", second)  # fmt: skip
    assert done.returncode == 0 and "has not V2_1 selected" in done.stderr
    assert "given rows stay" in done.stderr
    before, after = pl.read_csv(first), pl.read_csv(second)
    assert after.head(len(before)).equals(before) and after[len(before) :]["V2_1"].all()


def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    model, out = tmp_path / "wide.uvl", tmp_path / "out" / "plan.parquet"
    out.parent.mkdir()
    kids = "".join(f"      F{i}\n" for i in range(260))
    rules = "".join(f"  F{i} | F{i + 1} | !F{i + 7}\n" for i in range(0, 250, 3))
    model.write_text(f"features\n  R\n    optional\n{kids}constraints\n{rules}")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pimp_tui", "sample", str(model), "--method", "yasa:500",
               "-t", "3", "--out", str(out)]  # fmt: skip
    done = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path)
    seen = b""
    until = time.monotonic() + 60
    while b"Ctrl-C ends it" not in seen and time.monotonic() < until:
        seen += os.read(ours, 1024)
    done.send_signal(signal.SIGINT)
    assert done.wait(timeout=20) == 130
    assert list(out.parent.iterdir()) == [] and b" %, " in seen
    assert b"Traceback" not in seen and b"fault" not in seen
    os.close(ours)


def test_unions_by_name(model, answer, tmp_path):
    file = tmp_path / "all.parquet"
    told = answer("sample", model, "--method", "yasa+icpl+uniform", "-n", "50", "--out", file)
    plan = pl.read_parquet(file)
    assert told["configurations"] == 50 == plan.n_unique("config_id")
    assert list(dict.fromkeys(plan["sampler"])) == ["yasa", "icpl", "uniform"]
    assert json.dumps(told["method"]) == '"yasa+icpl+uniform"' and told["coverage"] == 1


def test_a_name_with_a_comma_is_selected_as_it_is(tmp_path, pimp):
    file = tmp_path / "comma.uvl"
    file.write_text('features\n    R\n        optional\n            "x,y"\n            A\n')
    for given in ("x,y", "A,R"):
        done = pimp("space", "count", file, "--select", given, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["valid_configurations"] == 2
