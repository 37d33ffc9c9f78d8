"""What an instruct model is asked, in EvalPlus's words: a turn of the user, the answer begun.

The texts are those of ``evalplus.codegen`` and ``make_raw_chat_prompt`` (2025-10), so that scores
can be laid beside published ones. The chat template of the model makes the prompt out of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .tasks import Task, Workload

INSTRUCTION = (
    "Please provide a self-contained Python script that solves the following problem in a "
    "markdown code block:"
)
ANSWER = (
    "Below is a Python script with a self-contained function that solves the problem and passes "
    "corresponding tests:"
)


@dataclass(frozen=True)
class Turn:
    """One question.

    Attributes:
        user: what the user says.
        begun: what the answer begins with, put into the model's mouth; the completion goes on
            from there. None lets the model begin.
        end: what would close the answer, so that the template sees a whole one.
    """

    user: str
    begun: str | None = None
    end: str = ""


def turn(task: Task) -> Turn:
    """A task as a question: a program is asked for in EvalPlus's words, all else as it stands."""
    if task.kind != "program":
        return Turn(task.prompt)
    user = f"{INSTRUCTION}\n```\n{task.prompt.strip()}\n```\n"
    return Turn(user, f"{ANSWER}\n```python\n", "\n```\n")


def turns(workload: Workload) -> list[Turn]:
    """The tasks of a workload as questions, in their order."""
    return [turn(task) for task in workload.tasks]
