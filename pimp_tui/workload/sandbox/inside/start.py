"""Entry of a sandboxed process: ``python -s -S -P -c BOOT MODE MEMORY CPU WALL ...``."""

from __future__ import annotations

import os
import sys

from . import checker, isolate, landlock, system
from .folders import SYSTEM_FOLDERS, open_to_all, python_folders

FAULT = 70  # sysexits.h EX_SOFTWARE: the sandbox itself failed, not the program in it


def main() -> None:
    """Isolates where asked, limits, then serves one job.

    Arguments after the mode (the tier, of which "namespaces" and "landlock" isolate here): memory
    in bytes, CPU seconds of the program and of the checker, processes, bytes and number of files
    in writable storage, modules to import beforehand and folders of packages, the last two
    separated by commas and by ``os.pathsep``.
    """
    mode, preload, packages = sys.argv[1], *sys.argv[8:10]
    memory, cpu_s, checker_cpu_s, processes, storage, files = map(int, sys.argv[2:8])
    own = sys.path.pop(0)
    folders = [path for path in packages.split(os.pathsep) if path]
    sys.path.extend(folders)
    sys.argv[:] = ["-c"]
    try:
        system.die_with_parent()
        system.offer_to_the_kernel()
        if mode == "namespaces":
            isolate.enter([*python_folders(), *folders], storage, files)
        elif mode == "landlock":
            _bound([*python_folders(), *folders, own])
        else:
            if mode == "bubblewrap" and os.geteuid() == 0:
                isolate.become(isolate.spare_user())
            system.drop_privileges()
        system.limit(memory, checker_cpu_s, processes, storage)
        checker.serve(
            [name for name in preload.split(",") if name],
            cpu_limit_s=cpu_s,
            # The mount of the other tiers counts its files itself, or there is none.
            max_files=files if mode == "bubblewrap" else None,
            mode=mode,
        )
    except (OSError, ImportError) as error:
        os.write(2, f"{error}\n".encode())
        os._exit(FAULT)
    os._exit(0)


def _bound(folders: list[str]) -> None:
    """Landlock around this process, whose working folder is the throw-away one."""
    if os.geteuid() == 0 and all(open_to_all(folder) for folder in folders):
        # Not the owner of anything outside, and with a process count of its own.
        user = isolate.spare_user()
        os.chown(".", user, user)
        isolate.become(user)
    system.drop_privileges()
    landlock.restrict([*SYSTEM_FOLDERS, "/etc/ld.so.cache", *folders], ".")
