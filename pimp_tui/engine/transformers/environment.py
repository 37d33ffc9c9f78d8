"""The environment torch must find when it is first imported."""

from __future__ import annotations

import os


def prepare_environment() -> None:
    """Set what torch and tokenizers read at import; values the user has set are kept.

    Idle OpenMP threads must sleep: with the default spinning, two threads on a busy machine were
    40 times slower than one, and CPU time says nothing about energy any more.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")


def set_threads() -> int:
    """One torch thread per core this process may use, unless OMP_NUM_THREADS says otherwise."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        affinity = getattr(os, "sched_getaffinity", None)
        cores = len(affinity(0)) if affinity else (os.cpu_count() or 1)
        torch.set_num_threads(cores)
    return torch.get_num_threads()
