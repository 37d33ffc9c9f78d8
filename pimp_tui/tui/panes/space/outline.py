"""The feature tree as rows: what is unfolded, what a filter leaves, which values share a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pimp_tui.space.model import Feature, FeatureModel, Group

_SHARE_FROM = 3
_LONGEST_CELL = 9
_MOST_ROWS = 150


class TreeRow(NamedTuple):
    """One row: a feature, or several values of one option side by side.

    Attributes:
        names: the features of the row; more than one only for values that share it.
        labels: what stands for each.
        depth: indentation level.
        folded: None for a row without children.
        words: the group words at the right: ``one of``, ``optional, any of``.
        shows_mark: whether the row's feature can be toggled.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    depth: int
    folded: bool | None
    words: str
    shows_mark: bool

    @property
    def is_parent(self) -> bool:
        """Whether something is below it."""
        return self.folded is not None


@dataclass(slots=True)
class _Entry:
    """What never changes about a feature; its rows are made once."""

    open: TreeRow
    shut: TreeRow
    parent: str | None
    children: list[Feature | Group]  # a group whose values share rows stands for its children


class Outline:
    """A model laid out once, so that folding and filtering a large one costs a walk.

    Args:
        model: the feature model.
    """

    def __init__(self, model: FeatureModel) -> None:
        self.model = model
        root = model.root
        self._top_shown = not root.abstract or root.is_leaf
        self._entries: dict[str, _Entry] = {}
        depths = {root.name: 0 if self._top_shown else -1}
        for feature in model.features.values():
            below: list[Feature | Group] = []
            for group in feature.groups:
                below += [group] if _share(group) else group.children
                for child in group.children:
                    depths[child.name] = depths[feature.name] + 1
            words, toggles = group_words(feature), can_toggle(feature)
            names, depth = (feature.name,), depths[feature.name]
            folds = (False, True) if below else (None, None)
            shown = [TreeRow(names, names, depth, f, words, toggles) for f in folds]
            parent = feature.parent.name if feature.parent else None
            self._entries[feature.name] = _Entry(shown[0], shown[1], parent, below)

    def rows(self, folded: set[str], width: int, kept: set[str] | None = None) -> list[TreeRow]:
        """Rows from the top.

        Args:
            folded: parents whose children are hidden (unless a filter shows them).
            width: cells of a row; values that do not fit go on in the next one.
            kept: from ``kept_by``: only these are shown, unfolded.
        """
        rows: list[TreeRow] = []
        stack: list[Feature | Group] = [self.model.root]
        while stack:
            at = stack.pop()
            if isinstance(at, Group):
                cells = [c for c in at.children if kept is None or c.name in kept]
                if cells:
                    rows += _shared(cells, self._entries[cells[0].name].open.depth, width)
                continue
            if kept is not None and at.name not in kept:
                continue
            entry = self._entries[at.name]
            hidden = kept is None and at.name in folded
            if entry.open.depth >= 0:
                rows.append(entry.shut if hidden else entry.open)
            if not hidden:
                stack.extend(reversed(entry.children))
        return rows

    def kept_by(self, names: Iterable[str]) -> set[str]:
        """The features with all that is above them."""
        kept: set[str] = set()
        for name in names:
            at: str | None = name
            while at is not None and at not in kept:
                kept.add(at)
                at = self._entries[at].parent
        return kept

    def above(self, name: str) -> list[str]:
        """Ancestors of a feature."""
        found, at = [], self._entries[name].parent
        while at is not None:
            found.append(at)
            at = self._entries[at].parent
        return found

    def first_folds(self) -> set[str]:
        """What to fold at first: facts of host and model, and in a large tree deeper levels."""
        parents = [(name, e.open.depth) for name, e in self._entries.items() if e.children]
        facts = {name for name, _ in parents if name in ("Host", "Model")}
        deepest = max((depth for _, depth in parents), default=0)
        top = 1 if self._top_shown else 0  # what stands below a visible root is never hidden
        for level in range(deepest + 1, top - 1, -1):
            folded = facts | {name for name, depth in parents if depth >= level}
            if len(self.rows(folded, 60)) <= _MOST_ROWS:
                return folded
        return facts | {name for name, depth in parents if depth >= top}


def outline(
    model: FeatureModel, folded: set[str], width: int, keep: Callable[[str], bool] | None = None
) -> list[TreeRow]:
    """Rows of a model once; ``keep`` is a filter: features with their ancestors, unfolded."""
    whole = Outline(model)
    kept = None if keep is None else whole.kept_by(filter(keep, model.features))
    return whole.rows(folded, width, kept)


def _share(group: Group) -> bool:
    """Values of one option that are short enough stand side by side."""
    children = group.children
    return len(children) >= _SHARE_FROM and all(
        child.is_leaf and "value" in child.attributes
        and not isinstance(child.attributes["value"], bool)
        and len(value_words(child.attributes["value"])) <= _LONGEST_CELL
        for child in children
    )  # fmt: skip


def _shared(cells: list[Feature], depth: int, width: int) -> list[TreeRow]:
    rows: list[TreeRow] = []
    if not cells:
        return rows
    labels = [value_words(cell.attributes["value"]) for cell in cells]
    each = max(map(len, labels)) + 7
    per_row = max((width - 2 * depth - 4) // each, 1)
    for start in range(0, len(cells), per_row):
        names = tuple(cell.name for cell in cells[start : start + per_row])
        shown = tuple(label.ljust(each - 7) for label in labels[start : start + per_row])
        rows.append(TreeRow(names, shown, depth, None, "", True))
    return rows


def can_toggle(feature: Feature) -> bool:
    """A feature that its group does not already decide: concrete, or optional in some way."""
    if feature.parent is None:
        return False
    group = feature.group
    return not feature.abstract or (group is not None and group.kind != "mandatory")


def group_words(feature: Feature) -> str:
    """``optional`` for the feature itself, then how its children are grouped."""
    words = []
    if feature.group is not None and feature.group.kind == "optional" and not feature.is_leaf:
        words.append("optional")
    kinds = {group.kind for group in feature.groups if group.children}
    for group in feature.groups:
        if group.children and (group.kind not in ("mandatory", "optional")):
            words.append(group.words())
    if not words and kinds == {"optional"}:
        words.append("any or none")
    if feature.cardinality is not None:
        low, high = feature.cardinality
        words.insert(0, f"{low}..{'any' if high is None else high} times")
    if feature.type:
        words.insert(0, feature.type)
    return ", ".join(dict.fromkeys(words))


def value_words(value: Any) -> str:
    """A bound value, short."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
