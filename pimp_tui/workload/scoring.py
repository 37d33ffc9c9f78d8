"""Samples to verdicts, in parallel, each distinct program once.

A campaign scores after a run, never during one. On the cores of a measured window a program under
test would change what is measured; on spare ones it still draws on the package that RAPL counts, on
its caches and on the clock that its cores share, and nothing tells afterwards by how much. What
waiting costs is small: all 164 programs of HumanEval take four CPU seconds, on every core at once,
beside windows of twenty seconds and more.
"""

from __future__ import annotations

import functools
import os
import re
import sysconfig
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from pimp_tui.errors import UserError

from . import sandbox
from .answers import judge_answer
from .cache import VerdictCache
from .sandbox.calibrate import slowness
from .sandbox.patience import Patience
from .tasks import Sample, Task, Verdict, Workload

# A wall limit this many times the CPU limit leaves room for busy machines. A program that hits it
# while it was computing may only have been starved, and gets a second, longer chance; one that
# used next to no CPU time was asleep.
WALL_FACTOR, WALL_MARGIN_S = 3.0, 2.0
COMPUTING, SECOND_CHANCE = 0.05, 3.0
NOT_SCORED = "not scored"
PRELOADABLE = frozenset(
    "typing math re collections itertools functools string heapq bisect copy operator random "
    "statistics fractions decimal datetime hashlib".split()
)
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_cache = VerdictCache()


def score(
    workload: Workload,
    samples: Iterable[Sample],
    *,
    workers: int | None = None,
    timeout_s: float | None = None,
    unsafe_sandbox: bool = False,
    keep_faults: bool = False,
    on_verdict: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """Verdicts in the order of the samples.

    Args:
        samples: completions as they are to be scored; see `Workload.sample`.
        workers: programs at once; by default one for each core that this process may use.
        timeout_s: CPU seconds per program on the reference machine; the workload's own by default.
            Stretched where this machine is slower.
        unsafe_sandbox: accept a process without isolation where nothing better holds.
        keep_faults: a sample that cannot be judged gets a verdict of None that says why, instead
            of an error that ends the scoring of all.
        on_verdict: called with (verdicts so far, samples) after each.

    Raises:
        UserError: a sample's task is unknown, no sandbox holds and the risk was not accepted, or
            a test cannot be run.
        SandboxFault: the sandbox failed repeatedly; nothing is scored as wrong for that.
    """
    samples = list(samples)
    tasks = workload.by_id
    for sample in samples:
        if sample.task_id not in tasks:
            raise UserError(f"no task {sample.task_id!r} in workload {workload.id}")
    numbers = _completion_ids(samples)
    judge: Callable[[Task, Sample], tuple[bool | None, str]] = judge_without_program
    if any(tasks[sample.task_id].kind == "program" for sample in samples):
        tier = sandbox.choose(unsafe_sandbox).name
        limits = limits_for(workload.timeout_s if timeout_s is None else timeout_s)
        judge = functools.partial(judge_any, tier=tier, limits=limits, patience=Patience())
    verdicts = []
    stop = threading.Event()
    with ThreadPoolExecutor(
        workers or _cores(), initializer=sandbox.stop_at, initargs=(stop,)
    ) as pool:
        jobs = [pool.submit(judge, tasks[sample.task_id], sample) for sample in samples]
        try:
            for sample, number, job in zip(samples, numbers, jobs, strict=True):
                passed, reason = _result(job, keep_faults)
                verdicts.append(Verdict(sample.task_id, number, passed, reason))
                if on_verdict is not None:
                    on_verdict(len(verdicts), len(samples))
        except BaseException:  # also a Ctrl+C: nobody waits for programs that go on for minutes
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return verdicts


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _result(job: Future[tuple[bool | None, str]], keep_faults: bool) -> tuple[bool | None, str]:
    try:
        return job.result()
    except (sandbox.SandboxFault, UserError) as fault:
        if not keep_faults:
            raise
        return None, f"{NOT_SCORED}: {fault}"


def _completion_ids(samples: list[Sample]) -> list[int]:
    seen: Counter[str] = Counter()
    numbers = []
    for sample in samples:
        numbers.append(seen[sample.task_id])
        seen[sample.task_id] += 1
    return numbers


@functools.cache
def _slowness() -> float:
    return slowness()


def limits_for(timeout_s: float) -> sandbox.Limits:
    """Limits of a program that may use so many CPU seconds on the reference machine."""
    cpu_s = timeout_s * _slowness()
    return sandbox.Limits(cpu_s=cpu_s, wall_s=WALL_FACTOR * cpu_s + WALL_MARGIN_S)


def judge_without_program(task: Task, sample: Sample) -> tuple[bool | None, str]:
    """(passed, reason) of an answer, or (None, "not scored")."""
    if task.answer is None:
        return None, NOT_SCORED
    return judge_answer(sample.completion, task.answer)


def judge_any(
    task: Task, sample: Sample, *, tier: str, limits: sandbox.Limits, patience: Patience
) -> tuple[bool | None, str]:
    """(passed, reason) of one completion, from the cache where the same was judged before."""
    if task.kind != "program":
        return judge_without_program(task, sample)
    source = sample.source(task)
    with _cache.once(task, source, limits.cpu_s) as entry:
        if entry.verdict is None:
            with patience:
                entry.verdict = _run_program(task, source, tier, limits)
        return entry.verdict


def _run_program(task: Task, source: str, tier: str, limits: sandbox.Limits) -> tuple[bool, str]:
    test, entry_point = task.test or "", task.entry_point or ""
    imported = set(_IMPORT.findall(source)) | set(_IMPORT.findall(test))
    job = sandbox.Job(
        source, task.prompt, test, entry_point,
        preload=",".join(sorted(imported & PRELOADABLE)),
        packages=(sysconfig.get_path("platlib"),) if "numpy" in source + test else (),
    )  # fmt: skip
    try:
        outcome = sandbox.run(tier, job, limits)
        if outcome.limit == "wall" and outcome.cpu_s > COMPUTING * limits.cpu_s:
            longer = replace(limits, wall_s=SECOND_CHANCE * limits.wall_s)
            outcome = sandbox.run(tier, job, longer)
    except UserError as error:
        raise UserError(error.what, f"task {task.task_id}", error.mend) from None
    return outcome.passed, outcome.reason
