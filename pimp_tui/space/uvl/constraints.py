"""The ``constraints`` section, and the conditions that stand among attributes.

A condition among a feature's attributes holds for the whole model, whether the feature is selected
or not: so do UVL's Java library (``FeatureModel.getConstraints``) and language server.
"""

from __future__ import annotations

from pimp_tui.space.formulas.numeric import value_logic
from pimp_tui.space.formulas.terms import Beyond
from pimp_tui.space.formulas.translate import from_names
from pimp_tui.space.model import Constraint, FeatureModel
from pimp_tui.space.uvl.expressions import Expression
from pimp_tui.space.uvl.names import Names
from pimp_tui.space.uvl.sections import one_line, short
from pimp_tui.space.uvl.source import Line, Source


def read_constraints(
    source: Source, model: FeatureModel, names: Names, lines: list[Line]
) -> list[Constraint]:
    """Constraints of the section, each with the comment above it as its note.

    Raises:
        UserError: with file, line and column.
    """
    return [_read(source, model, names, line.text, line.start, line.number) for line in lines]


def read_condition(
    source: Source, model: FeatureModel, names: Names, owner: str, cut: tuple[str, str, int]
) -> Constraint:
    """A condition that stands among the attributes of ``owner``; errors as above."""
    key, text, offset = cut
    found = _read(source, model, names, text, offset, source.line_of(offset))
    found.owner, found.key, found.note = owner, key, None
    return found


def _read(
    source: Source, model: FeatureModel, names: Names, text: str, start: int, line: int
) -> Constraint:
    expression = Expression(source, text, start, names)
    formula = expression.read()
    note = source.notes.get(line - 1)
    found = Constraint(one_line(text), formula, line, note, expression.numeric)
    if expression.numeric:
        number = names.number.__getitem__
        try:
            from_names(formula, number, lambda at: value_logic(at, model.features, number))
        except Beyond as beyond:
            found.reasoned = False
            model.warnings.append(
                f"line {line}: `{short(found.text)}` is read but not reasoned over: {beyond.why}"
            )
    return found
