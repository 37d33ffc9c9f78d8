"""Learning in a process of its own: ``python -m pimp_tui.learning.child SESSION [CALLER]``.

SESSION is a folder; with the pid of its caller it ends at once when that one does (Linux).

One JSON request a line on stdin, one JSON answer a line on stdout, until stdin closes; learners
are kept between requests of the same metric while the number of runs stays the same. Progress
goes to stderr as ``{"progress": [done, of]}`` lines. The caller may kill the process at any
time: it writes nothing.

A request is ``{"request": NAME, ...}``, an answer ``{"ok": true, "answer": ...}`` or
``{"ok": false, "error": TEXT, "mend": TEXT|null}``. NAME is one of

- ``evaluate``: ``metrics``, ``predictors`` -> the contract's list of ``learn``.
- ``curve``: ``metric``, ``predictor``, ``draws`` (5) -> the list of ``curve.learning_curve``.
- ``fit``: ``metric``, ``predictor`` -> ``{"evaluation", "points", "notes"}``; a point has
  config_id, measured, prediction, lower, upper, predicted by a refit without it.
- ``effects``: ``metric``, ``pairs`` (false) -> ``{"features", "pairs", "words"}``.
- ``importance``: ``metric``, ``predictor`` -> ``{"options", "interactions"}``.
- ``switch``: ``metric``, ``config``, ``predictor`` -> the rows of ``switching.switches``.
- ``front``: ``objectives``, ``where``, ``candidates`` (2000), ``predictor`` ->
  ``{"front", "candidates", "knee", "notes"}``; rows have options, metrics, ``estimated``.
- ``predict``: ``metrics``, ``rows`` (of options), ``predictor`` ->
  ``{metric: [{"prediction", "lower", "upper", "reason"}, ...]}``; where a row has a value that
  was never measured, ``reason`` names it and the others are null.

Every request takes ``seed`` (0). ``predictor`` is ``blend`` unless given.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, TextIO

from pimp_tui.errors import UserError

_PR_SET_PDEATHSIG = 1


def _progress(done: int, of: int) -> None:
    print(json.dumps({"progress": [done, of]}), file=sys.stderr, flush=True)


def serve(path: str, requests: TextIO, answers: TextIO) -> None:
    """Answer requests on the session at ``path`` until ``requests`` ends."""
    from pimp_tui.learning.service import Service

    service: Service | None = None
    for line in requests:
        if not line.strip():
            continue
        try:
            service = service or Service(path, _progress)
            answer = {"ok": True, "answer": service.answer(_request(line))}
        except UserError as error:
            answer = {"ok": False, "error": str(error), "mend": error.mend}
        print(json.dumps(answer, allow_nan=False), file=answers, flush=True)


def _request(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        raise UserError("the request is not JSON on one line") from None
    if not isinstance(value, dict):
        raise UserError("the request is not a JSON object")
    return value


def main(arguments: list[str] | None = None) -> int:
    """Entry point; 2 without a session folder."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) not in (1, 2):
        print("usage: python -m pimp_tui.learning.child SESSION [CALLER]", file=sys.stderr)
        return 2
    if len(given) == 2 and sys.platform == "linux":
        _end_with(int(given[1]))
    _yield_to_others()
    serve(given[0], sys.stdin, sys.stdout)
    return 0


def _end_with(caller: int) -> None:
    """Go when the process CALLER goes: stdin closes too, but nobody reads it during a fit."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != caller:
        raise SystemExit(1)


def _yield_to_others() -> None:
    """A campaign may be measuring on this machine: learn at low priority, on one core."""
    lower: Callable[[int], int] | None = getattr(os, "nice", None)
    if lower:
        lower(10)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ.setdefault(name, "1")


if __name__ == "__main__":
    sys.exit(main())
