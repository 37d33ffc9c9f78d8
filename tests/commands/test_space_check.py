"""``space check`` as users run it: a process, its exit code, stdout and stderr."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pimp_tui.space import load_space

SPACE = """features
    Engine {abstract, layer 'generation'}
        mandatory
            alpha {abstract, option 'alpha'}
                alternative
                    alpha_1 {value 1, default true}
                    alpha_2 {value 2}
            beta {abstract, option 'beta'}
                alternative
                    beta_1 {value 1, default true}
                    beta_2 {value 2}
        optional
            gamma_5 {option 'gamma', value 5}
            delta_calm {option 'delta', value 'calm', unset 'none'}
constraints
    gamma_5 => !alpha_1
"""
CLASH = "    alpha_2 => beta_1\n"


@pytest.fixture
def site(tmp_path):
    """Environment in which the fake engine of tests/mining is an installed package."""
    folder = tmp_path / "site"
    info = folder / "fake_engine-1.0.dist-info"
    info.mkdir(parents=True)
    source = Path(__file__).parents[1] / "mining" / "fake_engine.py"
    shutil.copy(source, folder / "fake_engine.py")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pimp_tui.engines]\nfake = fake_engine:FakeEngine\n")
    held = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *([held] if held else [])])}


@pytest.fixture
def check(pimp, site, tmp_path):
    def run(text, *arguments):
        path = tmp_path / "mine.uvl"
        path.write_text(text)
        return pimp("space", "check", path, "--engine", "fake", "-n", 10, *arguments, env=site)

    return run


def test_a_clean_space_exits_0(check):
    done = check(SPACE + CLASH, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["findings"] == [] and answer["failed"] == answer["ineffective"] == 0
    assert (answer["space"], answer["model"], answer["engine"]) == ("mine", "micro-coder", "fake")
    assert answer["configurations_run"] > 4 and answer["pairs_probed"] == 3
    assert "configurations: " in done.stderr and "ETA" in done.stderr


def test_failures_exit_3_and_the_proposal_reloads(check, tmp_path):
    out = tmp_path / "proposal.uvl"
    done = check("// kept\n" + SPACE, "--json", "--out", out)
    assert done.returncode == 3, done.stderr
    [finding] = json.loads(done.stdout)["findings"]
    assert finding["kind"] == "missing" and finding["cause"] == {"alpha": 2, "beta": 2}
    assert set(finding) >= {"message", "constraint", "proposal", "configurations"}
    assert out.read_text().startswith("// kept")
    space = load_space(str(out))
    assert not space.satisfiable([space.variable("alpha_2"), space.variable("beta_2")])


def test_without_json_it_prints_counts_findings_and_constraints(check):
    done = check(SPACE)
    assert done.returncode == 3
    assert "configurations_run" in done.stdout and "missing: alpha=2, beta=2" in done.stdout
    lines = done.stdout.splitlines()
    at = lines.index("constraints")
    assert "takes beta 1" in lines[at + 1] and lines[at + 1].strip().startswith("//")
    assert lines[at + 2].strip() in ("alpha_2 => beta_1", "beta_2 => alpha_1")


def test_a_false_constraint_alone_is_no_failure(check):
    done = check(SPACE + CLASH + "    delta_calm => beta_1\n", "--json")
    assert done.returncode == 0
    [finding] = json.loads(done.stdout)["findings"]
    assert finding["kind"] == "over-constraint" and finding["constraint"] == "delta_calm => beta_1"
    assert finding["line"] == len((SPACE + CLASH).splitlines()) + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "a", "--model", "b"], "one model"),
        (["--seconds", "0"], "seconds"),
        (["--out", "nowhere/at/all.uvl"], "no folder"),
    ],
)
def test_bad_input_exits_2(check, arguments, words):
    done = check(SPACE, *arguments)
    assert done.returncode == 2 and words in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_a_space_without_options_has_nothing_to_run(check):
    done = check("features\n    A\n        optional\n            B\n")
    assert done.returncode == 2 and "nothing to run" in done.stderr


@pytest.mark.slow
def test_an_interrupt_prints_what_was_found_and_leaves_no_process(site, tmp_path):
    path = tmp_path / "mine.uvl"
    path.write_text(SPACE + "    delta_calm => beta_1\n")
    hang = path.read_text().replace("'calm', unset", "'hang', unset")
    path.write_text(hang)
    command = [sys.executable, "-m", "pimp_tui", "space", "check", str(path), "--json"]
    process = subprocess.Popen(
        [*command, "--engine", "fake", "-n", "4", "--timeout", "60"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | site,
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 60
    while not (held := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    answer = json.loads(out)
    assert answer["interrupted"] and answer["left_out"]
    assert not any(Path(f"/proc/{pid}").exists() for pid in held)
