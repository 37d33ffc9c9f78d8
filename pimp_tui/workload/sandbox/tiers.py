"""The ways to isolate a program, strongest first, each as a command line.

A tier only says how to start the process; what it must then prove is in `probe`.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .inside.isolate import SYSTEM_FOLDERS, python_folders

HERE = Path(__file__).resolve().parent
BOOT = "import sys; sys.path.insert(0, {folder!r}); from inside.start import main; main()"
CHECKER_FOLDER = "/checker"


@dataclass(frozen=True)
class Limits:
    """What one program may use.

    Attributes:
        cpu_s: CPU seconds of the program.
        wall_s: wall-clock seconds, for programs that sleep.
        memory_bytes: address space of each of its processes.
        processes: processes and threads at once.
        storage_bytes: size of its throw-away folder, and of any file in it.
    """

    cpu_s: float = 3.0
    wall_s: float = 12.0
    memory_bytes: int = 1 << 30
    processes: int = 24
    storage_bytes: int = 16 << 20


def interpreter() -> str:
    """The interpreter itself; a virtual environment's launcher would read files outside."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def python_arguments(mode: str, limits: Limits, preload: str, packages: list[str]) -> list[str]:
    """Interpreter and arguments of ``inside.start``; isolated like ``-I`` but with hash seed 0.

    ``-I`` would ignore PYTHONHASHSEED, and a program that iterates over a set of strings would
    pass one time and fail the next.
    """
    folder = CHECKER_FOLDER if mode == "bubblewrap" else str(HERE)
    numbers = (limits.memory_bytes, int(limits.cpu_s) + 2, limits.processes, limits.storage_bytes)
    return [
        interpreter(), "-s", "-S", "-P", "-c", BOOT.format(folder=folder),
        "namespaces" if mode == "namespaces" else "wrapped",
        *map(str, numbers), preload, os.pathsep.join(packages),
    ]  # fmt: skip


def bubblewrap(limits: Limits, packages: list[str]) -> list[str]:
    """The bwrap prefix: own namespaces, a read-only view of system and Python, no /proc."""
    command = [
        shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent", "--as-pid-1",
        "--clearenv", "--setenv", "PYTHONHASHSEED", "0", "--setenv", "LANG", "C.UTF-8",
        "--cap-drop", "ALL", "--hostname", "sandbox",
    ]  # fmt: skip
    for path in SYSTEM_FOLDERS:
        if Path(path).is_symlink():
            command += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).is_dir():
            command += ["--ro-bind", path, path]
    for path in [*python_folders(), *packages]:
        command += ["--ro-bind", os.path.realpath(path), path]
    command += ["--ro-bind", str(HERE / "inside"), f"{CHECKER_FOLDER}/inside"]
    command += ["--dev", "/dev", "--size", str(limits.storage_bytes), "--perms", "0700"]
    return [*command, "--tmpfs", "/tmp", "--remount-ro", "/", "--chdir", "/tmp", "--"]


def command(
    tier: str, limits: Limits, preload: str = "", packages: tuple[str, ...] = ()
) -> list[str]:
    """The whole command line that runs one program in a tier."""
    folders = list(packages)
    arguments = python_arguments(tier, limits, preload, folders)
    return [*bubblewrap(limits, folders), *arguments] if tier == "bubblewrap" else arguments
