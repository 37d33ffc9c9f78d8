"""Rows of the bundle from a worker's result: what was not measured stays null."""

from datetime import UTC, datetime

import pytest

from pimp_tui.campaign import record
from pimp_tui.campaign.clock import SessionClock
from pimp_tui.session.schema import RUNS

READING = {
    "energy_j": 8.0, "energy_above_idle_j": None, "energy_gpu_j": None, "energy_cpu_j": None,
    "energy_source": "estimate", "energy_estimated": True, "idle_power_w": None,
    "power_mean_w": None, "power_peak_w": None, "peak_memory_bytes": None,
}  # fmt: skip


def completion(prompt: int, latency: float, tokens: int = 4, ttft: float | None = 0.1) -> dict:
    return {
        "prompt_index": prompt, "sample": 0, "text": "x", "tokens_in": 5, "tokens_out": tokens,
        "submitted_s": 10.0, "ttft_s": ttft, "latency_s": latency,
    }  # fmt: skip


def result(reading: dict, completions: list[dict]) -> dict:
    return {
        "started": 10.0, "ended": 12.0, "device": "cpu", "ignored": [], "reading": reading,
        "peak_memory_bytes": None, "completions": completions,
    }  # fmt: skip


@pytest.fixture
def clock():
    return SessionClock(datetime.now(UTC).isoformat())


def test_columns_of_an_estimated_run(clock):
    completions = [completion(0, 0.4), completion(1, 1.0, ttft=None), completion(1, 0.6)]
    row = record.run_row(result(READING, completions), [True, False, True], {"model": "m"}, clock)
    assert set(row) <= set(RUNS)
    assert row["duration_s"] == 2.0 and row["latency_s"] == pytest.approx(2 / 3)
    assert row["latency_p50_s"] == 0.6 and row["ttft_s"] == pytest.approx(0.1)
    assert row["itl_s"] == pytest.approx((0.3 / 3 + 0.5 / 3) / 2)
    assert row["tokens_in"] == 10 and row["tokens_out"] == 12 and row["tokens_per_s"] == 6.0
    assert row["pass_at_1"] == 0.75  # the mean over tasks of the share of passing samples
    assert row["energy_j"] == 8.0 and row["energy_estimated"] is True
    assert row["j_per_token"] is None and row["j_per_solved"] is None
    assert row["ignored_options"] == [] and row["contaminated"] is None


def test_measured_energy_is_shared_out(clock):
    reading = READING | {"energy_estimated": False, "energy_gpu_j": 8.0}
    row = record.run_row(result(reading, [completion(0, 1.0)]), [True], {}, clock)
    assert row["j_per_token"] == 2.0 and row["j_per_solved"] == 8.0
    row = record.run_row(result(reading, [completion(0, 1.0)]), [False], {}, clock)
    assert row["j_per_solved"] is None


def test_unscored_workload_has_no_accuracy(clock):
    row = record.run_row(result(READING, [completion(0, 1.0)]), [None], {}, clock)
    assert row["pass_at_1"] is None


def test_session_time_goes_on_across_a_resume_and_never_back():
    created = "2026-01-01T00:00:00.000000+00:00"
    late = SessionClock(created, last_t_s=1e12)  # a wall clock that was stepped back
    assert late.t_s() >= 1e12
    first = SessionClock(datetime.now(UTC).isoformat())
    assert 0 <= first.t_s() < 5 and first.t_s() <= first.t_s()


def test_a_run_whose_energy_is_in_doubt_says_why_although_it_counts(clock):
    fault = "nvml: H100 [1] not measured, no sum"
    reading = READING | {"energy_j": None, "energy_source": None, "faults": [fault]}
    row = record.run_row(result(reading, [completion(0, 1.0)]), [True], {}, clock)
    assert (row["status"], row["energy_j"]) == ("ok", None)
    assert row["reason"] == f"energy: {fault}"
    sound = record.run_row(result(READING, [completion(0, 1.0)]), [True], {}, clock)
    assert sound["reason"] is None


def test_a_run_beside_others_names_them(clock):
    who = "pid 41 (ada) with 2.0 GiB on H100 [0]"
    for foreign, contaminated, reason in (
        ([who], True, f"contaminated: {who}"), ([], False, None), (None, None, None)
    ):  # fmt: skip
        answer = result(READING, [completion(0, 1.0)]) | {"foreign": foreign}
        row = record.run_row(answer, [True], {}, clock)
        assert (row["contaminated"], row["reason"]) == (contaminated, reason)
