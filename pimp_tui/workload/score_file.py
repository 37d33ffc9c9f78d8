"""The ``score`` command's work: a file of samples to the contract's JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError

from .jsonl import read_jsonl, require_text
from .passk import mean_pass_at_k
from .sandbox import SandboxFault
from .scoring import score
from .tasks import Sample, Verdict, Workload

FIELDS = (
    'a sample is {"task_id": ..., "completion": ...}, as in HumanEval\'s own format, '
    'or {"task_id": ..., "solution": ...}, a whole program, as in EvalPlus\'s'
)
#: As HumanEval and EvalPlus report it, beside that of the number of samples that each task has.
REPORTED_K = (1, 10, 100)


def read_samples(workload: Workload, path: str | Path) -> list[Sample]:
    """Samples of a JSON-lines file, in order.

    Raises:
        UserError: the file is unreadable, malformed or empty, or names a task that there is not.
    """
    samples = []
    for where, row in read_jsonl(Path(path), "samples"):
        task_id = require_text(row, "task_id", where, FIELDS)
        whole = "solution" in row
        if whole and "completion" in row:
            raise UserError("both completion and solution", where, "keep the one that is meant")
        text = require_text(row, "solution" if whole else "completion", where, FIELDS)
        if task_id not in workload.by_id:
            from pimp_tui.space.nearest import nearest  # its package is slow to import

            near = nearest(task_id, list(workload.by_id))
            mend = f"did you mean {near}?" if near else None
            raise UserError(f"no task {task_id!r} in workload {workload.id}", where, mend)
        samples.append(Sample(task_id, text, whole))
    if not samples:
        raise UserError("the file holds no sample", str(path), FIELDS)
    return samples


def score_file(
    workload: Workload,
    path: str | Path,
    *,
    workers: int | None = None,
    unsafe_sandbox: bool = False,
    on_verdict: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Scores a file of samples.

    Returns:
        The contract's JSON of ``score``: tasks (with at least one sample), pass_at_1 (mean over
        these tasks, None where one cannot be scored), results in the order of the samples; also
        the release of a published file, None of any other.

    Raises:
        UserError: as `read_samples` and `score`; also when the sandbox fails, with what to mend.
    """
    samples = read_samples(workload, path)
    try:
        verdicts = score(
            workload, samples, workers=workers, unsafe_sandbox=unsafe_sandbox, on_verdict=on_verdict
        )
    except SandboxFault as fault:
        raise UserError(f"nothing is scored: {fault}", mend=fault.mend) from None
    return {
        "tasks": len({verdict.task_id for verdict in verdicts}),
        "tasks_in_workload": len(workload.tasks),
        "release": workload.release,
        "pass_at_1": pass_at_1(verdicts),
        "pass_at_k": pass_at_k(verdicts),
        "results": [
            {
                "task_id": verdict.task_id,
                "completion_id": verdict.completion_id,
                "passed": verdict.passed,
                "reason": verdict.reason,
            }
            for verdict in verdicts
        ],
    }


def pass_at_1(verdicts: list[Verdict]) -> float | None:
    """Mean over tasks of the share of passed samples; None without a verdict for each."""
    counts = _counts(verdicts)
    return mean_pass_at_k(counts, 1) if counts else None


def pass_at_k(verdicts: list[Verdict]) -> dict[str, float]:
    """pass@k by k, for each k that every task has samples for; empty without a verdict for each."""
    counts = _counts(verdicts)
    fewest = min((drawn for drawn, _ in counts), default=0)
    ks = sorted({k for k in (*REPORTED_K, fewest) if 0 < k <= fewest})
    return {str(k): mean_pass_at_k(counts, k) for k in ks}


def _counts(verdicts: list[Verdict]) -> list[tuple[int, int]]:
    """(drawn, passed) of each task; empty where a verdict is missing."""
    if any(verdict.passed is None for verdict in verdicts):
        return []
    counts: dict[str, tuple[int, int]] = {}
    for verdict in verdicts:
        drawn, passed = counts.get(verdict.task_id, (0, 0))
        counts[verdict.task_id] = (drawn + 1, passed + bool(verdict.passed))
    return list(counts.values())
