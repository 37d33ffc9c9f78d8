"""A model as DIMACS CNF: variable v is the v-th feature, named in a comment as FeatureIDE does.

Auxiliary variables come after the features, each determined by them, so that a plain model counter
gives the number of valid configurations; ``c p show`` (Model Counting Competition 2020) names the
features for projected counters.
"""

from __future__ import annotations

from pimp_tui.space.formats.cnf import ExactCnf
from pimp_tui.space.formulas.relations import relations_of
from pimp_tui.space.model import FeatureModel


def write_dimacs(model: FeatureModel) -> tuple[str, list[str]]:
    """The DIMACS text, and what it could not carry, one sentence each."""
    names = list(model.features)
    cnf = ExactCnf(len(names))
    for relation in relations_of(model):
        cnf.add(relation.formula)
    lines = [f"c {i} {name}" for i, name in enumerate(names, start=1)]
    if cnf.top > len(names):
        lines.append(f"c p show {' '.join(str(i) for i in range(1, len(names) + 1))} 0")
    lines.append(f"p cnf {cnf.top} {len(cnf.clauses)}")
    lines.extend(" ".join(map(str, [*clause, 0])) for clause in cnf.clauses)
    left_out = [
        f"line {c.line}: `{c.text}` is not reasoned over"
        for c in model.constraints
        if not c.reasoned
    ]
    left_out += [
        f"{f.name} is a feature of type {f.type}"
        for f in model.features.values()
        if f.type not in (None, "Boolean")
    ]
    return "\n".join(lines) + "\n", left_out
