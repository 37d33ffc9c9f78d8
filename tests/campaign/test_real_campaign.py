"""Campaigns for real: the bundled model, real processes, real faults."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pimp_tui.session import open_session
from pimp_tui.session.control import ControlClient
from pimp_tui.session.schema import polars_schema

pytestmark = pytest.mark.timeout(300)


def start(*arguments: object, env=None) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "pimp_tui", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=env,
    )  # fmt: skip


def wait_for(condition, seconds: float = 60.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def processes_of(session: Path) -> dict[int, str]:
    """pid -> command line of every process that carries the session's path."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(session) in line:
            found[int(entry.parent.name)] = line
    return found


def segments(session: Path) -> int:
    return len(list((session / "runs").glob("*.parquet")))


def check_complete(session: Path, repeats: int) -> pl.DataFrame:
    """Exactly the planned runs, each once, and every table in its schema."""
    opened = open_session(session)
    runs, plan = opened.runs.collect(), opened.plan.collect()
    ok = runs.filter(pl.col("status") == "ok").select("config_id", "repetition")
    planned = {(c, r) for c in plan["config_id"] for r in range(1, repeats + 1)}
    assert len(ok) == ok.n_unique() and set(ok.iter_rows()) == planned
    for table in ("runs", "requests", "power"):
        frame = pl.read_parquet(session / table / "*.parquet")
        assert dict(frame.schema) == polars_schema(table)
    assert not list(session.rglob("*.tmp"))
    return runs


def test_campaign_end_to_end(tmp_path, mini, pimp):
    session = tmp_path / "s"
    done = pimp("run", session, "--space", mini, "--method", "uniform", "-n", 4, "--repeats", 2,
                "--limit", 4, "--seed", 3)  # fmt: skip
    assert done.returncode == 0, done.stderr
    runs = check_complete(session, 2)
    requests = open_session(session).requests.collect()
    assert len(requests) == 4 * 2 * 4
    assert requests["completion"].null_count() == 0 and requests["passed"].null_count() == 0
    assert runs["energy_j"].null_count() == 0 or not runs["energy_estimated"].any()
    if runs["energy_estimated"].all():  # an estimate fills energy_j alone
        for name in ("energy_gpu_j", "energy_cpu_j", "power_mean_w", "idle_power_w", "j_per_token"):
            assert runs[name].null_count() == len(runs)
    assert runs["ignored_options"].list.len().sum() == 0
    assert runs["duration_s"].n_unique() == len(runs)
    status = json.loads(pimp("status", session, "--json").stdout)
    assert status == {"state": "done", "runs_done": 8, "runs_failed": 0, "runs_planned": 8,
                      "eta_s": None, "pid": None, "verification_done": 0,
                      "verification_failed": 0, "verification_planned": 0}  # fmt: skip
    power = open_session(session).power.collect()
    assert (power["t_s"].diff().drop_nulls() >= 0).all() and len(power) > 0
    assert not processes_of(session)
    again = pimp("run", session)
    assert again.returncode == 0 and "0/" not in again.stdout
    check_complete(session, 2)
    refused = pimp("run", session, "--repeats", 5)
    assert refused.returncode == 2 and "--repeats 5 disagrees" in refused.stderr


@pytest.mark.slow
def test_first_or_last_in_the_plan_makes_no_difference(tmp_path, mini, pimp):
    """The same configuration, measured first and last: identical text, cost within noise."""
    texts, durations = [], []
    plan = tmp_path / "plan.csv"
    rows = [
        "do_sample,num_beams,num_return_sequences,max_new_tokens,temperature,batch_size,dtype,model",
        "false,1,1,40,,32,float32,micro-coder",
        "true,1,1,40,0.7,32,float32,micro-coder",
        "false,2,1,40,,32,float32,micro-coder",
    ]  # fmt: skip
    for name, order in (("a", [1, 2, 3]), ("b", [3, 2, 1])):
        plan.write_text("\n".join([rows[0], *(rows[i] for i in order)]) + "\n")
        session = tmp_path / name
        done = pimp("run", session, "--space", mini, "--plan", plan, "--limit", 6, "--repeats", 2)
        assert done.returncode == 0, done.stderr
        requests = open_session(session).requests.sort("config_id", "repetition", "task_id")
        texts.append(requests.select("config_id", "repetition", "task_id", "completion").collect())
        least = open_session(session).runs.group_by("config_id").agg(pl.col("duration_s").min())
        durations.append(dict(least.collect().iter_rows()))
    assert texts[0].equals(texts[1])
    for config_id, duration_s in durations[0].items():
        # Runs of 0.1 s beside a busy neighbour: only a leak as of static caches is told apart.
        assert 1 / 4 < duration_s / durations[1][config_id] < 4


@pytest.mark.slow
def test_sigkill_of_everything_then_resume(tmp_path, mini, pimp):
    session = tmp_path / "s"
    arguments = ("--space", mini, "--method", "uniform", "-n", 5, "--repeats", 3, "--limit", 8)
    process = start("run", session, *arguments)
    for target in (2, 5):
        wait_for(lambda target=target: segments(session) >= target)
        for pid in processes_of(session):
            os.kill(pid, signal.SIGKILL)
        process.wait(10)
        wait_for(lambda: not processes_of(session), 10)
        status = json.loads(pimp("status", session, "--json").stdout)
        assert status["state"] == "lost" and status["runs_done"] >= target
        process = start("run", session)
    assert process.wait(200) == 0
    check_complete(session, 3)


@pytest.mark.slow
def test_killed_worker_costs_no_run_and_stop_ends_cleanly(tmp_path, mini, pimp):
    session = tmp_path / "s"
    process = start("run", session, "--space", mini, "--method", "uniform", "-n", 6,
                    "--repeats", 40, "--limit", 4)  # fmt: skip
    wait_for(lambda: segments(session) >= 1)
    second = pimp("run", session)
    assert second.returncode == 2 and "a campaign runs already (pid" in second.stderr
    worker = next(p for p, line in processes_of(session).items() if "campaign.worker" in line)
    os.kill(worker, signal.SIGKILL)
    before = segments(session)
    wait_for(lambda: segments(session) >= before + 3)
    with ControlClient(session) as client:
        client.request("pause")
    wait_for(lambda: json.loads(pimp("status", session, "--json").stdout)["state"] == "paused")
    paused = segments(session)
    time.sleep(1.0)
    assert segments(session) == paused
    assert pimp("resume", session).returncode == 0
    wait_for(lambda: segments(session) > paused)
    runner = next(p for p, line in processes_of(session).items() if "campaign.runner" in line)
    os.kill(runner, signal.SIGHUP)
    time.sleep(0.5)
    assert runner in processes_of(session)  # a hang-up stops nothing
    assert pimp("stop", session).returncode == 0
    assert process.wait(60) == 130
    status = json.loads(pimp("status", session, "--json").stdout)
    assert status["state"] == "stopped" and status["runs_failed"] == 0
    assert not processes_of(session)


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("raise", "ValueError: beams are broken"),
        ("memory", "out of memory: no more"),
        ("allocation", "can't allocate memory"),
        ("kill", "killed by SIGKILL"),
        ("exit", "exited with code 7"),
        ("leave", "SystemExit: gone"),
        ("device", "CUDA error: an illegal memory access was encountered"),
    ],
)
def test_a_broken_configuration_costs_its_own_runs_only(
    tmp_path, mini, pimp, faulty, fault, reason
):
    session = tmp_path / "s"
    done = pimp("run", session, "--space", mini, "--engine", "faulty", "--method", "twise",
                "--repeats", 2, "--limit", 2, env=faulty | {"FAULT": fault})  # fmt: skip
    assert done.returncode == 3, done.stderr
    opened = open_session(session)
    plan = opened.plan.collect()
    broken = set(plan.filter(pl.col("num_beams") == 2)["config_id"])
    runs = opened.runs.collect()
    failed = runs.filter(pl.col("status") == "failed")
    assert broken and set(failed["config_id"]) == broken
    assert len(failed.filter(pl.col("reason").str.contains(reason, literal=True))) == len(failed)
    assert failed["duration_s"].null_count() == len(failed)
    assert len(runs) == 2 * len(plan) and opened.status()["state"] == "done"
    if fault == "kill":  # what a worker had started goes with it
        children = (tmp_path / "site" / "children").read_text().split()
        assert children and not any(alive(int(pid)) for pid in children)


@pytest.mark.slow
def test_a_hung_configuration_is_killed_at_its_time_limit(tmp_path, mini, pimp, faulty):
    session = tmp_path / "s"
    plan = tmp_path / "plan.csv"
    header = (
        "do_sample,num_beams,num_return_sequences,max_new_tokens,temperature,batch_size,dtype,model"
    )
    plan.write_text(
        f"{header}\nfalse,2,1,20,,32,float32,micro-coder\nfalse,1,1,20,,32,float32,micro-coder\n"
    )
    done = pimp("run", session, "--space", mini, "--engine", "faulty", "--plan", plan, "--repeats",
                1, "--limit", 2, "--timeout", 15, env=faulty | {"FAULT": "hang"})  # fmt: skip
    assert done.returncode == 3, done.stderr
    runs = open_session(session).runs.collect()
    failed = runs.filter(pl.col("status") == "failed")
    assert failed["reason"].to_list() == ["timeout after 15 s"]
    assert len(runs.filter(pl.col("status") == "ok")) == 1


@pytest.mark.slow
def test_a_space_without_a_length_runs_at_the_library_s_own_or_at_the_one_asked_for(tmp_path, pimp):
    own = tmp_path / "own.uvl"
    own.write_text(
        "features\n    Root\n        alternative\n"
        "            greedy {option 'do_sample', value false}\n"
        "            sample {option 'do_sample', value true}\n"
    )
    few = ("--space", own, "--limit", 4, "--repeats", 1, "-n", 2, "--method", "uniform")
    for name, flags, most in (("usual", (), 20), ("asked", ("--max-new-tokens", 3), 3)):
        ended = pimp("run", tmp_path / name, *few, *flags)
        assert ended.returncode == 0, ended.stderr
        session = open_session(tmp_path / name)
        tokens = session.requests.collect()["tokens_out"]
        assert tokens.max() == most and session.runs.collect()["status"].to_list() == ["ok"] * 2
        assert ("max_new_tokens" in session.plan.collect().columns) == bool(flags)
