"""Commands are tried as users run them: as a process, by exit code, stdout and stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "sessions" / "demo"


def pimp(*arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None):
    """Run a pimp-tui command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "pimp_tui", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, cwd=cwd, stdin=subprocess.DEVNULL,
        env=os.environ | (env or {}),
    )  # fmt: skip


def answer(*arguments: object):
    """The JSON that a command prints."""
    done = pimp(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(name="pimp", scope="session")
def pimp_fixture():
    """The ``pimp`` function."""
    return pimp


@pytest.fixture(name="answer", scope="session")
def answer_fixture():
    """The ``answer`` function."""
    return answer


@pytest.fixture
def demo(tmp_path) -> Path:
    """A copy of the committed demo session."""
    import shutil

    return Path(shutil.copytree(DEMO, tmp_path / "demo"))
