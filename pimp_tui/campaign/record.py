"""From what a worker measured to rows of the bundle: pure functions."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pimp_tui.campaign.clock import SessionClock

Row = dict[str, Any]
_SHARED_HOST = "energy: another campaign ran on this host, so the CPU's energy is nobody's"


def text_hash(text: str) -> str:
    """First 16 hex digits of the SHA-256 of a prompt or completion."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def run_row(result: Row, verdicts: Sequence[bool | None], base: Row, clock: SessionClock) -> Row:
    """The runs row of a finished run.

    Args:
        result: the worker's ``result`` message.
        verdicts: passed or not for each completion, None where the workload has no test.
        base: model, engine, host and the like.
        clock: maps the worker's monotonic times to UTC.

    Returns:
        Columns of contracts.md; what was not measured is None. ``duration_s`` is the wall-clock
        of the measured pass, ``latency_s`` the mean over requests.
    """
    completions: list[Row] = result["completions"]
    reading: Row = result["reading"]
    duration = result["ended"] - result["started"]
    latencies = sorted(item["latency_s"] for item in completions)
    firsts = [item["ttft_s"] for item in completions if item["ttft_s"] is not None]
    tokens_out = sum(item["tokens_out"] for item in completions)
    prompts = {item["prompt_index"]: item["tokens_in"] for item in completions}
    pass_at_1 = mean_pass(completions, verdicts)
    energy = reading["energy_j"]
    measured = energy is not None and not reading["energy_estimated"]
    solved = None if pass_at_1 is None else pass_at_1 * len(prompts)
    return base | {
        "status": "ok",
        "reason": joined(doubts(reading), beside(result.get("foreign"))),
        "device": result["device"],
        "started_at": clock.utc(result["started"]),
        "ended_at": clock.utc(result["ended"]),
        "duration_s": duration,
        "latency_s": _mean(latencies),
        "latency_p50_s": quantile(latencies, 0.5),
        "latency_p95_s": quantile(latencies, 0.95),
        "ttft_s": _mean(firsts),
        "itl_s": _mean([gap for item in completions if (gap := _itl(item)) is not None]),
        "tokens_in": sum(prompts.values()),
        "tokens_out": tokens_out,
        "tokens_per_s": tokens_out / duration if duration > 0 else None,
        "energy_j": energy,
        "energy_above_idle_j": reading["energy_above_idle_j"],
        "energy_gpu_j": reading["energy_gpu_j"],
        "energy_cpu_j": reading["energy_cpu_j"],
        "energy_source": reading["energy_source"],
        "energy_estimated": reading["energy_estimated"],
        "idle_power_w": reading["idle_power_w"],
        "power_mean_w": reading["power_mean_w"],
        "power_peak_w": reading["power_peak_w"],
        # An estimate fills energy_j alone (contracts.md).
        "j_per_token": energy / tokens_out if measured and tokens_out else None,
        "j_per_solved": energy / solved if measured and solved else None,
        "pass_at_1": pass_at_1,
        "peak_memory_bytes": result["peak_memory_bytes"] or reading["peak_memory_bytes"],
        "contaminated": None if result.get("foreign") is None else bool(result["foreign"]),
        "ignored_options": list(result["ignored"]),
    }


def doubts(reading: Row) -> str | None:
    """Why energy is missing from a run that counts, or may be wrong; None where it is neither."""
    faults: list[str] = reading.get("faults") or []
    return f"energy: {'; '.join(faults)}" if faults else None


def beside(foreign: Sequence[str] | None) -> str | None:
    """Whose processes were on the GPUs during a run that counts all the same."""
    return f"contaminated: {'; '.join(foreign)}" if foreign else None


def joined(*reasons: str | None) -> str | None:
    """Several reasons as one, None of none."""
    return "; ".join(reason for reason in reasons if reason) or None


def without_cpu(row: Row, reading: Row) -> Row:
    """A run that overlapped with another campaign on the same host: the CPU's energy is neither's.

    What rests on it is nulled; the GPU's energy stays.

    Args:
        reading: of the run's window, which knows the GPUs' meters and idle power.
    """
    if row["energy_cpu_j"] is None:
        return row
    energy, solved = row["energy_gpu_j"], None
    idle_w = None if energy is None else reading["idle_gpu_power_w"]
    if row["pass_at_1"] and row["j_per_solved"]:
        solved = row["energy_j"] / row["j_per_solved"]
    return row | {
        "reason": joined(row["reason"], _SHARED_HOST),
        "energy_cpu_j": None,
        "energy_j": energy,
        "energy_above_idle_j": None if idle_w is None else energy - idle_w * reading["duration_s"],
        "energy_source": reading["energy_gpu_source"] if energy is not None else None,
        "idle_power_w": idle_w,
        "power_mean_w": None if energy is None else energy / row["duration_s"],
        "power_peak_w": None,
        "j_per_token": energy / row["tokens_out"] if energy and row["tokens_out"] else None,
        "j_per_solved": energy / solved if energy and solved else None,
    }


def failed_row(reason: str, started: datetime, ended: datetime, base: Row) -> Row:
    """The runs row of a failed run: its reason, and nulls for all that was not measured."""
    times = {"started_at": started, "ended_at": ended}
    return base | {"status": "failed", "reason": reason} | times


def request_rows(
    result: Row,
    verdicts: Sequence[tuple[bool | None, str | None]],
    task_ids: Sequence[str],
    prompt_hashes: Sequence[str],
    clock: SessionClock,
) -> list[Row]:
    """One requests row per completion, in the order of ``result["completions"]``."""
    return [
        {
            "task_id": task_ids[item["prompt_index"]],
            "sample": item["sample"],
            "started_at": clock.utc(item["submitted_s"]),
            "tokens_in": item["tokens_in"],
            "tokens_out": item["tokens_out"],
            "ttft_s": item["ttft_s"],
            "latency_s": item["latency_s"],
            "passed": passed,
            "reason": reason,
            "prompt_hash": prompt_hashes[item["prompt_index"]],
            "completion": item["text"],
            "completion_hash": text_hash(item["text"]),
        }
        for item, (passed, reason) in zip(result["completions"], verdicts, strict=True)
    ]


def mean_pass(completions: Sequence[Row], verdicts: Sequence[bool | None]) -> float | None:
    """pass@1: the mean over tasks of the share of a task's samples that pass.

    None where no completion could be judged.
    """
    by_task: dict[int, list[bool]] = {}
    for item, passed in zip(completions, verdicts, strict=True):
        if passed is not None:
            by_task.setdefault(item["prompt_index"], []).append(passed)
    if not by_task:
        return None
    return sum(sum(votes) / len(votes) for votes in by_task.values()) / len(by_task)


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Linear-interpolated quantile of sorted values; None of nothing."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _itl(item: Row) -> float | None:
    """Mean time between output tokens of one request, seconds (first token excluded)."""
    if item["ttft_s"] is None or item["tokens_out"] < 2:
        return None
    gap = (item["latency_s"] - item["ttft_s"]) / (item["tokens_out"] - 1)
    return float(gap) if gap >= 0 else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
