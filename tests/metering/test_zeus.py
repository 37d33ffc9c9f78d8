"""Agreement with zeus, an independent meter, where its interpreter is named in PIMP_TUI_ZEUS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "against_zeus.py"


@pytest.mark.slow
@pytest.mark.skipif("PIMP_TUI_ZEUS" not in os.environ, reason="PIMP_TUI_ZEUS names no Python")
def test_energy_is_within_a_hundredth_of_zeus_on_the_same_windows(nvml_folder: Path) -> None:
    command = [sys.executable, SCRIPT, "--seconds", "10,20"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["how"] for row in rows} == {"counter", "polled", "slow counter"}
    for row in rows:
        assert abs(row["zeus_off"]) <= 0.01, row
        assert abs(row["known_off"]) <= 0.01, row
