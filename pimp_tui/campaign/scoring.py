"""Scoring the completions of a run between runs, never inside a measured window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.workload import Workload

Judged = list[tuple[bool | None, str | None]]


def judge(
    workload: Workload, completions: list[dict[str, Any]], unsafe_sandbox: bool, chat: bool = False
) -> Judged:
    """(passed, reason) for each completion; (None, None) where the workload has no test.

    Where the sandbox fails, also where none can be had any more, passed is None and the reason
    says so: what was measured is kept, and nothing counts as wrong.

    Args:
        chat: the prompts went through a chat template.
    """
    if not workload.scored:
        return [(None, None)] * len(completions)
    from pimp_tui.workload import score

    samples = [
        workload.sample(workload.tasks[item["prompt_index"]].task_id, item["text"], chat)
        for item in completions
    ]
    try:
        verdicts = score(workload, samples, unsafe_sandbox=unsafe_sandbox, keep_faults=True)
    except (UserError, OSError, RuntimeError, MemoryError) as error:
        return [(None, f"{_prefix()}{error}")] * len(completions)
    return [(verdict.passed, verdict.reason) for verdict in verdicts]


def not_scored(judged: Judged) -> dict[str, Any]:
    """Columns of the runs row where some completions could not be judged; empty where all were.

    A mean over the rest would compare runs on different tasks, so that pass@1 is null, and the
    run's reason says why although it counts.
    """
    reasons = [reason for _, reason in judged if reason and reason.startswith(_prefix())]
    if not reasons:
        return {}
    told = reasons[0].removeprefix(_prefix())
    reason = f"{len(reasons)} of {len(judged)} completions not scored: {told}"
    return {"pass_at_1": None, "j_per_solved": None, "reason": reason}


def _prefix() -> str:
    from pimp_tui.workload.scoring import NOT_SCORED

    return f"{NOT_SCORED}: "
