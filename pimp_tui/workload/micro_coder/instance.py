"""Families of small functions with parameters: what the micro-coder corpus is made of.

A family is a function body with holes, a grid of values for the holes, and several ways to name
and to describe the function. In every template `$a` is the argument and `$name` a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from string import Template
from typing import Any

ARGUMENT_NAMES = {
    "ints": ("numbers", "values", "nums", "data", "items"),
    "long": ("numbers", "values", "items", "data", "sequence"),
    "natural": ("n", "number", "num", "value"),
    "word": ("text", "string", "word", "label"),
    "text": ("text", "sentence", "line", "message"),
    "words": ("words", "names", "tokens", "labels"),
}

GENERIC_NAMES = ("solve", "compute", "transform", "func", "process")


@dataclass(frozen=True)
class Instance:
    """One function: a family with every parameter fixed.

    `body` is unindented source text in which `$a` stands for the argument: the body with the
    argument's name normalised. `names` and `docs` are templates still, over `$a` and the
    parameters. `shape` groups instances that differ in constants only.
    """

    family: str
    shape: str
    kind: str
    params: tuple[tuple[str, Any], ...]
    names: tuple[str, ...]
    docs: tuple[str, ...]
    body: str

    @property
    def key(self) -> str:
        """Identity for the hold-out split: family, shape and parameters."""
        return f"{self.family}/{self.shape}/{self.params!r}"


@dataclass(frozen=True)
class Family:
    """A body with holes and the grid that fills them; `where` drops senseless combinations."""

    name: str
    kind: str
    grid: Mapping[str, Sequence[Any]]
    names: tuple[str, ...]
    docs: tuple[str, ...]
    body: str
    where: Callable[..., bool] | None = None

    def instances(self) -> Iterator[Instance]:
        """Every combination of the grid, in a fixed order."""
        for combination in product(*self.grid.values()):
            params = dict(zip(self.grid, combination, strict=True))
            if self.where is not None and not self.where(**params):
                continue
            yield Instance(
                family=self.name,
                shape=self.name,
                kind=self.kind,
                params=tuple(params.items()),
                names=self.names,
                docs=self.docs,
                body=Template(self.body).substitute(params, a="$a"),
            )
