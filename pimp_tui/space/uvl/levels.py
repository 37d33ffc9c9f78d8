"""Language levels: what a file declares under ``include``, and what it uses.

Sundermann et al., "Yet another textual variability language?", SPLC 2021: major levels Boolean,
Arithmetic and Type, each with minor ones; a file without ``include`` may use them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from pimp_tui.space.formulas.terms import Beyond, is_text
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.nearest import nearest
from pimp_tui.space.uvl.formula import walk
from pimp_tui.space.uvl.source import Line, Source

_MINOR = {
    "Boolean": ("group-cardinality",),
    "Arithmetic": ("feature-cardinality", "aggregate-function"),
    "Type": ("string-constraints", "numeric-constraints"),
}
_EVERY = [*_MINOR, *(f"{major}.{m}" for major, minor in _MINOR.items() for m in (*minor, "*"))]


def read_levels(source: Source, lines: list[Line]) -> list[str]:
    """The declared levels, such as ``Boolean.group-cardinality`` or ``Type.*``.

    Raises:
        UserError: an unknown level, with the nearest one.
    """
    found = []
    for line in lines:
        level = "".join(line.text.split())
        if level not in _EVERY:
            near = nearest(level, _EVERY)
            mend = f"did you mean {near}?" if near else "levels are " + ", ".join(_EVERY)
            raise source.error(f"unknown language level {line.text}", line.start, mend)
        found.append(level)
    return found


def beyond_levels(model: FeatureModel) -> list[str]:
    """One warning for each level that is used and not declared, naming its first line."""
    if not model.levels:
        return []
    declared = set(model.levels)
    for level in model.levels:
        major = level.partition(".")[0]
        declared.add(major)
        if level.endswith(".*"):
            declared.update(f"{major}.{minor}" for minor in _MINOR[major])
    found: dict[str, str] = {}
    for level, line, what in _uses(model):
        if level not in declared and level not in found:
            found[level] = f"line {line}: {what} needs the level {level}, which is not included"
    return list(found.values())


def _uses(model: FeatureModel) -> Iterator[tuple[str, int, str]]:
    for feature in model.features.values():
        if feature.place is not None:
            continue
        if feature.cardinality is not None:
            yield "Arithmetic.feature-cardinality", feature.line, f"cardinality of {feature.name}"
        if feature.type is not None:
            yield "Type", feature.line, f"the type {feature.type} of {feature.name}"
        for group in feature.groups:
            if group.kind == "cardinality":
                yield "Boolean.group-cardinality", group.line, f"the group under {feature.name}"
    for constraint in model.constraints:
        if not constraint.numeric or constraint.place is not None:
            continue
        said = f"`{constraint.text}`"
        for at in walk(constraint.formula):
            if isinstance(at, str):
                continue
            if at[0] == "compare":
                yield "Arithmetic", constraint.line, said
                try:
                    texts = is_text(at[2], model.features)
                except Beyond:
                    texts = False
                if texts:
                    yield "Type.string-constraints", constraint.line, said
            elif at[0] in ("sum", "avg"):
                yield "Arithmetic.aggregate-function", constraint.line, said
            elif at[0] == "len":
                yield "Type.string-constraints", constraint.line, said
