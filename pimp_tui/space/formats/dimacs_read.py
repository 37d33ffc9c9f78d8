"""DIMACS CNF to a model: every variable an optional feature, every clause a constraint."""

from __future__ import annotations

import re
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.formats.names import uvl_name
from pimp_tui.space.model import Constraint, Feature, FeatureModel, Group
from pimp_tui.space.uvl.formula import chained, formula_text

_NAMED = re.compile(r"c\s+(\d{1,9})\$?\s+(\S.*)", re.ASCII)
_HEADER = re.compile(r"p\s+cnf\s+(\d+)\s+\d+", re.ASCII)
_LITERAL = re.compile(r"-?\d+", re.ASCII)
_MOST_VARIABLES = 1_000_000


def read_dimacs(text: str, label: str) -> FeatureModel:
    """Read a CNF; ``c 12 Name`` comments name variables, the others are called ``x12``.

    A variable without a name beside named ones is taken for an auxiliary one: abstract.

    Raises:
        UserError: no CNF, with file and line.
    """
    names: dict[int, str] = {}
    clauses: list[tuple[list[int], int]] = []
    variables = -1
    current: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if words[0] == "%":
            break
        if words[0] == "c" or line.startswith("c"):
            match = _NAMED.fullmatch(line.strip())
            if match:
                names[int(match[1])] = match[2].strip()
            continue
        where = f"{label}:{number}"
        if words[0] == "p":
            header = _HEADER.fullmatch(line.strip())
            if variables >= 0 or header is None:
                raise UserError(f"`{line.strip()[:80]}` is no header", where,
                                "write `p cnf 12 34` once")  # fmt: skip
            if len(header[1]) > 9 or int(header[1]) > _MOST_VARIABLES:
                raise UserError(f"more than {_MOST_VARIABLES:,} variables", where,
                                "write as many as the clauses have")  # fmt: skip
            variables = int(header[1])
            continue
        if variables < 0:
            raise UserError("a clause before the header", where, "start with `p cnf 12 34`")
        for word in words:
            if _LITERAL.fullmatch(word) is None or len(word) > 20:
                raise UserError(f"`{word[:40]}` is no literal", where, "a clause is `1 -2 0`")
            literal = int(word)
            if abs(literal) > variables:
                mend = f"the header says {variables} variables: mend one of the two"
                raise UserError(f"variable {abs(literal)} is too high", where, mend)
            if literal == 0:
                clauses.append((current, number))
                current = []
            else:
                current.append(literal)
    if variables < 0:
        raise UserError("this is no CNF", label, "a DIMACS file has the line `p cnf 12 34`")
    if current:
        raise UserError("the last clause does not end", label, "end it with 0")
    return _model(
        variables, {v: n for v, n in names.items() if 1 <= v <= variables}, clauses, label
    )


def _model(
    variables: int, names: dict[int, str], clauses: list[tuple[list[int], int]], label: str
) -> FeatureModel:
    features: dict[str, Feature] = {}
    called: dict[int, str] = {}
    warnings = []
    for v in range(1, variables + 1):
        auxiliary = bool(names) and v not in names
        given = names.get(v, f"aux_{v}" if auxiliary else f"x{v}")
        called[v] = uvl_name(given, features)
        if called[v] != given:
            warnings.append(f"variable {v}, {given}, is called {called[v]} in UVL")
        features[called[v]] = Feature(called[v], {"abstract": True} if auxiliary else {})
    root = Feature(uvl_name("Root", features), {"abstract": True})
    if features:
        root.groups = [Group("optional", 0, len(features), list(features.values()))]
    for feature in features.values():
        feature.parent, feature.group = root, root.groups[0]
    found = FeatureModel(root, {root.name: root, **features}, [], warnings, "", label)
    for clause, line in clauses:
        formula = _formula(clause, called, root.name)
        found.constraints.append(Constraint(formula_text(formula), formula, line))
    return found


def _formula(clause: list[int], called: dict[int, str], root: str) -> Any:
    """A clause as people write it: ``A & B => C | D``; an empty one as a contradiction."""
    if not clause:
        return ("not", root)
    needs = [called[-x] for x in clause if x < 0]
    gives = [called[x] for x in clause if x > 0]
    if not needs:
        return chained("or", gives)
    if not gives:
        return ("not", chained("and", needs))
    return ("imp", chained("and", needs), chained("or", gives))
