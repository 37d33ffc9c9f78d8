"""Formulas of a component to a flat decision diagram, through CUDD (package ``dd``).

Where the CUDD wheel does not exist, dd's own Python diagrams serve smaller models.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from pimp_tui.space.knowledge.graph import Graph
from pimp_tui.space.knowledge.order import force_order
from pimp_tui.space.logic import Logic, variables


class TooLarge(Exception):
    """The diagram outgrew its budget of nodes or seconds."""


def manager() -> tuple[Any, str]:
    """A new diagram manager and its kind, ``cudd`` or ``python``.

    Raises:
        ImportError: the package dd is not there.
    """
    try:
        from dd import cudd

        return cudd.BDD(memory_estimate=1 << 24), "cudd"
    except ImportError:
        from dd import autoref

        return autoref.BDD(), "python"


def build(
    own: list[int],
    formulas: list[Logic],
    deadline: float,
    most_nodes: int,
    keep: set[int] | None = None,
) -> Graph:
    """Compile one component.

    Args:
        own: its variables, in tree order.
        formulas: what holds of them.
        deadline: by ``time.monotonic()``.
        most_nodes: give up beyond.
        keep: quantify all other variables away (for counts over concrete features).

    Raises:
        TooLarge: a budget is used up.
    """
    place = {v: i for i, v in enumerate(own)}
    scopes = [sorted(place[v] for v in variables(f)) for f in formulas]
    order = force_order(scopes, len(own))
    rank = np.empty(len(own), dtype=int)
    rank[order] = np.arange(len(own))
    bdd, kind = manager()
    bdd.configure(reordering=kind == "cudd" and len(own) > 24)
    names = [f"v{own[i]}" for i in order]
    bdd.declare(*names)
    literal = {v: bdd.var(f"v{v}") for v in own}

    def check() -> None:
        if time.monotonic() > deadline or len(bdd) > most_nodes:
            raise TooLarge

    by_depth = sorted(range(len(formulas)), key=lambda i: (-min(rank[s] for s in scopes[i]), i))
    parts = []
    for i in by_depth:
        parts.append((_node(bdd, formulas[i], literal), min(rank[s] for s in scopes[i])))
        check()
    node = _join(bdd, [p for p, _ in parts], check)
    del parts
    if keep is not None:
        gone = [f"v{v}" for v in own if v not in keep]
        if gone:
            node = bdd.exist(gone, node)
            check()
        names = [n for n in names if int(n[1:]) in keep]
    if kind == "cudd":
        bdd.configure(reordering=False)
        from dd import cudd

        cudd.reorder(bdd)
    found = _flatten(bdd, node, names)
    del node, literal
    return found


def _join(bdd: Any, parts: list[Any], check: Any) -> Any:
    """Conjoin from the deepest up, neighbours first."""
    if not parts:
        return bdd.true
    node = parts[0]
    for part in parts[1:]:
        node = node & part
        check()
    return node


def _node(bdd: Any, f: Logic, literal: dict[int, Any]) -> Any:
    if isinstance(f, bool):
        return bdd.true if f else bdd.false
    if isinstance(f, int):
        return literal[f] if f > 0 else ~literal[-f]
    op = f[0]
    if op == "iff":
        return bdd.apply("equiv", _node(bdd, f[1], literal), _node(bdd, f[2], literal))
    if op == "card":
        return _card(bdd, f[1], f[2], [_node(bdd, p, literal) for p in f[3]])
    result = bdd.true if op == "and" else bdd.false
    for part in f[1]:
        node = _node(bdd, part, literal)
        result = (result & node) if op == "and" else (result | node)
    return result


def _card(bdd: Any, low: int, high: int, parts: list[Any]) -> Any:
    """Between low and high: states count how many held, last part first."""
    states = [bdd.true if low <= k <= high else bdd.false for k in range(len(parts) + 1)]
    for part in reversed(parts):
        states = [bdd.ite(part, states[k + 1], states[k]) for k in range(len(states) - 1)]
    return states[0]


def _flatten(bdd: Any, root: Any, names: list[str]) -> Graph:
    """Nodes with complement edges resolved: a node and its complement become two."""
    levels = sorted(names, key=bdd.level_of_var)
    index = {bdd.level_of_var(n): i for i, n in enumerate(levels)}
    nodes: list[tuple[int, int, int]] = [(0, 0, 0), (0, 0, 0)]
    place: dict[tuple[int, bool], int] = {}
    true = bdd.true

    def key(node: Any, turned: bool) -> tuple[int, bool]:
        return (int(~node), not turned) if node.negated else (int(node), turned)

    def terminal(node: Any, turned: bool) -> int | None:
        if node == true or node == ~true:
            return int((node == true) != turned)
        return None

    end = terminal(root, False)
    variables_ = np.array([int(n[1:]) for n in levels], dtype=np.int64)
    if end is not None:
        return Graph.make(variables_, nodes, end)
    stack: list[tuple[Any, bool, bool]] = [(root, False, False)]
    while stack:
        node, turned, ready = stack.pop()
        at = key(node, turned)
        if at in place:
            continue
        plain, flip = (~node, not turned) if node.negated else (node, turned)
        low, high = plain.low, plain.high
        ends = [terminal(low, flip), terminal(high, flip)]
        if not ready:
            stack.append((node, turned, True))
            for child, stop in ((low, ends[0]), (high, ends[1])):
                if stop is None and key(child, flip) not in place:
                    stack.append((child, flip, False))
            continue
        sides = [
            stop if stop is not None else place[key(child, flip)]
            for child, stop in ((low, ends[0]), (high, ends[1]))
        ]
        place[at] = len(nodes)
        nodes.append((index[plain.level], sides[0], sides[1]))
    return Graph.make(variables_, nodes, place[key(root, False)])
