"""Builds the scripted NVML: ``python build.py FOLDER``; then LD_LIBRARY_PATH=FOLDER."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def build(folder: Path) -> Path:
    """Compiles ``libnvidia-ml.so.1`` into a folder and returns its path."""
    library = folder / "libnvidia-ml.so.1"
    source = Path(__file__).with_name("nvml.c")
    command = ["cc", "-O1", "-Wall", "-Werror", "-fPIC", "-shared", "-o", library, source, "-lm"]
    subprocess.run(command, check=True)
    return library


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
