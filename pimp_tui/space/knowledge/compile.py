"""Compile a model within a time budget; what may take long runs in a process that can be killed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

from pimp_tui.space.formulas.logic import Logic
from pimp_tui.space.knowledge.graph import Graph
from pimp_tui.space.knowledge.knowledge import Knowledge
from pimp_tui.space.knowledge.reduce import Reduced

# Beyond, a component is compiled in a process of its own, which can be killed when it is late.
_VARIABLES_HERE, _NODES_HERE, _BYTES_HERE = 2_500, 60_000, 64 << 20


def compile_model(
    reduced: Reduced, seconds: float, keep: set[int] | None = None
) -> Knowledge | None:
    """Diagrams of all components, or None where the budget or the package dd is missing.

    Args:
        reduced: from ``reduce``.
        seconds: wall clock for the whole.
        keep: quantify all other variables away (counts over concrete features).
    """
    try:
        import dd  # noqa: F401
    except ImportError:
        return None
    deadline = time.monotonic() + seconds
    graphs: list[Graph] = []
    for own, formulas in sorted(reduced.components, key=lambda c: len(c[0])):
        graph = _component(own, formulas, deadline, keep)
        if graph is None:
            return None
        graphs.append(graph)
    return Knowledge(reduced, graphs)


def _component(
    own: list[int], formulas: list[Logic], deadline: float, keep: set[int] | None
) -> Graph | None:
    from pimp_tui.space.knowledge.build import TooLarge, build

    if len(own) <= _VARIABLES_HERE:
        try:
            return build(own, formulas, deadline, _NODES_HERE, keep, _BYTES_HERE)
        except TooLarge:
            pass
    return _in_child(own, formulas, deadline, keep)


def _in_child(
    own: list[int], formulas: list[Logic], deadline: float, keep: set[int] | None
) -> Graph | None:
    left = deadline - time.monotonic()
    if left <= 0.2:
        return None
    package = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    child = subprocess.Popen(
        [sys.executable, "-m", "pimp_tui.space.knowledge.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        answer, _ = child.communicate(pickle.dumps((own, formulas, left, keep)), timeout=left)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode != 0 or not answer:
        return None
    found = pickle.loads(answer)
    return found if isinstance(found, Graph) else None
