"""Random feature models with a brute-force oracle that shares no code with the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

from hypothesis import strategies as st

OPS = ("=>", "<=>", "|", "&")


@dataclass
class Node:
    """A feature and its groups: (keyword, low, high, children)."""

    name: str
    groups: list[tuple[str, int, int, list[Node]]] = field(default_factory=list)
    abstract: bool = False

    def walk(self) -> list[Node]:
        return [self, *(n for *_, kids in self.groups for kid in kids for n in kid.walk())]


@dataclass
class RandomModel:
    """A tree and constraints: nested tuples ("var", name) | ("!", f) | (op, f, g)."""

    root: Node
    constraints: list[Any]

    @property
    def names(self) -> list[str]:
        return [node.name for node in self.root.walk()]

    def text(self) -> str:
        lines = ["features"]

        def write(node: Node, depth: int) -> None:
            lines.append("    " * depth + node.name + (" {abstract}" if node.abstract else ""))
            for keyword, _, _, kids in node.groups:
                lines.append("    " * (depth + 1) + keyword)
                for kid in kids:
                    write(kid, depth + 2)

        write(self.root, 1)
        if self.constraints:
            lines.append("constraints")
            lines += ["    " + formula_text(c) for c in self.constraints]
        return "\n".join(lines) + "\n"

    def valid(self, chosen: set[str]) -> bool:
        return (
            self.root.name in chosen
            and self._tree(self.root, chosen)
            and all(truth(c, chosen) for c in self.constraints)
        )

    def _tree(self, node: Node, chosen: set[str]) -> bool:
        on = node.name in chosen
        for _, low, high, kids in node.groups:
            count = sum(kid.name in chosen for kid in kids)
            if (not on and count) or (on and not low <= count <= high):
                return False
            if not all(self._tree(kid, chosen) for kid in kids):
                return False
        return True

    def configurations(self) -> list[frozenset[str]]:
        """Every valid configuration, by trying all sets of features."""
        names = self.names
        found = []
        for bits in product((False, True), repeat=len(names)):
            chosen = {n for n, bit in zip(names, bits, strict=True) if bit}
            if self.valid(chosen):
                found.append(frozenset(chosen))
        return found


def truth(formula: Any, chosen: set[str]) -> bool:
    op = formula[0]
    if op == "var":
        return formula[1] in chosen
    if op == "!":
        return not truth(formula[1], chosen)
    a, b = truth(formula[1], chosen), truth(formula[2], chosen)
    return {"=>": not a or b, "<=>": a == b, "|": a or b, "&": a and b}[op]


def formula_text(formula: Any) -> str:
    op = formula[0]
    if op == "var":
        return str(formula[1])
    if op == "!":
        return f"!({formula_text(formula[1])})"
    return f"({formula_text(formula[1])}) {op} ({formula_text(formula[2])})"


@st.composite
def feature_models(draw: st.DrawFn, most: int = 11) -> RandomModel:
    """Models of 2 to ``most`` features; some are void."""
    total = draw(st.integers(2, most))
    root = Node("F0", abstract=draw(st.booleans()))
    made = [root]
    while len(made) < total:
        parent = draw(st.sampled_from(made))
        size = draw(st.integers(1, min(4, total - len(made))))
        kids = [Node(f"F{len(made) + i}", abstract=draw(st.integers(0, 4)) == 0)
                for i in range(size)]  # fmt: skip
        keyword = draw(st.sampled_from(["mandatory", "optional", "or", "alternative", "card"]))
        low, high = {
            "mandatory": (size, size),
            "optional": (0, size),
            "or": (1, size),
            "alternative": (1, 1),
        }.get(keyword, (0, 0))
        if keyword == "card":
            low = draw(st.integers(0, size))
            high = draw(st.integers(low, size))
            keyword = f"[{low}..{high}]"
        parent.groups.append((keyword, low, high, kids))
        made += kids
    leaf = st.sampled_from([("var", node.name) for node in made])
    formula = st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.just("!"), inner), st.tuples(st.sampled_from(OPS), inner, inner)
        ),
        max_leaves=5,
    )
    constraints = draw(st.lists(formula, max_size=4))
    return RandomModel(root, constraints)
