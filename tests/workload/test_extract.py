"""The program in an answer, as EvalPlus finds it; the search against the one over all runs."""
# ruff: noqa: E501

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimp_tui.workload import Sample, Task, Workload, load_workload, score
from pimp_tui.workload.extract import extract_program, longest_code

F = "def f(x):\n    return g(x)"
G = "def g(x):\n    return x + 1"

SHAPES = {
    "bare": (f"{F}\n{G}", f"{F}\n{G}"),
    "fenced": (f"Here it is:\n```python\n{F}\n{G}\n```\nIt adds one.", f"{F}\n{G}"),
    "fence left open": (f"```python\n{F}\n{G}", f"{F}\n{G}"),
    "cut off in the middle": (f"{F}\n{G}\ndef h(x):\n    y = (x,", f"{F}\n{G}"),
    "cut off in a text": (f'{F}\n{G}\ns = """never closed', f"{F}\n{G}"),
    "not needed": (f"{F}\ndef h(x):\n    return 2\n{G}", f"{F}\n{G}"),
    "imports stay": (f"{F}\nimport os\nfrom re import sub\n{G}", f"import os\nfrom re import sub\n{F}\n{G}"),
    "future goes": (f"from __future__ import annotations\n{F}\n{G}", f"{F}\n{G}"),
    "tests go": (f"{F}\n{G}\nassert f(1) == 2\nif __name__ == '__main__':\n    f(1)", f"{F}\n{G}"),
    "first definition counts": (f"{F}\n{G}\n{G.replace('1', '2')}", f"{F}\n{G}"),
    "no return": (f"{F}\n{G}\ndef show(x):\n    print(x)", f"{F}\n{G}"),
    "decorated goes": (f"import functools\n{F}\n@functools.cache\n{G}", f"import functools\n{F}"),
    "constants": (f"K = 3\nL: int = 4\nM = 5\n{F}\ndef g(x):\n    return K + L", "K = 3\nL: int = 4\n" + F + "\ndef g(x):\n    return K + L"),
    "class": (f"{F}\nclass g:\n    def __new__(cls, x): return x", f"{F}\nclass g:\n    def __new__(cls, x): return x"),
    "async": ("async def f(x):\n    return x\ny = 1", "async def f(x):\n    return x"),
    "f-string": ("A = 1\nB = 2\ndef f(x):\n    return f'{A}'", "A = 1\ndef f(x):\n    return f'{A}'"),
    "match": ("class P: pass\ndef f(x):\n    match x:\n        case P(): return 1", "class P: pass\ndef f(x):\n    match x:\n        case P(): return 1"),
    "unicode": ("ü = 'é'\ndef f(x):\n    return ü  # ö", "ü = 'é'\ndef f(x):\n    return ü"),
    "colours": ("\x1b[32mdef f(x):\x1b[0m\n    return 1", "def f(x):\n    return 1"),
    "carriage returns": ("def f(x):\r\n    return 1\r\n", "def f(x):\r\n    return 1"),
    "statements only": ("print(1)\nprint(2)", "print(1)\nprint(2)"),
    "prose only": ("I cannot do this.\nSorry for that.", "I cannot do this."),
    "empty": ("", ""),
    "null byte": ("def f(x):\n    return 1\n\0", "def f(x):\n    return 1"),
    "lone surrogate": ("def f(x):\n    return 1\ns = '\ud800'", "def f(x):\n    return 1"),
    "nested deeply": ("x = " + "(" * 5000 + "\ny = 1\ndef f(x):\n    return y", "y = 1\ndef f(x):\n    return y"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_program_in_answers_of_many_shapes(shape):
    text, program = SHAPES[shape]
    assert extract_program(text, "f") == program


def test_without_an_entry_point_every_definition_stays():
    text = f"{F}\nK = 1\nprint(K)\n{G}"
    assert extract_program(text) == f"{F}\nK = 1\n{G}"


def plainly_longest(text):
    """Every pair of lines, as EvalPlus looks for it."""
    lines = text.split("\n")
    best, most = (0, 0), 0
    for start in range(len(lines)):
        for end in range(start + 1, len(lines)):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ast.parse("\n".join(lines[start : end + 1]))
            except (SyntaxError, ValueError):
                continue
            count = sum(bool(line.strip()) for line in lines[start : end + 1])
            if count > most:
                best, most = (start, end), count
    return "\n".join(lines[best[0] : best[1] + 1])


LINES = st.sampled_from(
    [
        "def f(x):", "    return 1", "        return 2", "    if x:", "    else:", "class A:", "x = 1",
        "x = (1,", ")", "]", '"""', "'''", "```", "try:", "except E:", "finally:", "    pass", "@d",
        "Some words here.", "# note", "    # note", "", "   ", "\treturn 3", "x = \\", "s = 'open",
        "match x:", "    case 1:", "from a import (", "    b,", "f'{x", "a; b = 1, 2", "while x: y",
        "with a as b, \\", "    c as d:", "return 4", "else:", "lambda:", "x: int",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_the_search_finds_what_the_search_over_all_runs_finds(lines):
    text = "\n".join(lines)
    assert longest_code(text) == plainly_longest(text)


TASK = Task(
    "t",
    'from typing import List\n\n\ndef helper(x):\n    return x\n\n\ndef f(x: int):\n    """Add."""\n',
    "def check(candidate):\n    assert candidate(helper(1)) == 2\n",
    "f",
)


def test_a_raw_completion_is_cut_joined_to_its_prompt_and_extracted():
    workload = Workload("w", [TASK], protocol="evalplus-humaneval")
    sample = workload.sample("t", "\treturn x + 1\n\n# next\nprint(f(1))\ndef g(): pass")
    assert sample.whole
    assert sample.completion == (
        'from typing import List\ndef f(x: int):\n    """Add."""\n    return x + 1'
    )


def test_an_answer_in_chat_is_a_program_of_its_own():
    workload = Workload("w", [TASK])
    answer = "def f(x):\n    return x + 1\n\nprint(f(1))\n```\n\nThis adds one."
    assert workload.sample("t", answer, chat=True) == Sample(
        "t", "def f(x):\n    return x + 1", True
    )
    assert workload.sample("t", answer).whole is False


def test_answers_that_are_no_programs_stay_as_they_are():
    workload = Workload("w", [Task("a", "?", answer="4")], protocol="evalplus-humaneval")
    assert workload.sample("a", "4\n```\nx", chat=True) == Sample("a", "4\n```\nx")


@pytest.mark.usefixtures("isolating_tiers")
def test_a_program_of_its_own_has_nothing_from_the_prompt_but_its_test_has():
    workload = Workload("w", [TASK])
    given = {
        "def f(x):\n    return x + 1": True,
        "def f(x):\n    return x + len([List])": False,  # the import stood in the prompt
        "def f(x):\n    return helper(x) + 1": False,
    }
    found = score(workload, [Sample("t", text, whole=True) for text in given])
    assert [item.passed for item in found] == list(given.values())
    assert "List" in found[1].reason


def test_every_canonical_solution_of_humaneval_comes_through_whole():
    workload = load_workload("humaneval")
    for task in workload.tasks:
        kept = ast.parse(workload.sample(task.task_id, task.canonical_solution).completion)
        whole = ast.parse(task.prompt + task.canonical_solution)
        functions = {node.name: ast.dump(node) for node in whole.body if hasattr(node, "name")}
        found = {node.name: ast.dump(node) for node in kept.body if hasattr(node, "name")}
        assert found[task.entry_point] == functions[task.entry_point], task.task_id
        assert found.items() <= functions.items(), task.task_id
