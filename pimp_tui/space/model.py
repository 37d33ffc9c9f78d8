"""The feature model as read: features, groups, constraints, in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Condition(str):
    """The text of a constraint that stands among a feature's attributes."""

    __slots__ = ()


@dataclass(slots=True)
class Group:
    """Children of a feature under one keyword.

    ``kind`` is mandatory, optional, or, alternative or cardinality; ``low`` and ``high`` bound how
    many children a selected parent has (mandatory: all of them). ``place`` is ``file:line`` where
    it came with an import.
    """

    kind: str
    low: int
    high: int
    children: list[Feature] = field(default_factory=list)
    line: int = 0
    indent: int = 0
    place: str | None = None

    def words(self) -> str:
        """How explanations say it: ``one of``, ``any of``, ``2..3 of``."""
        if self.kind == "cardinality":
            return f"{self.low} of" if self.low == self.high else f"{self.low}..{self.high} of"
        return {"alternative": "one of", "or": "any of"}.get(self.kind, self.kind)


@dataclass(slots=True, eq=False)
class Feature:
    """A feature; ``line`` and ``last_line`` are where it stands in the text (1-based).

    ``cardinality`` is how often it may be instantiated; None beyond a low bound is no bound.
    ``place`` is ``file:line`` where it came with an import.
    """

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    parent: Feature | None = None
    group: Group | None = None
    line: int = 0
    last_line: int = 0
    indent: int = 0
    type: str | None = None
    cardinality: tuple[int, int | None] | None = None
    place: str | None = None

    @property
    def abstract(self) -> bool:
        """Abstract features order the tree; they are no part of a configuration's identity."""
        return bool(self.attributes.get("abstract", False))

    @property
    def is_leaf(self) -> bool:
        """No children."""
        return not any(group.children for group in self.groups)

    @property
    def depth(self) -> int:
        """Features above it."""
        return len(self.ancestors())

    def ancestors(self) -> list[Feature]:
        """From the parent up to the root."""
        found, at = [], self.parent
        while at is not None:
            found.append(at)
            at = at.parent
        return found

    def subtree(self) -> list[Feature]:
        """This feature and everything below it, in tree order."""
        found, stack = [], [self]
        while stack:
            feature = stack.pop()
            found.append(feature)
            children = [c for g in feature.groups for c in g.children]
            stack.extend(reversed(children))
        return found


@dataclass(slots=True)
class Constraint:
    """A cross-tree constraint.

    Attributes:
        text: as written, on one line.
        formula: nested tuples over feature names (``uvl.formula``).
        note: text of the comment directly above it: its reason.
        numeric: it has a numeric, string or aggregate part.
        reasoned: it is imposed; False where its value is beyond what is reasoned over.
        owner: the feature among whose attributes it stands; it holds all the same without it.
        key: the attribute, ``constraint`` or ``constraints``.
        place: ``file:line`` where it came with an import.
    """

    text: str
    formula: Any
    line: int
    note: str | None = None
    numeric: bool = False
    reasoned: bool = True
    owner: str | None = None
    key: str = ""
    place: str | None = None

    def words(self) -> str:
        """The constraint in an explanation: its text, then its reason."""
        return f"{self.text} ({self.note})" if self.note else self.text


@dataclass(slots=True)
class FeatureModel:
    """A feature model with its text.

    Attributes:
        features: by name, in tree order (parents before children).
        warnings: what was accepted but not reasoned over, one sentence each.
        text: UVL text that reads to this model, line ends normalised; "" where it was built.
        original: the file as it was read, where that differs from ``text``.
        bare_root: the root's name without the alias under which the model was imported.
        imports: aliases of the imports whose features are named ``alias.name``; none once joined.
        levels: language levels of the ``include`` section, such as ``Boolean.group-cardinality``.
    """

    root: Feature
    features: dict[str, Feature]
    constraints: list[Constraint]
    warnings: list[str]
    text: str
    label: str
    namespace: str | None = None
    constraints_line: int | None = None
    original: str | None = None
    levels: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    bare_root: str = ""

    def where(self, item: Feature | Constraint | Group) -> str:
        """``file:line`` of a part of the model, in the file that the user wrote."""
        return item.place or f"{self.label}:{item.line}"
