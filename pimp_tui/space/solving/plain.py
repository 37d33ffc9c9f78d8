"""Features that the tree alone settles: no constraint mentions them or anything below them.

Where a feature with such a subtree can be selected, so can each feature below it, by its group's
bounds alone; and beside one configuration stand all those in which it is exchanged for a sibling.
On a kernel-like model that is most of the features, and of a group with thousands of alternatives
one configuration shows all, where a solver needs one for each.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pimp_tui.space.formulas.logic import variables
from pimp_tui.space.formulas.relations import Relation
from pimp_tui.space.model import FeatureModel


class PlainTree:
    """The tree of a model as arrays; features count from 0, in tree order.

    Args:
        model: parents stand before their children.
        relations: all that holds; those with a constraint say which features are mentioned.

    Attributes:
        parent: (features,) feature above, -1 for the root.
        plain: (features,) bool, as the module says.
    """

    def __init__(self, model: FeatureModel, relations: Iterable[Relation]) -> None:
        features = list(model.features.values())
        number = {feature.name: at for at, feature in enumerate(features)}
        n = len(features)
        self.parent = np.array([number[f.parent.name] if f.parent else -1 for f in features])
        self.plain = np.ones(n, dtype=bool)
        bounds = [(0, 0, 1, 0)]  # low, high, children, parent of each group; the first is none
        self._group = np.zeros(n, dtype=np.int64)
        for at, feature in enumerate(features):
            for group in feature.groups:
                size = len(group.children)
                self._group[[number[c.name] for c in group.children]] = len(bounds)
                bounds.append((group.low, group.high, size, at))
                self.plain[at] &= 0 <= group.low <= min(group.high, size)
        self._low, self._high, self._size, self._above = np.array(bounds).T
        for relation in relations:
            if relation.constraint is not None:
                self.plain[[v - 1 for v in variables(relation.formula)]] = False
        self.plain[0] = False
        up = self.parent.tolist()
        depth = np.zeros(n, dtype=np.int64)
        for at in range(1, n):
            depth[at] = depth[up[at]] + 1
        plain = self.plain.tolist()
        for at in range(n - 1, 0, -1):
            plain[up[at]] &= plain[at]
        self.plain = np.array(plain)
        order = np.argsort(depth, kind="stable")
        order = order[self.plain[order]]
        self._levels = np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)

    def beside(self, literals: Iterable[int]) -> Beside:
        """What is plain beside chosen literals."""
        plain = self.plain.copy()
        for x in literals:
            at = abs(x) - 1
            while at >= 0 and plain[at]:
                plain[at] = False
                at = self.parent[at]
        return Beside(self, plain)


class Beside:
    """Plain features while some literals are fixed."""

    def __init__(self, tree: PlainTree, plain: np.ndarray) -> None:
        self._tree = tree
        self.inner = plain & plain[tree.parent]
        """(features,) bool: below a plain one, so told by it."""
        self.inner[0] = False
        self._outer = np.flatnonzero(plain & ~self.inner)
        self._group = tree._group[self._outer]

    def see(self, row: np.ndarray, can: np.ndarray) -> None:
        """Note in ``can``, (2, features) of deselected and selected, what exchanges in a row show.

        Args:
            row: (features,) bool, a valid configuration that holds the fixed literals.
        """
        tree, outer, group = self._tree, self._outer, self._group
        count = np.bincount(tree._group[row], minlength=len(tree._low))
        on = row[outer]
        some_on = np.bincount(group[on], minlength=len(count)) > 0
        some_off = np.bincount(group[~on], minlength=len(count)) > 0
        there = row[tree._above][group]
        can[1, outer] |= there & ((count < tree._high) | some_on)[group]
        can[0, outer] |= there & ((count > tree._low) | some_off)[group]

    def tell(self, can: np.ndarray) -> None:
        """Settle the inner features from those above them."""
        tree = self._tree
        for level in tree._levels:
            inside = level[self.inner[level]]
            above, group = tree.parent[inside], tree._group[inside]
            can[1, inside] = can[1, above] & (tree._high[group] > 0)
            can[0, inside] = can[0, above] | (tree._low[group] < tree._size[group])
