"""A feature model as UVL text.

What was read and not changed is written as it stood, byte for byte. A model that was built or
changed in memory is laid out anew: four columns a level, one feature a line, comments kept beside
the lines that they stood at.
"""

from __future__ import annotations

from typing import Any

from pimp_tui.space.model import Condition, Feature, FeatureModel, Group
from pimp_tui.space.uvl.comments import END, Comments, comments_of
from pimp_tui.space.uvl.formula import formula_text
from pimp_tui.space.uvl.values import marks_text, quoted

__all__ = ["formula_text", "same_model", "write_uvl"]

_STEP = "    "
_NOTHING = Comments()


def write_uvl(model: FeatureModel) -> str:
    """UVL text that reads back to an equal model.

    A model built without text needs names and values that UVL can hold: no dot, quote or line
    break in a name; text values lose single quotes and line breaks; None, "" and infinities are
    left out.
    """
    if model.text:
        from pimp_tui.space.uvl.reader import read_uvl

        if same_model(model, read_uvl(model.text, model.label)):
            return model.text if model.original is None else model.original
    return lay_out(model)


def same_model(one: FeatureModel, other: FeatureModel) -> bool:
    """Equal but for layout and comments: features, attributes, groups and constraints."""
    return _signature(one) == _signature(other)


def _signature(model: FeatureModel) -> tuple[Any, ...]:
    tree = [
        (f.name, f.attributes, f.type, f.cardinality, [_group_signature(g) for g in f.groups])
        for f in model.features.values()
    ]
    own = [c.formula for c in model.constraints if c.owner is None]
    return model.namespace, sorted(model.levels), tree, own


def _group_signature(group: Group) -> tuple[Any, ...]:
    return group.kind, group.low, group.high, [child.name for child in group.children]


def lay_out(model: FeatureModel) -> str:
    """The model laid out anew, with its comments."""
    writer = _Writer(model)
    if model.namespace:
        writer.section("namespace", " " + ".".join(map(quoted, model.namespace.split("."))))
    if model.levels:
        writer.section("include")
        writer.lines.extend(_STEP + level for level in model.levels)
    writer.section("features")
    writer.tree(model.root)
    own = [c for c in model.constraints if c.owner is None]
    if own:
        writer.section("constraints")
    for constraint in own:
        if constraint.note and not writer.at(constraint.line).above:
            writer.lines.append(f"{_STEP}// {' '.join(constraint.note.split())}")
        writer.line(constraint.line, _STEP, constraint.text or formula_text(constraint.formula))
    writer.lines.extend(line.strip() for line in writer.at(END).above)
    return "\n".join(writer.lines).rstrip("\n") + "\n"


class _Writer:
    def __init__(self, model: FeatureModel) -> None:
        self.lines: list[str] = []
        self.comments: dict[int, Comments] = {}
        self.sections: dict[str, int] = {}
        if model.text:
            self.comments, self.sections = comments_of(model.text)

    def at(self, number: int) -> Comments:
        """Comments of a line of the text that was read; none of line 0, which was built."""
        return self.comments.get(number, _NOTHING) if number else _NOTHING

    def section(self, keyword: str, rest: str = "") -> None:
        number = self.sections.get(keyword, 0)
        if self.lines and not self.at(number).above and not self.comments:
            self.lines.append("")
        self.line(number, "", keyword + rest)

    def line(self, number: int, lead: str, text: str) -> None:
        """One line with the comments that stood above and beside line ``number``."""
        comments = self.at(number)
        for above in comments.above:
            self.lines.append(f"{lead}{above.strip()}" if above.strip() else "")
        self.lines.append(f"{lead}{text}  {comments.beside}" if comments.beside else lead + text)

    def tree(self, root: Feature) -> None:
        """A feature with all below it; a stack, because trees may be deep."""
        stack: list[tuple[Feature | Group, int]] = [(root, 1)]
        while stack:
            at, depth = stack.pop()
            self.line(at.line, _STEP * depth, _head(at))
            below: list[Any] = [*(at.groups if isinstance(at, Feature) else at.children)]
            stack.extend((part, depth + 1) for part in reversed(below))


def _head(at: Feature | Group) -> str:
    if isinstance(at, Group):
        if at.kind != "cardinality":
            return at.kind
        return f"[{at.low}]" if at.low == at.high else f"[{at.low}..{at.high}]"
    head = quoted(at.name)
    if at.type is not None:
        head = f"{at.type} {head}"
    if at.cardinality is not None:
        low, high = at.cardinality
        bounds = str(low) if low == high else f"{low}..{'*' if high is None else high}"
        head += f" cardinality [{bounds}]"
    marks = marks_text(
        {k: v for k, v in at.attributes.items() if not _misplaced(k, v)} if at.attributes else {}
    )
    return f"{head} {marks}" if marks else head


def _misplaced(key: str, value: Any) -> bool:
    """A plain value under a key that UVL keeps for constraints cannot be said."""
    return key in ("constraint", "constraints") and not isinstance(value, Condition)
