"""EvalPlus's file format, on made rows; the comparison is that of ``evalplus.eval``."""
# ruff: noqa: E501

from __future__ import annotations

import gzip
import hashlib

import pytest

from pimp_tui.errors import UserError
from pimp_tui.workload import Sample, load_workload, score
from pimp_tui.workload.evalplus import RELEASES
from pimp_tui.workload.evalplus_inputs import typed_inputs

pytestmark = pytest.mark.usefixtures("isolating_tiers")


def row(name, signature, solution, inputs, task_id="HumanEval/900", **more):
    return {
        "task_id": task_id, "prompt": f"def {signature}:\n", "entry_point": name,
        "canonical_solution": solution, "base_input": inputs, "plus_input": [], "atol": 0, **more,
    }  # fmt: skip


def verdict(write_lines, kind, data, completion):
    workload = load_workload(f"{kind}={write_lines(data)}")
    (found,) = score(workload, [Sample(data["task_id"], completion)])
    return found.passed, found.reason


def test_the_canonical_solution_is_the_reference_for_all_inputs(write_lines):
    data = row("f", "f(x, y)", "    return x + y\n", [[1, 2]], plus_input=[[10, -3], [[1], [2]]])
    assert verdict(write_lines, "humaneval+", data, "    return x + y\n") == (True, "passed")
    passed, reason = verdict(write_lines, "humaneval+", data, "    return abs(x) + y\n")
    assert not passed
    assert reason == "TypeError: bad operand type for abs(): 'list'"
    assert not verdict(write_lines, "humaneval+", data, "    return 3\n")[0]


def test_floats_are_compared_with_a_tolerance_and_ints_are_not(write_lines):
    third = row("f", "f(x)", "    return x / 3\n", [[1]])
    assert verdict(write_lines, "humaneval+", third, "    return 0.3333333\n")[0]
    assert not verdict(write_lines, "humaneval+", third, "    return 0.3334\n")[0]
    assert not verdict(write_lines, "humaneval+", third, "    return [x / 3]\n")[0]
    whole = row("f", "f(x)", "    return x\n", [[3]])
    assert verdict(write_lines, "humaneval+", whole, "    return 3.0\n")[0]  # equal is equal
    assert not verdict(write_lines, "humaneval+", whole, "    return 3.0000001\n")[0]
    several = row("f", "f(x)", "    return [x / 3, x / 7]\n", [[1]], atol=1e-4)
    assert verdict(write_lines, "humaneval+", several, "    return [0.33333, 0.14286]\n")[0]
    assert not verdict(write_lines, "humaneval+", several, "    return (0.33333, 0.14286)\n")[0]
    assert not verdict(write_lines, "humaneval+", several, "    return [0.33333]\n")[0]


def test_a_program_that_changes_its_input_does_not_change_the_references(write_lines):
    data = row("f", "f(x)", "    return sorted(x)\n", [[[2, 1]]])
    assert verdict(write_lines, "humaneval+", data, "    x.sort()\n    return x\n")[0]


def test_a_zero_of_a_polynomial_is_any_zero(write_lines):
    data = row("find_zero", "find_zero(xs)", "    return 1.0\n", [[[-1, 0, 1]]], atol=1e-4)
    assert verdict(write_lines, "humaneval+", data, "    return -1.0\n")[0]
    assert not verdict(write_lines, "humaneval+", data, "    return 0.9\n")[0]
    data = row("find_zero", "find_zero(xs)", "    return 1.0\n", [[[1, 0, 1]]], atol=1e-4)
    assert not verdict(write_lines, "humaneval+", data, "    return 1j\n")[0]  # math.pow


def test_tasks_of_mbpp_that_admit_more_than_one_answer(write_lines):
    def mbpp(name, solution, inputs, completion, signature="(*a)"):
        data = row(name, name + signature, solution, inputs, task_id="Mbpp/901")
        return verdict(write_lines, "mbpp+", data, completion)[0]

    assert mbpp("similar_elements", "    return (1, 2)\n", [[0]], "    return [2, 1]\n")
    assert not mbpp("similar_elements", "    return (1, 2)\n", [[0]], "    return [2]\n")
    assert mbpp("check_str", "    return 1\n", [[0]], "    return True\n")
    assert mbpp("check_str", "    return None\n", [[0]], "    return False\n")
    assert not mbpp("check_str", "    return None\n", [[0]], "    return True\n")
    assert mbpp("sum_div", "    return 7\n", [[0]], "    return 0\n")
    assert mbpp("are_equivalent", "    return False\n", [[0, 0]], "    return True\n")
    assert mbpp("surface_Area", "    return 33\n", [[3, 4]], "    return 35\n")
    assert not mbpp("surface_Area", "    return 33\n", [[3, 4]], "    return 34\n")
    assert mbpp("digit_distance_nums", "    return 9\n", [[23, 6]], "    return 5\n")


@pytest.mark.parametrize(
    ("number", "given", "wanted"),
    [
        (2, [[1, 2], [3]], [(1, 2), (3,)]),
        (63, [[[1, 2], [3, 4]]], [[(1, 2), (3, 4)]]),
        (75, [[[1, 2]], 3], [[(1, 2)], 3]),
        (106, [[1], [2]], [[1], (2,)]),
        (115, [[[1], []]], [[{1}, {}]]),
        (124, ["1", "2j"], [1.0, 2j]),
        (252, ["1+2j"], [1 + 2j]),
        (250, [[1], 2], [(1,), 2]),
        (259, [[[1, 2]], [[3, 4]]], [((1, 2),), ((3, 4),)]),
        (278, [[[1], 2]], [((1,), 2)]),
        (307, [[1], 2, 3], [(1,), 2, 3]),
        (580, [[1, [2, [3]]]], [(1, (2, (3,)))]),
        (722, [{"a": [1, 2]}, 3], [{"a": (1, 2)}, 3]),
        (9, [[1]], [[1]]),
    ],
)
def test_types_that_json_took_are_given_back(number, given, wanted):
    assert typed_inputs(f"Mbpp/{number}", [given]) == [wanted]


@pytest.mark.parametrize("key", ["entry_point", "base_input", "plus_input", "canonical_solution"])
def test_a_file_of_another_format_is_refused_with_its_line(write_lines, key):
    data = row("f", "f(x)", "    return x\n", [[1]])
    del data[key]
    path = write_lines(data)
    with pytest.raises(UserError) as caught:
        load_workload(f"humaneval+={path}")
    assert caught.value.where == f"{path}:1"
    assert key in caught.value.what


def test_what_is_near_is_what_numpy_calls_near(write_lines):
    def near(expected, given, inputs=((0,),)):
        data = row("f", "f(x)", f"    return {expected}\n", list(map(list, inputs)), atol=1e-3)
        body = f"    import math, numpy\n    return {given}\n"
        return verdict(write_lines, "humaneval+", data, body)[0]

    assert near("1.0", "1.0001")
    assert not near("float('inf')", "5.0")  # everything is near infinity by the plain formula
    assert near("[float('inf'), 1.0]", "[float('inf'), 1.0001]")
    assert near("1 + 2j", "1.0001 + 2j")
    assert not near("['a', 1.0]", "['a', 1.0001]")  # numpy refuses what is no number
    assert not near("[None, 1.0]", "[None, 1.0001]")
    assert not near("[[1.0, 2.0], [3.0]]", "[[1.0, 2.0001], [3.0]]")  # no array
    assert near("[[1.0, 2.0], [3.0, 4.0]]", "[[1.0, 2.0001], (3.0, 4.0)]")
    assert not near("[2**70, 1.0]", "[2**70, 1.0001]")
    # What numpy would stretch it stretches in EvalPlus too.
    assert near("[[1.0], [1.0]]", "[1.0, 1.0001]")
    assert not near("[[1.0], [2.0]]", "[1.0, 2.0001]")
    assert near("[[1.0, 1.0], [2.0, 2.0]]", "[[1.0001], [2.0]]")
    assert not near("[[1.0, 1.0], [2.0, 2.0]]", "[[1.0001] * 3, [2.0] * 3]")
    assert not near("[1.0, 1.0]", "[1.0001]")  # but not at the top
    assert not near("[]", "[1.0]")
    # A near number of another kind is none, an equal one is.
    assert not near("1.0", "numpy.float64(1.0001)")
    assert near("1.0", "numpy.float64(1.0)")
    assert near("[1.0, 2.0]", "[numpy.float64(1.0001), 2.0]")
    assert not near("[1.0]", "type('L', (list,), {})([1.0001])")


def test_the_tolerance_begins_anew_with_the_further_inputs(write_lines):
    solution = "    return 0.5 if x == 0 else 10**9\n"
    data = row("f", "f(x)", solution, [[0]], plus_input=[[1]])
    found = "    return 0.5000001 if x == 0 else 10**9 + 1\n"
    assert not verdict(write_lines, "humaneval+", data, found)[0]
    data = row("f", "f(x)", solution, [[0], [1]])  # within one part it stays, as in evalplus
    assert verdict(write_lines, "humaneval+", data, found)[0]


def test_inputs_that_json_has_no_number_for(write_lines):
    line = (
        '{"task_id": "HumanEval/900", "prompt": "def f(x):\\n", "entry_point": "f", "canonical_solution":'
        ' "    return x\\n", "base_input": [[[Infinity, -Infinity, 1.5]]], "plus_input": [], "atol": 0}'
    )
    workload = load_workload(f"humaneval+={write_lines(line)}")
    found = score(workload, [Sample("HumanEval/900", f"    return {x}\n") for x in ("x", "x[1:]")])
    assert [item.passed for item in found] == [True, False]


def test_each_input_has_four_seconds_and_all_have_a_minute(write_lines, monkeypatch):
    monkeypatch.setattr("pimp_tui.workload.evalplus.INPUT_S", 0.3)
    data = row("f", "f(x)", "    return x\n", [[1], [2], [3]])
    workload = load_workload(f"humaneval+={write_lines(data)}")
    assert workload.timeout_s == 60
    busy = "    import time\n    end = time.thread_time() + {}\n    while time.thread_time() < end: pass\n"
    slow, slower = (busy.format(s) + "    return x\n" for s in (0.15, 3.0))
    found = score(workload, [Sample(data["task_id"], text) for text in (slow, slower)])
    assert [(item.passed, item.reason) for item in found] == [
        (True, "passed"),
        (False, "timed out"),
    ]


def test_the_time_of_an_input_follows_the_reference(write_lines, monkeypatch):
    monkeypatch.setattr("pimp_tui.workload.evalplus.INPUT_S", 0.05)
    busy = "    import time\n    end = time.thread_time() + {}\n    while time.thread_time() < end: pass\n    return x\n"
    data = row("f", "f(x)", busy.format(0.4), [[1]])
    assert verdict(write_lines, "humaneval+", data, busy.format(1.0)) == (True, "passed")


@pytest.mark.parametrize(
    ("key", "value"),
    [("base_input", [1]), ("plus_input", ["ab"]), ("atol", "0.1"), ("atol", -1), ("atol", True)],
)
def test_values_that_are_of_no_use_are_refused_with_their_line(write_lines, key, value):
    path = write_lines(row("f", "f(x)", "    return x\n", [[1]], **{key: value}))
    with pytest.raises(UserError) as caught:
        load_workload(f"humaneval+={path}")
    assert caught.value.where == f"{path}:1"
    assert key in caught.value.what


def test_a_published_file_is_known_by_its_md5_and_another_is_not(
    write_lines, monkeypatch, tmp_path
):
    path = write_lines(row("f", "f(x)", "    return x\n", [[1]]))
    assert load_workload(f"humaneval+={path}").release is None
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setitem(RELEASES, digest, "HumanEvalPlus v0")
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for name in (path, packed):
        assert load_workload(f"humaneval+={name}").release == "HumanEvalPlus v0"
