"""A sandbox that breaks between two runs costs their accuracy and nothing else, and says so."""

from __future__ import annotations

import os

import pytest

from pimp_tui.campaign.scoring import judge, not_scored
from pimp_tui.workload import load_workload, sandbox
from pimp_tui.workload.sandbox import probing


@pytest.fixture
def workload():
    return load_workload("micro-coder", 2)


@pytest.fixture
def breaks(tmp_path, monkeypatch):
    """Called, it breaks the sandbox for real: the program that starts it only fails."""

    def now() -> None:
        script = tmp_path / "bwrap"
        script.write_text("#!/bin/sh\necho 'bwrap: Creating new namespace failed' >&2\nexit 1\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        probing.forget()
        probing._found.append(sandbox.SandboxTier("bubblewrap", True, "held"))

    yield now
    probing.forget()


def completions(workload, note: str) -> list[dict]:
    return [
        {"prompt_index": number, "text": f"{task.canonical_solution}\n# {note}\n"}
        for number, task in enumerate(workload.tasks)
    ]


def test_all_is_null_and_the_reason_is_on_the_run(workload, breaks):
    breaks()
    judged = judge(workload, completions(workload, "all"), unsafe_sandbox=False)
    assert [passed for passed, _ in judged] == [None, None]
    row = not_scored(judged)
    assert row["pass_at_1"] is None and row["j_per_solved"] is None
    assert row["reason"].startswith("2 of 2 completions not scored: the bubblewrap sandbox failed")
    assert "Creating new namespace failed" in row["reason"]


def test_some_judged_are_no_mean_over_all(workload, breaks):
    both = completions(workload, "some")
    if not probing.probe().ok:
        pytest.skip("no tier isolates here")
    assert judge(workload, both[:1], unsafe_sandbox=False)[0] == (True, "passed")
    breaks()
    judged = judge(workload, both, unsafe_sandbox=False)
    assert [passed for passed, _ in judged] == [True, None]
    assert not_scored(judged)["pass_at_1"] is None
    assert not_scored(judged)["reason"].startswith("1 of 2 completions not scored: ")


def test_where_all_can_be_judged_nothing_is_said(workload):
    if not probing.probe().ok:
        pytest.skip("no tier isolates here")
    judged = judge(workload, completions(workload, "good"), unsafe_sandbox=False)
    assert not_scored(judged) == {}
    assert not_scored([(None, "not scored"), (None, None), (False, "timed out")]) == {}


def test_a_sandbox_that_can_no_longer_be_had_does_not_end_the_campaign(workload, monkeypatch):
    monkeypatch.setattr(probing, "TIERS", ())
    probing.forget()
    judged = judge(workload, completions(workload, "none"), unsafe_sandbox=False)
    probing.forget()
    assert "no sandbox isolates" in not_scored(judged)["reason"]
