"""Formulas of a component to a flat decision diagram, through CUDD (package ``dd``).

Where the CUDD wheel does not exist, dd's own Python diagrams serve smaller models.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from pimp_tui.space.formulas.linear import TooManyStates, decide
from pimp_tui.space.formulas.logic import Logic, variables
from pimp_tui.space.knowledge.graph import Graph
from pimp_tui.space.knowledge.order import variable_order

_SIFT_FROM = 20_000  # nodes from which on variables are sifted while building
_SIFT_WORK = 600_000  # levels times nodes up to which a last sifting is cheap


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
    most_bytes: int | None = None,
) -> Graph:
    """Compile one component.

    Args:
        own: its variables, in tree order.
        formulas: what holds of them.
        deadline: by ``time.monotonic()``.
        most_nodes: give up beyond.
        keep: quantify all other variables away (for counts over concrete features).
        most_bytes: memory that CUDD may take.

    Raises:
        TooLarge: a budget is used up.
    """
    try:
        return _build(own, formulas, deadline, most_nodes, keep, most_bytes)
    except (RuntimeError, ValueError) as fault:
        # How dd tells, by the operation, that CUDD gave no node.
        if "memory" in str(fault) or "NULL" in str(fault):
            raise TooLarge from None
        raise


def _build(
    own: list[int],
    formulas: list[Logic],
    deadline: float,
    most_nodes: int,
    keep: set[int] | None,
    most_bytes: int | None,
) -> Graph:
    place = {v: i for i, v in enumerate(own)}
    scopes = [sorted(place[v] for v in variables(f)) for f in formulas]
    order = variable_order(scopes, len(own))
    rank = np.empty(len(own), dtype=int)
    rank[order] = np.arange(len(own))
    bdd, kind = manager()
    bdd.configure(reordering=False)
    if most_bytes is not None and kind == "cudd":
        bdd.configure(max_memory=most_bytes)
    names = [f"v{own[i]}" for i in order]
    bdd.declare(*names)
    literal = {v: bdd.var(f"v{v}") for v in own}
    sifting = False

    def check() -> None:
        nonlocal sifting
        size = len(bdd)
        if time.monotonic() > deadline or size > most_nodes:
            raise TooLarge
        if size > _SIFT_FROM and kind == "cudd" and not sifting:
            sifting = True
            bdd.configure(reordering=True)

    # From the deepest formula up, so that what is joined stays small.
    node = bdd.true
    for i in sorted(range(len(formulas)), key=lambda i: (-min(rank[s] for s in scopes[i]), i)):
        node = node & _node(bdd, formulas[i], literal)
        check()
    if keep is not None:
        gone = [f"v{v}" for v in own if v not in keep]
        if gone:
            node = bdd.exist(gone, node)
            check()
        names = [n for n in names if int(n[1:]) in keep]
    if kind == "cudd":
        bdd.configure(reordering=False)
        if len(own) * node.dag_size < _SIFT_WORK or sifting:
            _sift(bdd, node)
    found = _flatten(bdd, node, names)
    del node, literal
    return found


def _sift(bdd: Any, node: Any) -> None:
    """Rudell's sifting (ICCAD 1993), again while it still shrinks the diagram by a twentieth."""
    from dd import cudd

    for _ in range(4):
        before = node.dag_size
        cudd.reorder(bdd)
        if node.dag_size > 0.95 * before:
            return


def _node(bdd: Any, f: Logic, literal: dict[int, Any]) -> Any:
    if isinstance(f, bool):
        return bdd.true if f else bdd.false
    if isinstance(f, int):
        return literal[f] if f > 0 else ~literal[-f]
    op = f[0]
    if op == "iff":
        return bdd.apply("equiv", _node(bdd, f[1], literal), _node(bdd, f[2], literal))
    if op == "linear":
        return _linear(bdd, f, literal)
    if op == "card":
        return _card(bdd, f[1], f[2], [_node(bdd, p, literal) for p in f[3]])
    result = bdd.true if op == "and" else bdd.false
    for part in f[1]:
        node = _node(bdd, part, literal)
        result = (result & node) if op == "and" else (result | node)
    return result


def _card(bdd: Any, low: int, high: int, parts: list[Any]) -> Any:
    """Between low and high: states count how many held, last part first.

    Counts beyond the last that matters are one state: one too many, or enough.
    """
    top = min(len(parts), high + 1 if high < len(parts) else low)
    states = [bdd.true if low <= k <= high else bdd.false for k in range(top + 1)]
    for at in range(len(parts) - 1, -1, -1):
        up = [*states[1:], states[-1]]
        states = [bdd.ite(parts[at], up[k], states[k]) for k in range(min(top, at) + 1)]
    return states[0]


def _linear(bdd: Any, f: Logic, literal: dict[int, Any]) -> Any:
    """A linear inequality, decided in the order of the levels so that no node is rebuilt."""
    _, low, high, coefs, items = f
    terms = sorted(zip(coefs, items, strict=True), key=lambda t: literal[abs(t[1])].level)
    try:
        nodes, root = decide(low, high, tuple(c for c, _ in terms))
    except TooManyStates:
        raise TooLarge from None
    built = [bdd.false, bdd.true]
    for at, off, on in nodes[2:]:
        x = terms[at][1]
        if x < 0:
            off, on = on, off
        built.append(bdd.ite(literal[abs(x)], built[on], built[off]))
    return built[root]


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
