"""A model as FeatureIDE's XML, version 3; counts and names stay.

FeatureIDE knows one group a feature: further groups go below an abstract mandatory feature of their
own. It knows no group cardinalities: these become constraints. Of constraints over numbers stands
what they say of the features. What it cannot carry is listed.
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pimp_tui.errors import UserError
from pimp_tui.space.formats.booleans import boolean
from pimp_tui.space.formats.names import uvl_name
from pimp_tui.space.formulas.relations import relations_of
from pimp_tui.space.model import Feature, FeatureModel, Group
from pimp_tui.space.uvl.formula import chained, operands, walk

_TAGS = {"or": "or", "alternative": "alt"}
_OPERATORS = {"and": "conj", "or": "disj", "imp": "imp", "iff": "eq", "not": "not"}
_MOST_TERMS = 20_000
_MOST_INDENTED = 60  # tabs: deep formulas would be written mostly in them


def write_featureide(model: FeatureModel) -> tuple[str, list[str]]:
    """The XML text, and what it could not carry, one sentence each.

    Raises:
        UserError: a group cardinality that needs too many constraints.
    """
    return _Writer(model).text()


class _Writer:
    def __init__(self, model: FeatureModel) -> None:
        self.model = model
        self.left_out: list[str] = []
        self.rules: list[tuple[Any, str | None]] = []
        self.taken = set(model.features)
        self.lines: list[str] = []
        self.extended = False

    def text(self) -> tuple[str, list[str]]:
        self.feature(self.model.root, True, 2)
        tree, self.lines = self.lines, []
        for formula, note in [*self._constraints(), *self.rules]:
            self.lines.append("\t\t<rule>")
            if note:
                self.lines.append(f"\t\t\t<description>{escape(note)}</description>")
            self.formula(formula, 3)
            self.lines.append("\t\t</rule>")
        top = "extendedFeatureModel" if self.extended else "featureModel"
        head = ['<?xml version="1.0" encoding="UTF-8" standalone="no"?>', f"<{top}>", "\t<struct>"]
        tail = ["\t</struct>", "\t<constraints>", *self.lines, "\t</constraints>", f"</{top}>"]
        return "\n".join([*head, *tree, *tail]) + "\n", self.left_out

    def _constraints(self) -> list[tuple[Any, str | None]]:
        found: list[tuple[Any, str | None]] = []
        logic = {id(r.constraint): r.formula for r in relations_of(self.model) if r.constraint}
        names = list(self.model.features)
        for constraint in self.model.constraints:
            if all(isinstance(at, str) or at[0] in _OPERATORS for at in walk(constraint.formula)):
                found.append((constraint.formula, constraint.note))
                continue
            said = boolean(logic[id(constraint)], names) if id(constraint) in logic else None
            if said is None:
                self.left_out.append(f"line {constraint.line}: `{constraint.text}` is not Boolean")
            else:
                what = f"the numbers of `{constraint.text}`, not what it says of the features"
                self.left_out.append(f"line {constraint.line}: {what}")
                found.append((said, constraint.words()))
        return found

    def feature(self, root: Feature, mandatory: bool, depth: int) -> None:
        """A feature with all below it; a stack of steps, because trees may be deep."""
        stack: list[Any] = [(root, mandatory, depth)]
        while stack:
            step = stack.pop()
            if isinstance(step, str):
                self.lines.append(step)
                continue
            feature, is_mandatory, level = step
            pad = "\t" * level
            tag, below = self._shape(feature)
            flags = ' abstract="true"' if feature.abstract else ""
            flags += ' mandatory="true"' if is_mandatory else ""
            inner = self._inner(feature, pad + "\t")
            name = quoteattr(feature.name)
            if not below and not inner:
                self.lines.append(f"{pad}<{tag}{flags} name={name}/>")
                continue
            self.lines.append(f"{pad}<{tag}{flags} name={name}>")
            self.lines.extend(inner)
            stack.append(f"{pad}</{tag}>")
            stack.extend((child, must, level + 1) for child, must in reversed(below))

    def _shape(self, feature: Feature) -> tuple[str, list[tuple[Feature, bool]]]:
        """FeatureIDE's tag, and the children with whether they are mandatory."""
        groups = [group for group in feature.groups if group.children]
        if not groups:
            return "feature", []
        if len(groups) == 1 and groups[0].kind in _TAGS:
            return _TAGS[groups[0].kind], [(c, False) for c in groups[0].children]
        below: list[tuple[Feature, bool]] = []
        for group in groups:
            if group.kind in _TAGS:
                below.append((self._holder(feature, group), True))
                continue
            if group.kind == "cardinality":
                self._cardinality(feature, group)
            below.extend((child, group.kind == "mandatory") for child in group.children)
        return "and", below

    def _holder(self, feature: Feature, group: Group) -> Feature:
        name = uvl_name(f"{feature.name}_{_TAGS[group.kind]}", self.taken)
        self.taken.add(name)
        return Feature(name, {"abstract": True}, [group])

    def _cardinality(self, feature: Feature, group: Group) -> None:
        """Each ``high + 1`` children are too many; of each ``n - low + 1`` one is selected."""
        names = [child.name for child in group.children]
        n, low, high = len(names), group.low, min(group.high, len(group.children))
        too_many = comb(n, high + 1) if high < n else 0
        if too_many + (comb(n, n - low + 1) if low else 0) > _MOST_TERMS:
            raise UserError(
                f"the cardinality [{low}..{high}] of {n} features takes too many constraints",
                f"{self.model.label}:{group.line or feature.line}",
                "FeatureIDE has no group cardinalities: write to uvl or dimacs, or split the group",
            )
        if high < n:
            for some in combinations(names, high + 1):
                self.rules.append((("not", chained("and", list(some))), None))
        if low:
            for some in combinations(names, n - low + 1):
                self.rules.append((("imp", feature.name, chained("or", list(some))), None))

    def _inner(self, feature: Feature, pad: str) -> list[str]:
        if feature.type not in (None, "Boolean"):
            self.left_out.append(f"{feature.name} is a feature of type {feature.type}")
        lines = []
        for key, value in feature.attributes.items():
            if key == "abstract":
                continue
            if key == "doc" and isinstance(value, str):
                lines.append(f"{pad}<description>{escape(value)}</description>")
                continue
            kind = {bool: "boolean", int: "long", float: "double", str: "string"}.get(type(value))
            if kind is None or key in ("constraint", "constraints"):
                self.left_out.append(f"the attribute {key} of {feature.name}")
                continue
            self.extended = True
            said = str(value).lower() if kind == "boolean" else str(value)
            lines.append(
                f'{pad}<attribute configurable="false" name={quoteattr(key)} recursive="false" '
                f'type="{kind}" unit="" value={quoteattr(said)}/>'
            )
        return lines

    def formula(self, formula: Any, depth: int) -> None:
        """The elements of a formula; a stack of steps, because machine-made ones nest deep."""
        stack: list[tuple[Any, int, bool]] = [(formula, depth, False)]
        while stack:
            at, level, ends = stack.pop()
            pad = "\t" * min(level, _MOST_INDENTED)
            if isinstance(at, str):
                self.lines.append(f"{pad}<var>{escape(at)}</var>")
                continue
            tag = _OPERATORS[at[0]]
            self.lines.append(f"{pad}</{tag}>" if ends else f"{pad}<{tag}>")
            if not ends:
                stack.append((at, level, True))
                stack.extend((part, level + 1, False) for part in reversed(_flat(at)))


def _flat(formula: Any) -> list[Any]:
    """Operands, with a chain of the same conjunction or disjunction as one list."""
    op = formula[0]
    return operands(formula) if op in ("and", "or") else list(formula[1:])
