"""The same completions score as in evalplus itself, on a file of its format made from HumanEval.

``PIMP_TUI_EVALPLUS`` names a Python that has evalplus, numpy and psutil.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from pimp_tui.workload import Task, load_workload, score_file

EVALPLUS = os.environ.get("PIMP_TUI_EVALPLUS")
SCRIPT = Path(__file__).with_name("evalplus_verdicts.py")
TASKS, INPUTS = 60, 12
SLIPS = (
    (ast.Lt, ast.LtE), (ast.LtE, ast.Lt), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq),
    (ast.Add, ast.Sub), (ast.Sub, ast.Add), (ast.Mult, ast.Add), (ast.Div, ast.FloorDiv),
)  # fmt: skip
# What is done to the right answer r of a program: some of it counts, some does not.
CHANGES = (
    "r", "r * (1 + 1e-9) if isinstance(r, float) else r", "r + 1e-5 if isinstance(r, float) else r",
    "tuple(r) if isinstance(r, list) else r", "list(r) if isinstance(r, tuple) else r",
    "float(r) if type(r) is int else r", "int(r) if isinstance(r, bool) else r",
    "(x for x in r) if isinstance(r, list) else r", "str(r)", "None if r is None else [r]",
    "numpy.float64(r) * (1 + 1e-9) if isinstance(r, float) else r",
    "numpy.int64(r) if type(r) is int and abs(r) < 2**60 else r",
    "fractions.Fraction(r) if isinstance(r, float) else r",
    "[x + 1e-8 if isinstance(x, float) else x for x in r] if isinstance(r, list) else r",
    "collections.UserList(r) if isinstance(r, list) else r", "(a[0].clear(), r)[1]", "exit()",
)  # fmt: skip


def recorded(task: Task) -> list[list]:
    """The inputs that HumanEval's own test gives the function."""
    names: dict = {}
    exec(task.prompt + (task.canonical_solution or "") + (task.test or ""), names)
    right, seen = names[task.entry_point], []

    def recorder(*arguments):
        if json.loads(json.dumps(arguments)) == list(arguments):
            seen.append(copy.deepcopy(list(arguments)))
        return right(*arguments)

    names["check"](recorder)
    return seen


def slipped(code: str, chance: random.Random) -> str:
    """The program with one comparison or sum changed, or the program where it has none."""
    tree = ast.parse(code)
    places = [node for node in ast.walk(tree) if isinstance(node, ast.Compare | ast.BinOp)]
    chance.shuffle(places)
    for node in places:
        operator = node.op if isinstance(node, ast.BinOp) else node.ops[0]
        for kind, other in SLIPS:
            if type(operator) is kind:
                if isinstance(node, ast.BinOp):
                    node.op = other()
                else:
                    node.ops[0] = other()
                return ast.unparse(tree)
    return code


@pytest.mark.slow
@pytest.mark.skipif(not EVALPLUS, reason="PIMP_TUI_EVALPLUS names no Python with evalplus")
def test_the_same_completions_score_as_in_evalplus(write_lines, isolating_tiers):
    chance = random.Random(7)
    rows, solutions = [], []
    # The published evalplus fails every answer to find_zero.
    tasks = [t for t in load_workload("humaneval").tasks if t.entry_point != "find_zero"]
    for task in chance.sample(tasks, TASKS):
        inputs = recorded(task)
        if len(inputs) < 2 or len(json.dumps(inputs)) > 20_000:
            continue
        atol = 1e-6 if "1e-6" in task.test or "10**-6" in task.test else 0
        rows.append({
            "task_id": task.task_id, "prompt": task.prompt, "entry_point": task.entry_point,
            "canonical_solution": task.canonical_solution, "atol": atol,
            "base_input": inputs[::2][:INPUTS], "plus_input": inputs[1::2][:INPUTS],
        })  # fmt: skip
        whole = task.prompt + task.canonical_solution
        changed = [
            f"{whole}\nright = {task.entry_point}\nimport collections, fractions, numpy\n"
            f"def {task.entry_point}(*a):\n    r = right(*a)\n    return {change}\n"
            for change in chance.sample(CHANGES, 3)
        ]
        programs = [whole, slipped(whole, chance), slipped(whole, chance), *changed]
        solutions += [{"task_id": task.task_id, "solution": text} for text in programs]
    data, given = write_lines(*rows, name="plus.jsonl"), write_lines(*solutions, name="s.jsonl")
    command = [str(EVALPLUS), str(SCRIPT), str(data), str(given)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    wanted = json.loads(told.stdout)
    ours = score_file(load_workload(f"humaneval+={data}"), given)["results"]
    differ = [
        (row, text["solution"][-300:], passed)
        for row, text, passed in zip(ours, solutions, wanted, strict=True)
        if row["passed"] is not passed
    ]
    assert differ == []
    assert len(wanted) >= 240
    assert 0.2 < sum(wanted) / len(wanted) < 0.9
