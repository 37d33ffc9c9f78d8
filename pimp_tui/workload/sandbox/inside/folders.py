"""What a sandboxed program may read."""

# Importing pathlib would cost more than everything done here.
# ruff: noqa: PTH116, PTH120
from __future__ import annotations

import os
import sys

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")


def python_folders() -> list[str]:
    """The folders that this interpreter needs to import its standard library."""
    stdlib = os.path.dirname(os.__file__)
    found = {sys.base_prefix, sys.base_exec_prefix, os.path.dirname(stdlib), stdlib}
    return sorted(found - {"/"}, key=len)


def open_to_all(folder: str) -> bool:
    """Whether any user may list it and reach it from the root."""
    if os.stat(folder).st_mode & 0o005 != 0o005:
        return False
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        if not os.stat(folder).st_mode & 0o001:
            return False
    return True
