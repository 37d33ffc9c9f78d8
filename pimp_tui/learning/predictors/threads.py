"""One thread for linear algebra on small matrices.

Matrices of a few hundred rows give each thread microseconds of work; on a machine that is busy
with anything else, threads that wait for one another cost ten times the work itself.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


@cache
def _libraries() -> Any:
    """The BLAS libraries of NumPy and SciPy, each its own; found once, which takes milliseconds."""
    import numpy  # noqa: F401
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """A context in which BLAS computes in the calling thread alone."""
    limited: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limited
