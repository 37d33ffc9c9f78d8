"""Verdicts and their reasons, in the sandbox of this machine."""

from __future__ import annotations

import json
import resource
import threading

import pytest

from pimp_tui.errors import UserError
from pimp_tui.workload import (
    Sample,
    Task,
    Workload,
    load_workload,
    pass_at_1,
    sandbox,
    score,
    score_file,
    scoring,
)
from pimp_tui.workload.passk import pass_at_k

pytestmark = pytest.mark.usefixtures("isolating_tiers")


def one(completion: str, test: str, prompt: str = "def f(x):\n", entry: str = "f", **named):
    task = Task("t", prompt, test, entry)
    workload = Workload("w", [task], timeout_s=0.5)
    (verdict,) = score(workload, [Sample("t", completion)], **named)
    return verdict.passed, verdict.reason


def test_all_canonical_solutions_of_humaneval_pass():
    workload = load_workload("humaneval")
    samples = [Sample(task.task_id, task.canonical_solution) for task in workload.tasks]
    before = _cpu_s()
    verdicts = score(workload, samples)
    assert [v.task_id for v in verdicts if not v.passed] == []
    assert pass_at_1(verdicts) == 1.0
    # 6 s on two cores, in CPU seconds, which the machine's other work changes less.
    assert _cpu_s() - before < 2 * 6.0


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def test_all_canonical_solutions_of_micro_coder_pass():
    workload = load_workload("micro-coder")
    samples = [Sample(task.task_id, task.canonical_solution) for task in workload.tasks]
    assert pass_at_1(score(workload, samples)) == 1.0


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        ("    return x * x\n", "passed"),
        ("    return x\n", "assertion failed: assert candidate(x) == x * x; got "),
        ("    return y\n", "NameError: name 'y' is not defined"),
        ("    return (\n", "syntax error line 3"),
        ("    return x\n   oops", "syntax error line 4"),
        ("    raise ValueError('a\\nb')\n", "ValueError: a b"),
        ("    while True: pass\n", "timed out"),
        ("    return bytearray(1 << 40)\n", "killed: memory"),
        ("    import os\n    os._exit(0)\n", "exited with status 0 before its tests were done"),
        ("    import sys\n    sys.exit(0)\n", "SystemExit: 0"),
        ("    return square(x)\n", "RecursionError: maximum recursion depth exceeded"),
        ("    import ctypes\n    ctypes.string_at(0)\n", "killed: segmentation fault"),
        ("", "assertion failed"),
        ("    return input()\n", "EOFError"),
    ],
)
def test_each_ending_has_its_reason(square, completion, reason):
    (verdict,) = score(square, [Sample("square", completion)])
    assert verdict.reason.startswith(reason)
    assert verdict.passed is (reason == "passed")


def test_verdicts_come_in_the_order_of_the_samples_and_count_per_task():
    tasks = [Task(name, "def f(x):\n", f"assert f(0) == {name!r}", "f") for name in "ab"]
    samples = [Sample("b", "    return 'b'\n"), Sample("a", "    return 'b'\n"),
               Sample("b", "    return 'a'\n"), Sample("b", "    return 'b'\n")]  # fmt: skip
    seen = []
    verdicts = score(Workload("w", tasks), samples, on_verdict=lambda *counts: seen.append(counts))
    assert [(v.task_id, v.completion_id, v.passed) for v in verdicts] == [
        ("b", 0, True), ("a", 0, False), ("b", 1, False), ("b", 2, True)]  # fmt: skip
    assert pass_at_1(verdicts) == pytest.approx((2 / 3 + 0) / 2)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_same_program_is_run_once(monkeypatch, square):
    runs = []
    run, lock = scoring.sandbox.run, threading.Lock()

    def counted(*arguments):
        with lock:
            runs.append(arguments)
        return run(*arguments)

    monkeypatch.setattr(scoring.sandbox, "run", counted)
    completion = "    return x * x  # only here\n"
    for _ in range(2):
        assert all(v.passed for v in score(square, [Sample("square", completion)] * 4))
    assert len(runs) == 1


def test_answers_are_compared_after_normalising():
    workload = Workload("w", [Task("a", "?", answer="Forty two"), Task("b", "?")])
    samples = [Sample("a", "  forty  TWO.\n"), Sample("a", "41"), Sample("b", "anything")]
    verdicts = score(workload, samples)
    assert [v.passed for v in verdicts] == [True, False, None]
    assert verdicts[1].reason == "answer differs: expected 'forty two', got '41'"
    assert verdicts[2].reason == "not scored"
    assert pass_at_1(verdicts) is None


@pytest.mark.parametrize(
    ("given", "answer", "passed"),
    [
        ("5!", "5", True), ("5", "5!", False), ("5!", "5!", True), (".5", "5", False),
        ("5", ".5", False), (" .5.\n", ".5", True), ("-4", "4", False), ("4.0", "4", False),
        ("5.", "5", True), ("yes", "Yes.", True), ("\u201cYes\u201d.", "yes", True),
        ("?", "?", True), ("...", "?", False), ("", "?", False), (": b", "B", True),
        ("\uff14\u3000\uff34", "4 t", True), ("x\u00b2", "x2", False), ("e\u0301", "\u00e9", True),
    ],
)  # fmt: skip
def test_what_counts_in_an_answer(given, answer, passed):
    workload = Workload("w", [Task("a", "?", answer=answer)])
    assert score(workload, [Sample("a", given)])[0].passed is passed


def test_names_in_annotations_have_to_be_there_as_in_any_program():
    """HumanEval and EvalPlus run a program by itself: an import that it lacks is its fault."""
    whole = "def f(x: List[int]) -> int:\n    return x\n"
    workload = Workload("w", [Task("t", "", "assert f(1) == 1", "f")])
    (verdict,) = score(workload, [Sample("t", whole, whole=True)])
    assert (verdict.passed, verdict.reason) == (False, "NameError: name 'List' is not defined")
    late = "from __future__ import annotations\n" + whole
    assert score(workload, [Sample("t", late, whole=True)])[0].passed


def test_tests_without_a_check_function_and_helpers_of_the_prompt():
    prompt = "def twice(x):\n    return 2 * x\n\ndef f(x):\n"
    test = "assert twice(3) == 6\nassert f(3) == 6\n"
    assert one("    return twice(x)\n", test, prompt) == (True, "passed")
    # A completion that redefines a helper of the prompt does not redefine it for the test.
    cheat = "    return 0\ntwice = lambda x: 6\n"
    assert one(cheat, "assert f(3) == twice(3)", prompt)[0] is False


def test_names_that_only_the_completion_defines_are_found():
    assert one(
        "    return helper(x)\ndef helper(x):\n    return x + 1\n", "assert helper(1) == f(1)"
    )[0]


def test_classes_live_in_the_program_and_are_used_from_the_test():
    prompt = "class Stack:\n"
    body = (
        "    def __init__(self):\n        self.items = []\n"
        "    def push(self, x):\n        self.items.append(x)\n        return self\n"
        "    def __len__(self):\n        return len(self.items)\n"
        "    def __iter__(self):\n        return iter(self.items)\n"
        "    def __getitem__(self, i):\n        return self.items[i]\n"
    )
    test = (
        "s = Stack()\nassert s.push(1).push('b') is not None\nassert len(s) == 2\n"
        "assert list(s) == [1, 'b']\nassert s[1] == 'b'\nassert s.items == [1, 'b']\n"
        "s.items = [7]\nassert [x for x in s] == [7]\n"
        "try:\n    s[9]\nexcept IndexError:\n    pass\nelse:\n    assert False\n"
    )
    assert one(body, test, prompt, "Stack") == (True, "passed")


def test_objects_go_back_into_the_program():
    prompt = "class Node:\n    def __init__(self, v):\n        self.v = v\n\ndef f(node):\n"
    assert one("    return node.v\n", "assert f(Node(5)) == 5", prompt) == (True, "passed")


@pytest.mark.parametrize(
    "value",
    ["None", "...", "True", "-10**60", "1.5", "float('inf')", "-0.0", "2j", "'é\\ud800'", "b'x'",
     "[1, [2]]", "(1, ('a',))", "{1, 2}", "frozenset({3})", "{'a': [1], 2: None}", "[]"],
)  # fmt: skip
def test_plain_values_cross_unchanged(value):
    test = f"v = f({value})\nassert v == {value} and type(v) is type({value})"
    assert one("    return x\n", test) == (True, "passed")


@pytest.mark.parametrize(
    "value",
    [
        "range(3, 9, 2)", "bytearray(b'ab')", "deque([1, [2]], 5)", "Fraction(1, 3)",
        "Decimal('1.50')", "date(2020, 2, 29)", "datetime(2020, 2, 29, 1, 2, 3, 4)",
        "timedelta(1, 2, 3)", "time(1, 2)",
    ],
)  # fmt: skip
def test_values_of_the_standard_library_cross_both_ways(value):
    test = (
        "from collections import deque\nfrom fractions import Fraction\n"
        "from decimal import Decimal\nfrom datetime import date, datetime, time, timedelta\n"
        f"v = {value}\nr = f(v)\n"
        "assert r == [v] and type(r[0]) is type(v)\nassert f(7) == [7]\n"
    )
    assert one("    return [x]\n", test) == (True, "passed")
    wrong = one("    return [str(x)]\n", test)
    assert not wrong[0]


def test_numbers_of_other_kinds_are_equal_to_those_they_equal():
    body = (
        "    import decimal, fractions\n    return [fractions.Fraction(x, 2), decimal.Decimal(x)]\n"
    )
    assert one(body, "assert f(1) == [0.5, 1]") == (True, "passed")


def test_subclasses_of_plain_values_arrive_as_plain_equals():
    completion = (
        "    import collections, enum\n    E = enum.IntEnum('E', 'A')\n"
        "    return [collections.Counter(x), collections.OrderedDict(a=1), E.A,\n"
        "            collections.namedtuple('P', 'x')(3)]\n"
    )
    assert one(completion, "assert f('aa') == [{'a': 2}, {'a': 1}, 1, (3,)]") == (True, "passed")


def test_changes_in_place_reach_the_test():
    test = "l, d = [3, 1], {}\nf(l, d=d)\nassert l == [1, 3] and d == {1: 1}"
    assert one("    x.sort()\n    d[1] = 1\n", test, "def f(x, d):\n") == (True, "passed")
    test = (
        "from collections import deque\nq, b = deque([1, 2], 2), bytearray(b'a')\nf(q, d=b)\n"
        "assert list(q) == [2, 3] and b == b'ab'"
    )
    assert one("    x.append(3)\n    d += b'b'\n", test, "def f(x, d):\n") == (True, "passed")


def test_exceptions_cross_by_their_built_in_kind():
    completion = "    class Mine(KeyError): pass\n    raise Mine('k')\n"
    test = "try:\n    f(1)\nexcept KeyError:\n    pass\nelse:\n    assert False\n"
    assert one(completion, test) == (True, "passed")


def test_generators_are_drawn_one_by_one():
    test = "g = f(3)\nassert next(g) == 0\nassert list(g) == [1, 2]"
    assert one("    for i in range(x):\n        yield i\n", test) == (True, "passed")


def test_programs_and_tests_may_use_numpy():
    completion = (
        "    import numpy as np\n    return [np.int64(x), np.float64(1.5), np.arange(3).sum()]\n"
    )
    assert one(completion, "import numpy\nassert f(2) == [2, 1.5, numpy.int64(3)]") == (
        True,
        "passed",
    )


def test_arrays_cross_both_ways():
    test = (
        "import numpy as np\na = np.arange(6, dtype='int16').reshape(2, 3)\nr = f(a)\n"
        "assert r.dtype == np.float32 and (r == a * 1.5).all() and a[0, 0] == 7\n"
        "assert f(np.array(['x'])).tolist() == ['x']\n"
    )
    body = (
        "    import numpy as np\n    if x.dtype.kind == 'U':\n        return x\n"
        "    x[0, 0] = 7\n    return (x * {}).astype('float32')\n"
    )
    assert one(body.format(1.5), test) == (True, "passed")
    assert not one(body.format(1.6), test)[0]
    # One of objects could hold anything, so that it stays in the program, which is asked for items.
    odd = "    import numpy\n    return numpy.array([x, None])\n"
    test = "import numpy\nr = f({})\nassert (r == numpy.array([1, None])).all(), type(r).__name__"
    assert one(odd, test.format(1)) == (True, "passed")
    assert not one(odd, test.format(2))[0]


def test_results_do_not_depend_on_the_hash_seed():
    completion = "    return ''.join({c for c in 'abcdefghij'})\n"
    verdicts = [one(completion + "#" * i, "assert f(1) == 0")[1] for i in range(3)]
    assert len(set(verdicts)) == 1


def test_a_test_that_cannot_be_run_this_way_is_no_wrong_answer():
    with pytest.raises(UserError, match="task t: the test passes a function"):
        one("    return x(1)\n", "assert f(lambda v: v) == 1")


def test_reasons_hold_nothing_that_a_terminal_or_a_file_would_stumble_over():
    text = "'\\x1b]0;title\\x07\\ud800' + 'x' * 10000"
    passed, reason = one(f"    raise ValueError({text})\n", "f(1)")
    assert not passed
    assert reason.startswith("ValueError: ?]0;title??xxx")
    assert len(reason) == 300
    assert reason.isprintable()


def test_results_of_thousands_of_digits_are_results():
    assert one("    return 10 ** 9999\n", "assert f(1) == 10 ** 9999") == (True, "passed")
    reason = one("    return 10 ** 9999\n", "assert f(1) == 0")[1]
    assert reason == "assertion failed: assert f(1) == 0; got a huge number"


def test_a_result_too_deep_to_be_passed_back_is_the_programs_fault():
    completion = (
        "    if isinstance(x, list):\n        return 0\n"
        "    r = []\n    for _ in range(148):\n        r = [r]\n    return r\n"
    )
    passed, reason = one(completion, "assert f(f(1)) == 1")
    assert not passed
    assert "nests deeper than 150" in reason


@pytest.mark.parametrize("body", ["import os\n    os._exit(0)", "while True: pass"])
def test_a_test_that_catches_everything_does_not_let_an_ended_program_pass(body):
    test = "for _ in range(3):\n    try:\n        f(1)\n    except:\n        pass\n"
    assert one(f"    {body}\n", test)[0] is False
    assert one("    raise ValueError\n", test) == (True, "passed")


def test_a_slow_machine_stretches_the_limits(monkeypatch):
    monkeypatch.setattr(scoring, "_slowness", lambda: 4.0)
    assert scoring.limits_for(3.0).cpu_s == 12.0
    assert scoring.limits_for(3.0).wall_s > 36.0


def test_a_starved_program_gets_a_longer_second_chance(monkeypatch, square):
    walls = []

    def starved(tier, job, limits):
        walls.append(limits.wall_s)
        return sandbox.Outcome(False, "timed out", 0.5 * limits.cpu_s, "wall")

    monkeypatch.setattr(scoring.sandbox, "run", starved)
    (verdict,) = score(square, [Sample("square", "    return 'starved'\n")])
    assert verdict.reason == "timed out"
    assert walls[1] == 3 * walls[0]


def test_an_unknown_task_is_an_error(square):
    with pytest.raises(UserError, match="no task 'round'"):
        score(square, [Sample("round", "")])


def test_score_file_gives_the_contracts_json(square, write_lines):
    path = write_lines(
        {"task_id": "square", "completion": "    return x * x\n"},
        {"task_id": "square", "completion": "    return 0\n", "extra": 1},
        name="s.jsonl",
    )
    answer = score_file(square, path)
    assert json.loads(json.dumps(answer)) == answer
    assert (answer["tasks"], answer["pass_at_1"]) == (1, 0.5)
    assert [set(row) for row in answer["results"]] == [
        {"task_id", "completion_id", "passed", "reason"}
    ] * 2


def test_a_solution_is_a_whole_program_and_a_completion_goes_on_from_the_prompt(
    square, write_lines
):
    path = write_lines(
        {"task_id": "square", "solution": "def square(x):\n    return x * x\n"},
        {"task_id": "square", "completion": "    return x * x\n"},
        {"task_id": "square", "solution": "    return x * x\n"},
        name="s.jsonl",
    )
    answer = score_file(square, path)
    assert [row["passed"] for row in answer["results"]] == [True, True, False]
    assert "syntax error" in answer["results"][2]["reason"]


def test_pass_at_k_is_told_for_as_many_samples_as_each_task_has(write_lines):
    tasks = [Task(name, "?", answer="4") for name in "ab"]
    given = {"a": "4....", "b": "445555"}
    rows = [{"task_id": n, "completion": c} for n, text in given.items() for c in text]
    answer = score_file(Workload("w", tasks), write_lines(*rows, name="s.jsonl"))
    # One of 5 and two of 6 pass: 1 - (4 choose k) / (n choose k), from Chen et al. 2021.
    assert answer["pass_at_k"] == {
        "1": pytest.approx((1 / 5 + 2 / 6) / 2),
        "5": pytest.approx((1.0 + 1.0) / 2),
    }
    assert answer["pass_at_1"] == answer["pass_at_k"]["1"]
    bare = Workload("w", [Task("a", "?")])
    path = write_lines({"task_id": "a", "completion": ""}, name="bare.jsonl")
    assert score_file(bare, path)["pass_at_k"] == {}


@pytest.mark.parametrize(
    ("row", "what", "mend"),
    [
        ({"task_id": "sqare", "completion": ""}, "no task 'sqare'", "did you mean square?"),
        ({"completion": ""}, "'task_id' is missing", "task_id"),
        ({"task_id": "square"}, "'completion' is missing", "solution"),
        ({"task_id": "square", "solution": 1}, "'solution' is a int", "completion"),
        ({"task_id": "square", "solution": "", "completion": ""}, "both completion and", "keep"),
        ({"task_id": "square", "completion": None}, "'completion' is a NoneType", "completion"),
        ("{", "not JSON", "one JSON object a line"),
    ],
)
def test_a_bad_line_of_samples_is_named(square, write_lines, row, what, mend):
    path = write_lines({"task_id": "square", "completion": ""}, row, name="s.jsonl")
    with pytest.raises(UserError) as caught:
        score_file(square, path)
    assert what in caught.value.what
    assert caught.value.where.startswith(f"{path}:2")
    assert mend in caught.value.mend


def test_an_empty_or_missing_file_of_samples(square, write_lines, tmp_path):
    with pytest.raises(UserError, match="holds no sample"):
        score_file(square, write_lines("", name="s.jsonl"))
    with pytest.raises(UserError, match="no such samples file"):
        score_file(square, tmp_path / "none.jsonl")


def test_pass_at_k_is_the_unbiased_estimator():
    assert pass_at_k(10, 3, 1) == pytest.approx(0.3)
    assert pass_at_k(4, 2, 2) == pytest.approx(1 - 1 / 6)
    assert pass_at_k(3, 3, 3) == 1.0
    with pytest.raises(ValueError):
        pass_at_k(1, 1, 2)
