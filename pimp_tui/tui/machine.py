"""What can be said of this machine without loading a driver library."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_RAPL = Path("/sys/class/powercap/intel-rapl:0/energy_uj")


def machine_words(dot: str) -> str:
    """``host NAME · 2 CPUs · no GPU · energy ~estimated``; ``pimp-tui doctor`` says it in full."""
    gpus = len(list(Path("/dev").glob("nvidia[0-9]*")))
    parts = [f"host {socket.gethostname()[:20]}"]
    parts.append(
        f"{gpus} GPU{'s' if gpus > 1 else ''}" if gpus else f"{os.cpu_count()} CPUs, no GPU"
    )
    if not gpus:
        parts.append("RAPL ok" if os.access(_RAPL, os.R_OK) else "energy ~estimated")
    return f" {dot} ".join(parts)
