"""Tasks, samples and verdicts: the vocabulary of a workload."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property

from .trim import trim_program


@dataclass(frozen=True)
class Task:
    """One prompt and how its completion is scored.

    Attributes:
        task_id: unique within the workload.
        prompt: the text as sent to the model.
        test: Python that asserts about ``entry_point`` or defines ``check(candidate)``.
        entry_point: the function that the completion defines.
        answer: the expected text, for tasks without code.
        canonical_solution: a completion that passes.
        family: kind of problem, where the workload has kinds.
    """

    task_id: str
    prompt: str
    test: str | None = None
    entry_point: str | None = None
    answer: str | None = None
    canonical_solution: str | None = None
    family: str | None = None

    @property
    def kind(self) -> str:
        """How it is scored: "program", "answer" or "none"."""
        if self.test is not None and self.entry_point is not None:
            return "program"
        return "answer" if self.answer is not None else "none"


@dataclass(frozen=True)
class Sample:
    """One completion of a task, without its prompt."""

    task_id: str
    completion: str


@dataclass(frozen=True)
class Verdict:
    """The score of one sample.

    Attributes:
        completion_id: position among the samples of the same task, from 0, as in HumanEval.
        passed: None where the task has nothing to be scored by.
        reason: "passed", or one line that says why not.
    """

    task_id: str
    completion_id: int
    passed: bool | None
    reason: str


@dataclass(frozen=True)
class Workload:
    """Tasks in order.

    Attributes:
        id: the name it was asked for by.
        tasks: at least one, with unique ids.
        timeout_s: CPU seconds that one program may use on a reference machine.
    """

    id: str
    tasks: list[Task]
    timeout_s: float = field(default=3.0, compare=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the tasks as canonical JSON, in hex."""
        rows = [{k: v for k, v in asdict(task).items() if v is not None} for task in self.tasks]
        text = json.dumps(rows, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def scored(self) -> bool:
        """Whether every task can be scored; pass@1 is null otherwise."""
        return all(task.kind != "none" for task in self.tasks)

    @cached_property
    def by_id(self) -> dict[str, Task]:
        """Tasks by their id."""
        return {task.task_id: task for task in self.tasks}

    def trim(self, completion: str) -> str:
        """A completion cut before scoring: programs at the next top-level statement."""
        kinds = {task.kind for task in self.tasks}
        return trim_program(completion) if "program" in kinds else completion


def stop_at(workload: Workload) -> tuple[str, ...]:
    """The texts before which a completion of this workload is cut; none for answers."""
    from .trim import STOP_WORDS

    return STOP_WORDS if any(task.kind == "program" for task in workload.tasks) else ()
