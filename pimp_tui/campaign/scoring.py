"""Scoring the completions of a run between runs, never inside a measured window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pimp_tui.workload import Workload

Judged = list[tuple[bool | None, str | None]]


def judge(workload: Workload, completions: list[dict[str, Any]], unsafe_sandbox: bool) -> Judged:
    """(passed, reason) for each completion; (None, None) where the workload has no test.

    Raises:
        UserError: the sandbox cannot be had.
    """
    if not workload.scored:
        return [(None, None)] * len(completions)
    from pimp_tui.workload import Sample, score

    samples = [
        Sample(workload.tasks[item["prompt_index"]].task_id, workload.trim(item["text"]))
        for item in completions
    ]
    verdicts = score(workload, samples, unsafe_sandbox=unsafe_sandbox)
    return [(verdict.passed, verdict.reason) for verdict in verdicts]
