"""Names in constraints: features, attributes, and what an import brings under its alias."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.formulas.terms import aggregated
from pimp_tui.space.model import Feature
from pimp_tui.space.nearest import nearest
from pimp_tui.space.uvl.formula import Formula
from pimp_tui.space.uvl.source import Source

PLAIN = r"[A-Za-z][\w#§%?\\'äüöß;]*"
"""An unquoted name, after the grammar of uvl-parser; for ASCII patterns."""
NAME = rf"""(?:"[^"\n.]+"|{PLAIN})"""


class Names:
    """Resolves names.

    Args:
        source: the file in which they stand, for error places.
        features: by name; features of imports under ``alias.name``.
        aliases: alias -> name of the import's root.
    """

    def __init__(
        self, source: Source, features: dict[str, Feature], aliases: dict[str, str]
    ) -> None:
        self.source, self.features, self.aliases = source, features, aliases

    @cached_property
    def number(self) -> dict[str, int]:
        """Features numbered from 1, once all of them are known."""
        return {name: i for i, name in enumerate(self.features, start=1)}

    def reference(self, word: str, offset: int) -> tuple[Formula, str]:
        """The formula of a name and its kind: name (a feature), flag or value (an attribute).

        Raises:
            UserError: an unknown name, at its place, with the nearest known one.
        """
        bare = word.replace('"', "")
        if bare in self.features:
            return bare, "name"
        owner, path = self._split(bare)
        if owner is None:
            raise self._unknown(bare, offset)
        value: Any = self.features[owner].attributes
        for i, key in enumerate(path):
            if not isinstance(value, dict) or key not in value:
                known = list(value) if isinstance(value, dict) else []
                near = nearest(key, known)
                whole = ".".join([owner, *path[:i]])
                mend = f"did you mean {near}?" if near else f"{whole} has {known or 'none'}"
                raise self.source.error(f"{whole} has no attribute {key}", offset, mend)
            value = value[key]
        formula = ("attribute", owner, tuple(path))
        return formula, "flag" if isinstance(value, bool) else "value"

    def aggregate(self, op: str, given: list[tuple[str, int]]) -> Formula:
        """The formula of ``sum(…)`` or ``avg(…)`` over an attribute, and maybe below a feature.

        Where a typed feature or one feature's attribute is given in place of an attribute, the
        aggregate runs over that single value, and so is that value.

        Raises:
            UserError: no such feature, or no feature with such a number.
        """
        words = [(word.replace('"', ""), offset) for word, offset in given]
        root = None
        if len(words) == 2:
            if words[1][0] not in self.features and words[0][0] in self.features:
                words.reverse()
            root, offset = words[1]
            if root not in self.features:
                raise self._unknown(root, offset)
        name, offset = words[0]
        key = tuple(name.split("."))
        if not aggregated(key, root, self.features):
            if name in self.features:
                return ("feature", name)
            if len(key) > 1 and self._split(name)[0] is not None:
                return self.reference(name, offset)[0]
            inside = self.features.values() if root is None else self.features[root].subtree()
            known = {k for f in inside for k in f.attributes}
            near = nearest(name, known)
            place = f"below {root} " if root else ""
            mend = f"did you mean {near}?" if near else "name a numeric attribute"
            raise self.source.error(f"no feature {place}has a number {name}", offset, mend)
        return (op, key, root)

    def _split(self, bare: str) -> tuple[str | None, list[str]]:
        """The longest known feature in front of a dotted name, and what follows it."""
        words = bare.split(".")
        for n in range(len(words) - 1, 0, -1):
            owner = ".".join(words[:n])
            if owner in self.features:
                return owner, words[n:]
        return None, words

    def _unknown(self, bare: str, offset: int) -> UserError:
        alias = next((a for a in self.aliases if bare.startswith(a + ".")), None)
        if alias is None:
            near = nearest(bare, self.features)
            mend = f"did you mean {near}?" if near else "add the feature or mend the name"
            return self.source.error(f"unknown feature {bare}", offset, mend)
        inside = {f[len(alias) + 1 :] for f in self.features if f.startswith(alias + ".")}
        rest = bare[len(alias) + 1 :]
        if not inside:
            root = f"{alias}.{self.aliases[alias]}"
            return self.source.error(
                f"{bare} is no feature: {alias} is imported but stands nowhere in the tree",
                offset,
                f"put {root} below a feature",
            )
        near = nearest(rest, inside)
        mend = f"did you mean {alias}.{near}?" if near else "mend the name"
        return self.source.error(f"the import {alias} has no feature {rest}", offset, mend)
