"""The feature tree as rows: what is unfolded, what a filter leaves, which values share a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pimp_tui.space.model import Feature, FeatureModel, Group

_SHARE_FROM = 3
_LONGEST_CELL = 9
_MOST_ROWS = 150


@dataclass(frozen=True)
class TreeRow:
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


def outline(
    model: FeatureModel, folded: set[str], width: int, keep: Callable[[str], bool] | None = None
) -> list[TreeRow]:
    """Rows from the top.

    Args:
        folded: parents whose children are hidden (unless a filter shows them).
        width: cells of a row; values that do not fit go on in the next one.
        keep: a filter; features it keeps are shown with their ancestors, unfolded.
    """
    kept: set[str] | None = None
    if keep is not None:
        kept = set()
        for feature in model.features.values():
            if keep(feature.name):
                kept.update(one.name for one in (feature, *feature.ancestors()))
    rows: list[TreeRow] = []
    root = model.root
    if root.abstract and not root.is_leaf:
        _children(root, 0, folded, kept, width, rows)
    else:
        _feature(root, 0, folded, kept, width, rows)
    return rows


def _feature(
    feature: Feature, depth: int, folded: set[str], kept: set[str] | None, width: int,
    rows: list[TreeRow],
) -> None:  # fmt: skip
    if kept is not None and feature.name not in kept:
        return
    hidden = kept is None and feature.name in folded
    parent = not feature.is_leaf
    rows.append(
        TreeRow(
            (feature.name,), (feature.name,), depth, hidden if parent else None,
            group_words(feature), can_toggle(feature),
        )
    )  # fmt: skip
    if parent and not hidden:
        _children(feature, depth + 1, folded, kept, width, rows)


def _children(
    parent: Feature, depth: int, folded: set[str], kept: set[str] | None, width: int,
    rows: list[TreeRow],
) -> None:  # fmt: skip
    for group in parent.groups:
        if _share(group):
            cells = [c for c in group.children if kept is None or c.name in kept]
            rows += _shared(cells, depth, width)
        else:
            for child in group.children:
                _feature(child, depth, folded, kept, width, rows)


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
    return ", ".join(dict.fromkeys(words))


def value_words(value: Any) -> str:
    """A bound value, short."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def first_folds(model: FeatureModel) -> set[str]:
    """What to fold at first: facts of host and model, and in a large tree the deeper levels."""
    parents = [f for f in model.features.values() if not f.is_leaf and f.parent is not None]
    facts = {f.name for f in parents if f.name in ("Host", "Model")}
    deepest = max((len(f.ancestors()) for f in parents), default=0)
    for level in range(deepest + 1, 0, -1):
        folded = facts | {f.name for f in parents if len(f.ancestors()) >= level}
        if len(outline(model, folded, 60)) <= _MOST_ROWS:
            return folded
    return facts | {f.name for f in parents}
