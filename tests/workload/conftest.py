"""Fixtures: small workloads, and the tiers that hold on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pimp_tui.workload import Task, Workload
from pimp_tui.workload.sandbox.inside.system import OWN_PROCESSES
from pimp_tui.workload.sandbox.probing import check_tier

SQUARE_TEST = """
import random

def check(candidate):
    for _ in range(3):
        x = random.randrange(10**9)
        assert candidate(x) == x * x
"""


@pytest.fixture
def square() -> Workload:
    """One task whose expected results nobody can know beforehand."""
    prompt = 'def square(x):\n    """The square of x."""\n'
    return Workload("square", [Task("square", prompt, SQUARE_TEST, "square")], timeout_s=0.3)


@pytest.fixture
def write_lines(tmp_path: Path):
    """Writes rows as JSON lines, strings as they are, and returns the path."""

    def write(*rows: object, name: str = "tasks.jsonl") -> Path:
        path = tmp_path / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture(scope="session")
def isolating_tiers() -> list[str]:
    """Tiers with processes of their own that hold here; bombs run in no other."""
    return [name for name in OWN_PROCESSES if check_tier(name).ok]


@pytest.fixture(scope="session")
def holding_tiers(isolating_tiers: list[str]) -> list[str]:
    """All tiers that hold here, as the probe found; hostile programs run in no other."""
    return [*isolating_tiers, *(["landlock"] if check_tier("landlock").ok else [])]
