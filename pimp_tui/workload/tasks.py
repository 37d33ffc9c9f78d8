"""Tasks, samples and verdicts: the vocabulary of a workload."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Literal

from .extract import extract_program
from .trim import STOP_WORDS, cut_before, evalplus_stops

#: How a program is found in a completion: cut where something new begins at top level (Chen et al.
#: 2021), or cut and extracted as EvalPlus does for one of its two data sets.
Protocol = Literal["humaneval-paper", "evalplus-humaneval", "evalplus-mbpp"]


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
    """One completion of a task, without its prompt.

    Attributes:
        whole: the completion is a program by itself, which does not go on from the prompt.
    """

    task_id: str
    completion: str
    whole: bool = False

    def source(self, task: Task) -> str:
        """The program that is run."""
        return self.completion if self.whole else task.prompt + self.completion


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
        protocol: how a program is found in a completion. Where a prompt goes through a chat
            template, it is always found as EvalPlus does.
        release: name and version of the published data set that a file is, None of any other.
    """

    id: str
    tasks: list[Task]
    timeout_s: float = field(default=3.0, compare=False)
    protocol: Protocol = field(default="humaneval-paper", compare=False)
    release: str | None = field(default=None, compare=False)

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

    def raw_prompts(self) -> list[str]:
        """What a model without a chat template is sent, in the order of the tasks.

        EvalPlus sends its prompts without white space around them, but for one line break.
        """
        if self.protocol == "humaneval-paper":
            return [task.prompt for task in self.tasks]
        return [t.prompt.strip() + "\n" if t.kind == "program" else t.prompt for t in self.tasks]

    def trim(self, completion: str, chat: bool = False) -> str:
        """A completion of a program cut where the workload's protocol ends it; others as they are.

        Args:
            chat: the prompt went through a chat template.
        """
        kinds = {task.kind for task in self.tasks}
        return cut_before(completion, self.stops(chat)) if "program" in kinds else completion

    def stops(self, chat: bool = False) -> tuple[str, ...]:
        """The texts before which a completed program is cut."""
        if chat or self.protocol != "humaneval-paper":
            return evalplus_stops(self.protocol.removeprefix("evalplus-"), chat)
        return STOP_WORDS

    def sample(self, task_id: str, completion: str, chat: bool = False) -> Sample:
        """A completion as it is to be scored.

        Args:
            completion: as the model gave it.
            chat: the prompt went through a chat template.

        Raises:
            KeyError: there is no such task.
        """
        task = self.by_id[task_id]
        if task.kind != "program":
            return Sample(task_id, completion)
        completion = cut_before(completion, self.stops(chat))
        if not chat and self.protocol == "humaneval-paper":
            return Sample(task_id, completion)
        program = completion.replace("\t", "    ")
        if not chat:
            program = task.prompt.strip() + "\n" + program
        return Sample(task_id, extract_program(program, task.entry_point), whole=True)


def stop_at(workload: Workload) -> tuple[str, ...]:
    """The texts before which a completion of this workload is cut; none for answers."""
    programs = any(task.kind == "program" for task in workload.tasks)
    return workload.stops() if programs else ()
