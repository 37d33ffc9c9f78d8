"""Fixtures: a scripted NVML in C, and meters whose readings a test writes down."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BUILD = Path(__file__).parent / "fake_nvml" / "build.py"

PRELUDE = """
import json, math, os, time
EPOCH_S = time.monotonic() - 10.0
os.environ["FAKE_NVML_EPOCH_S"] = repr(EPOCH_S)
CURVES = [(100.0, 250.0, 3.0), (60.0, 40.0, 5.0)]

def expected_j(device, start, end):
    base, swing, omega = CURVES[device]
    def at(monotonic):
        t = monotonic - EPOCH_S
        return base * t + swing * (t / 2 - math.sin(2 * omega * t) / (4 * omega))
    return at(end) - at(start)

from pimp_tui.metering import MeterUnavailable, meters_report, open_meters
"""


@pytest.fixture(scope="session")
def nvml_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler to build the scripted NVML with")
    folder = tmp_path_factory.mktemp("nvml")
    subprocess.run([sys.executable, BUILD, folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def with_nvml(nvml_folder: Path) -> Callable[..., Any]:
    """Runs Python in a process whose real pynvml loads the scripted library; returns its JSON."""

    def run(script: str, **environment: str) -> Any:
        variables = {**os.environ, "LD_LIBRARY_PATH": str(nvml_folder), **environment}
        command = [sys.executable, "-c", PRELUDE + script]
        done = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    return run
