"""``pimp-tui score`` as users run it: a process with exit code, data on stdout, words on stderr."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import psutil
import pytest

SCORE = [sys.executable, "-m", "pimp_tui", "score"]
TASKS = (
    {"task_id": "a", "prompt": "def f(x):\n", "entry_point": "f", "test": "assert f(2) == 4"},
    {"task_id": "b\x1b[31m\x9b", "prompt": "2 + 2 =", "answer": "4"},
)
SAMPLES = (
    {"task_id": "a", "completion": "    return x * 2\n"},
    {"task_id": "a", "solution": "def f(x):\n    return x + 3\n"},
    {"task_id": TASKS[1]["task_id"], "completion": " 4. "},
    {"task_id": TASKS[1]["task_id"], "completion": "5"},
)


def score(workload: object, samples: object, *more: str) -> subprocess.CompletedProcess[str]:
    command = [*SCORE, str(workload), str(samples), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_table_for_people_and_json_for_scripts(write_lines, isolating_tiers):
    tasks, samples = write_lines(*TASKS), write_lines(*SAMPLES, name="s.jsonl")
    told = score(tasks, samples)
    assert told.returncode == 0
    assert [line.split()[:3] for line in told.stdout.splitlines()] == [
        ["task_id", "completion_id", "passed"],
        ["a", "0", "yes"],
        ["a", "1", "no"],
        ["b?[31m?", "0", "yes"],
        ["b?[31m?", "1", "no"],
    ]
    assert told.stderr.splitlines()[-1] == "2 tasks, pass@1 0.5, pass@2 1"
    answer = json.loads(score(tasks, samples, "--json").stdout)
    assert (answer["tasks"], answer["pass_at_1"]) == (2, 0.5)
    assert answer["pass_at_k"] == {"1": 0.5, "2": 1.0}
    assert [row["completion_id"] for row in answer["results"]] == [0, 1, 0, 1]
    assert answer["results"][2]["task_id"] == TASKS[1]["task_id"]


def test_a_file_that_is_not_the_published_one_is_told(write_lines, isolating_tiers):
    row = {
        "task_id": "HumanEval/900", "prompt": "def f(x):\n", "entry_point": "f", "atol": 0,
        "canonical_solution": "    return x + 1\n", "base_input": [[1]], "plus_input": [[2]],
    }  # fmt: skip
    samples = ({"task_id": row["task_id"], "solution": f"def f(x):\n    return {right}\n"}
               for right in ("1 + x", "2"))  # fmt: skip
    told = score(f"humaneval+={write_lines(row)}", write_lines(*samples, name="s.jsonl"), "--json")
    answer = json.loads(told.stdout)
    assert "not HumanEval+ v0.1.10" in told.stderr
    assert (answer["release"], answer["pass_at_1"]) == (None, 0.5)
    said = "assertion failed: input [2], expected 3; got 2"
    assert [row["reason"] for row in answer["results"]] == ["passed", said]


@pytest.mark.parametrize(
    ("tasks", "samples", "said"),
    [
        (TASKS, ['{"task_id": "a", "completion": ""}', "{}"], "s.jsonl:2: key 'task_id'"),
        (TASKS, ['{"task_id": "a", "completion": "", "completion": ""}'], "s.jsonl:1: not JSON"),
        (TASKS, [], "s.jsonl: the file holds no sample"),
        ([{**TASKS[0], "test": "assert f("}], SAMPLES, "tasks.jsonl:1: 'test' is no Python"),
        ([TASKS[0], {"task_id": "z"}], SAMPLES, "tasks.jsonl:2: key 'prompt' is missing"),
    ],
)
def test_a_bad_file_is_one_clear_line(write_lines, tasks, samples, said):
    told = score(write_lines(*tasks), write_lines(*samples, name="s.jsonl"))
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert len(told.stderr.splitlines()) <= 3
    assert "Traceback" not in told.stderr


@pytest.mark.slow
def test_ctrl_c_does_not_wait_for_the_programs(write_lines, isolating_tiers):
    # Asleep, each would go on to its wall-clock limit of eleven seconds.
    rows = [
        {"task_id": "a", "completion": f"    import time\n    time.sleep(60 + {n})\n"}
        for n in range(8)
    ]
    samples = write_lines(*rows, name="s.jsonl")
    command = [*SCORE, str(write_lines(*TASKS)), str(samples)]
    scorer = psutil.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    # The probe's program is over when two generations of a sandbox stand for a while.
    family: list[psutil.Process] = []
    while time.monotonic() < until and (
        len(family) < 3 or max(time.time() - one.create_time() for one in family) < 1.0
    ):
        time.sleep(0.1)
        family = scorer.children(recursive=True)
    begun = time.monotonic()
    scorer.send_signal(signal.SIGINT)
    assert scorer.wait(30) == 130
    assert time.monotonic() - begun < 6
    assert psutil.wait_procs(family, timeout=5)[1] == []
