"""What a sandboxed program may read."""

# Importing pathlib would cost more than everything done here.
# ruff: noqa: PTH120
from __future__ import annotations

import os
import sys

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")


def python_folders() -> list[str]:
    """The folders that this interpreter needs to import its standard library."""
    stdlib = os.path.dirname(os.__file__)
    return sorted({sys.base_prefix, sys.base_exec_prefix, os.path.dirname(stdlib), stdlib}, key=len)
