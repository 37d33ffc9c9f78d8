"""Entry of a sandboxed process: ``python -s -S -P -c BOOT MODE MEMORY CPU PROCESSES FILES ...``."""

from __future__ import annotations

import os
import sys

from . import checker, isolate, system
from .folders import python_folders

FAULT = 70  # sysexits.h EX_SOFTWARE: the sandbox itself failed, not the program in it


def main() -> None:
    """Isolates where asked, limits, then serves one job.

    Arguments after the mode (the tier, of which "namespaces" isolates here): memory in
    bytes, CPU seconds, processes, bytes of writable storage, modules to import beforehand and
    folders of packages, the last two separated by commas and by ``os.pathsep``.
    """
    mode, memory, cpu, processes, storage, preload, packages = sys.argv[1:8]
    sys.path.pop(0)
    folders = [path for path in packages.split(os.pathsep) if path]
    sys.path.extend(folders)
    sys.argv[:] = ["-c"]
    try:
        system.die_with_parent()
        if mode == "namespaces":
            isolate.enter([*python_folders(), *folders], int(storage))
        else:
            if mode == "bubblewrap" and os.geteuid() == 0:
                isolate.become(isolate.spare_user())
            system.drop_privileges()
        system.limit(int(memory), int(cpu), int(processes), int(storage))
        checker.serve([name for name in preload.split(",") if name])
    except (OSError, ImportError) as error:
        os.write(2, f"{error}\n".encode())
        os._exit(FAULT)
    os._exit(0)
