"""The ways to isolate a program, strongest first, each as a command line.

A tier only says how to start the process; what it must then prove is in `probing`.
"""

from __future__ import annotations

import compileall
import functools
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .inside.folders import SYSTEM_FOLDERS, python_folders
from .inside.system import FIRST_TO_GO, OWN_PROCESSES

HERE = Path(__file__).resolve().parent
BOOT = "import sys; sys.path.insert(0, {folder!r}); from inside.start import main; main()"
CHECKER_FOLDER = "/checker"
CHECKER_CPU_S = 2  # beyond the wall-clock limit: ends only what its own alarm cannot
TASKS_MEANWHILE = 200
SHARED_BYTES = 1 << 20
# Says for what follows that the kernel may end it first where memory runs out.
OFFERED = (
    "/bin/sh", "-c",
    f'{{ echo {FIRST_TO_GO} >/proc/self/oom_score_adj; }} 2>/dev/null; exec "$@"', "sh",
)  # fmt: skip
# A fixed hash seed: a program that iterates over a set of strings must not pass only sometimes.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Limits:
    """What one program may use.

    Attributes:
        cpu_s: CPU seconds of the program.
        wall_s: wall-clock seconds, for programs that sleep.
        memory_bytes: address space of each of its processes.
        total_bytes: memory of all its processes together.
        processes: processes and threads at once.
        storage_bytes: size of its throw-away folder, and of any file in it.
        files: files and folders in there.
    """

    cpu_s: float = 3.0
    wall_s: float = 12.0
    memory_bytes: int = 1 << 30
    total_bytes: int = 1 << 30
    processes: int = 24
    storage_bytes: int = 16 << 20
    files: int = 4096


@functools.cache
def compile_inside() -> None:
    """Compiles what runs inside, once: there its folder is read-only, and each program would again.

    Where it cannot be written here either, that costs some 20 ms of each program.
    """
    compileall.compile_dir(HERE / "inside", maxlevels=0, quiet=2)


def interpreter() -> str:
    """The interpreter itself; a virtual environment's launcher would read files outside."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def python_arguments(mode: str, limits: Limits, preload: str, packages: list[str]) -> list[str]:
    """Interpreter and arguments of ``inside.start``.

    Isolated like ``-I``, which would ignore the hash seed: the environment is clean anyway.
    """
    folder = CHECKER_FOLDER if mode == "bubblewrap" else str(HERE)
    numbers = (
        limits.memory_bytes, int(limits.cpu_s) + 2, int(limits.wall_s) + CHECKER_CPU_S,
        limits.processes + _counted_already(mode), limits.storage_bytes, limits.files,
    )  # fmt: skip
    return [
        interpreter(), "-s", "-S", "-P", "-c", BOOT.format(folder=folder),
        mode,
        *map(str, numbers), preload, os.pathsep.join(packages),
    ]  # fmt: skip


def _counted_already(mode: str) -> int:
    """Tasks that RLIMIT_NPROC counts beside those of the sandbox.

    Root changes to a user of its own inside. Another user's tasks are counted all together where
    no user namespace separates them, and before Linux 5.14 even there; then some room is left for
    what the user starts meanwhile.
    """
    if os.geteuid() == 0 or not Path("/proc/self").exists():
        return 0
    release = tuple(int(word) for word in re.findall(r"\d+", os.uname().release)[:2])
    if mode in OWN_PROCESSES and release >= (5, 14):
        return 0
    tasks = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if place.stat().st_uid == os.geteuid():
                tasks += sum(1 for _ in (place / "task").iterdir())
        except OSError:
            continue
    return tasks + TASKS_MEANWHILE


def bubblewrap(limits: Limits, packages: list[str]) -> list[str]:
    """The bwrap prefix: own namespaces, a read-only view of system and Python, no /proc."""
    command = [*OFFERED, shutil.which("bwrap") or "bwrap"]
    command += ["--die-with-parent", "--as-pid-1", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    if os.geteuid() == 0:
        # Stays root until the tree stands, then becomes a spare user by itself (inside.start).
        command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-all", "--cap-drop", "ALL"]
    for path in SYSTEM_FOLDERS:
        if Path(path).is_symlink():
            command += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).is_dir():
            command += ["--ro-bind", path, path]
    # Before the folders, which may lie below it.
    command += ["--size", str(limits.storage_bytes), "--perms", "0777", "--tmpfs", "/tmp"]
    for path in [*python_folders(), *packages]:
        if path.startswith("/usr/"):
            continue
        for parent in reversed(Path(path).parents[:-1]):
            if str(parent) == "/tmp":
                continue
            # By itself bwrap makes them accessible to its own user only.
            command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", os.path.realpath(path), path]
    command += ["--ro-bind", str(HERE / "inside"), f"{CHECKER_FOLDER}/inside", "--dev", "/dev"]
    # By itself /dev is a file system that takes half of the machine's memory.
    command += ["--size", str(SHARED_BYTES), "--perms", "0777", "--tmpfs", "/dev/shm"]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]


def command(
    tier: str, limits: Limits, preload: str = "", packages: tuple[str, ...] = ()
) -> list[str]:
    """The whole command line that runs one program in a tier."""
    compile_inside()
    folders = list(packages)
    arguments = python_arguments(tier, limits, preload, folders)
    return [*bubblewrap(limits, folders), *arguments] if tier == "bubblewrap" else arguments
