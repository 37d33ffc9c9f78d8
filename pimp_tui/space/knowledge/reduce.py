"""Shrink a formula before it is compiled: core features, equal literals, components.

The three steps took a generation-config model from 5,628 decision nodes to 880.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pimp_tui.space.formulas.at_most import AtMost, Clause
from pimp_tui.space.formulas.logic import Logic, substitute, variables


@dataclass(slots=True)
class Reduced:
    """What is left to compile.

    Attributes:
        literal: per variable (index v-1) its representative literal, 0 where the value is fixed.
        value: per variable +1 or -1 where fixed, else 0.
        components: variables and formulas of each connected component.
        free: representatives that no formula mentions.
    """

    literal: np.ndarray
    value: np.ndarray
    components: list[tuple[list[int], list[Logic]]] = field(default_factory=list)
    free: list[int] = field(default_factory=list)


def reduce(
    count: int, formulas: list[Logic], clauses: list[Clause], top: int, backbone: np.ndarray
) -> Reduced:
    """Fix the backbone, merge equal literals, split into components.

    Args:
        count: number of feature variables.
        formulas: what holds.
        clauses: the same as clauses, over variables up to ``top``.
        backbone: (count,) of 1, -1 or 0, complete propagation without assumptions.
    """
    literal = _equal_literals(count, clauses, top, backbone)
    literal[backbone != 0] = 0
    reduced = Reduced(literal, backbone.astype(np.int8))

    def of(v: int) -> Logic:
        fixed = backbone[v - 1]
        return bool(fixed > 0) if fixed else int(literal[v - 1])

    left = [f for f in (substitute(f, of) for f in formulas) if f is not True]
    unique = list(dict.fromkeys(left))
    parts: list[Logic] = []
    for f in unique:
        parts.extend(f[1] if isinstance(f, tuple) and f[0] == "and" else [f])
    _split(reduced, list(dict.fromkeys(parts)))
    return reduced


def _split(reduced: Reduced, formulas: list[Logic]) -> None:
    parent: dict[int, int] = {}

    def find(v: int) -> int:
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    scopes = []
    for f in formulas:
        scope = sorted(variables(f))
        scopes.append(scope)
        for v in scope:
            parent.setdefault(v, v)
        for v in scope[1:]:
            parent[find(v)] = find(scope[0])
    groups: dict[int, tuple[list[int], list[Logic]]] = {}
    for v in sorted(parent):
        groups.setdefault(find(v), ([], []))[0].append(v)
    for f, scope in zip(formulas, scopes, strict=True):
        groups[find(scope[0])][1].append(f)
    reduced.components = list(groups.values())
    own = {int(abs(x)) for x in reduced.literal if x}
    reduced.free = sorted(own - set(parent))


def _equal_literals(
    count: int, clauses: list[Clause], top: int, backbone: np.ndarray
) -> np.ndarray:
    """Representatives by strongly connected components of the binary implications."""
    edges: dict[int, list[int]] = {}
    for clause in clauses:
        if isinstance(clause, AtMost):
            continue
        rest = []
        for x in clause:
            fixed = backbone[abs(x) - 1] if abs(x) <= count else 0
            if fixed and (fixed > 0) == (x > 0):
                break
            if not fixed:
                rest.append(x)
        else:
            if len(rest) == 2:
                a, b = rest
                edges.setdefault(-a, []).append(b)
                edges.setdefault(-b, []).append(a)
    literal = np.arange(1, count + 1)
    for scc in _strong_components(edges):
        inside = [x for x in scc if abs(x) <= count]
        if len(inside) > 1:
            chief = min(inside, key=abs)
            for x in inside:  # the mirrored component says the same, with both signs turned
                literal[abs(x) - 1] = chief if x > 0 else -chief
    # Mirrored components may name the chief negatively; keep the chief itself positive.
    chiefs = {abs(int(x)) for x in literal}
    for v in chiefs:
        if literal[v - 1] == -v:
            literal[np.abs(literal) == v] *= -1
    return literal


def _strong_components(edges: dict[int, list[int]]) -> list[list[int]]:
    """Tarjan's algorithm, iterative."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on: set[int] = set()
    found: list[list[int]] = []
    for start in edges:
        if start in index:
            continue
        work = [(start, iter(edges.get(start, ())))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on.add(target)
                    work.append((target, iter(edges.get(target, ()))))
                    break
                if target in on:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    scc = []
                    while True:
                        top = stack.pop()
                        on.discard(top)
                        scc.append(top)
                        if top == node:
                            break
                    if len(scc) > 1:
                        found.append(scc)
    return found
