"""The ``features`` section: features and groups alternate, indentation says what is below what.

``alias.Root`` stands for the root of an import: its whole tree is put in that place.
"""

from __future__ import annotations

import re

from pimp_tui.space.model import Feature, FeatureModel, Group
from pimp_tui.space.nearest import nearest
from pimp_tui.space.uvl.attributes import Cut, read_attributes
from pimp_tui.space.uvl.feature_line import cardinality, match_feature
from pimp_tui.space.uvl.source import Line, Source
from pimp_tui.space.uvl.values import KEYWORDS

_GROUP = re.compile(r"(mandatory|optional|or|alternative)$|\[\s*(\d+)\s*(?:\.\.\s*(\d+|\*)\s*)?\]$")


class TreeReader:
    """Reads the tree; ``features``, ``warnings`` and ``cuts`` fill as it goes.

    Args:
        source: the file.
        imported: alias -> the model imported under it, its features named ``alias.name``.
    """

    def __init__(self, source: Source, imported: dict[str, FeatureModel] | None = None) -> None:
        self.source = source
        self.imported = imported or {}
        self.placed: set[str] = set()
        self.features: dict[str, Feature] = {}
        self.warnings: list[str] = []
        self.cuts: list[tuple[str, Cut]] = []

    def read(self, keyword: Line, lines: list[Line]) -> Feature:
        """The root feature.

        Raises:
            UserError: with file, line and column.
        """
        if not lines:
            raise self.source.error("no feature under `features`", keyword.start, "name the root")
        stack: list[tuple[Feature | Group, Line]] = []
        below: list[Line] = []  # first child of each open level
        root: Feature | None = None
        for line in lines:
            while stack and line.indent <= stack[-1][1].indent:
                stack.pop()
            depth = len(stack)
            del below[depth + 1 :]
            if len(below) == depth:
                below.append(line)
            first = below[depth]
            if first.indent != line.indent:
                raise self.source.error(
                    "this indentation fits no line above",
                    line.start,
                    f"indent it by {first.indent} columns, as line {first.number}",
                )
            parent = stack[-1][0] if stack else None
            node: Feature | Group
            if isinstance(parent, Feature):
                node = self._group(line, parent)
            else:
                node = self._feature(line, parent)
                if parent is None and root is not None:
                    raise self.source.error(
                        "a second root", line.start, f"indent it under {root.name}"
                    )
                root = root or node
            stack.append((node, line))
        self._close()
        assert root is not None
        return root

    def _group(self, line: Line, parent: Feature) -> Group:
        match = _GROUP.match(line.text)
        if match is None:
            mend = "write mandatory, optional, or, alternative or [n..m] above it"
            if line.text in ("xor", "[*]"):
                mend = "write `alternative`" if line.text == "xor" else "write [0..*]"
            raise self.source.error(
                f"a group is expected under {parent.name}, not `{line.text.split()[0]}`",
                line.start,
                mend,
            )
        kind, low, high = match.groups()
        if kind:
            group = Group(kind, 0, 0, [], line.number, line.indent)
        else:
            self.source.number(line.text, line.start)
            bottom = int(low)
            top = bottom if high is None else -1 if high == "*" else int(high)
            if top != -1 and top < bottom:
                raise self.source.error(f"[{low}..{high}] is empty", line.start, "swap the bounds")
            group = Group("cardinality", bottom, top, [], line.number, line.indent)
        parent.groups.append(group)
        return group

    def _feature(self, line: Line, group: Group | None) -> Feature:
        match = match_feature(self.source, line)
        quoted = match["name"]
        name = quoted.strip('"')
        offset = line.start + match.start("name")
        if name in self.features:
            first = self.features[name].line
            raise self.source.error(
                f"the feature {name} stands twice",
                offset,
                f"rename one of them; the first is on line {first}",
            )
        if "." in name:
            feature = self._imported(name.replace('"', ""), offset, line)
        else:
            feature = Feature(name, line=line.number, last_line=line.last, indent=line.indent)
            self.features[name] = feature
        if match["attributes"]:
            at = line.start + match.start("attributes")
            attributes, cuts = read_attributes(self.source, match["attributes"], at)
            self.cuts.extend((feature.name, cut) for cut in cuts)
            feature.attributes = {**attributes, **feature.attributes}
        if name in KEYWORDS and not quoted.startswith('"'):
            self.warnings.append(f"line {line.number}: the keyword `{name}` is used as a name")
        if match["type"] and match["type"] != "Boolean":
            feature.type = match["type"]
            self.warnings.append(
                f"line {line.number}: {name} is {match['type']}; only its presence is reasoned over"
            )
        if match["card"] is not None:
            feature.cardinality = cardinality(
                self.source, match["card"], line.start + match.start("card")
            )
            self.warnings.append(
                f"line {line.number}: the cardinality of {name} is read; "
                "only its presence is reasoned over"
            )
        if group is not None:
            feature.group = group
            group.children.append(feature)
        return feature

    def _imported(self, name: str, offset: int, line: Line) -> Feature:
        """The root of an import with its tree, put where ``alias.Root`` stands."""
        fitting = [alias for alias in self.imported if name.startswith(alias + ".")]
        if not fitting:
            alias = name.rpartition(".")[0]
            near = nearest(alias, self.imported)
            mend = f"did you mean {near}?" if near else "import it, or write `_` in place of dots"
            raise self.source.error(f"nothing is imported as {alias}", offset, mend)
        alias = max(fitting, key=len)
        model = self.imported[alias]
        if name != model.root.name:
            what = "is not the root of the import" if name in model.features else "is not in it"
            mend = f"put its root here: {model.root.name}"
            raise self.source.error(f"{name} {what} {alias}", offset, mend)
        if name in self.features:
            raise self.source.error(
                f"{name} stands twice",
                offset,
                f"import the file again under another alias; the first is on line "
                f"{self.features[name].line}",
            )
        self.placed.add(alias)
        self.features.update(model.features)
        root = model.root
        root.line, root.last_line, root.indent = line.number, line.last, line.indent
        return root

    def _close(self) -> None:
        """Parents, and bounds of groups, once all children are known."""
        for feature in self.features.values():
            for group in feature.groups:
                n = len(group.children)
                for child in group.children:
                    child.parent = feature
                if group.kind == "cardinality":
                    group.high = n if group.high == -1 else min(group.high, n)
                    if group.low > n:
                        self._too_few(feature, group, n)
                else:
                    group.low = {"mandatory": n, "optional": 0}.get(group.kind, min(1, n))
                    group.high = 1 if group.kind == "alternative" else n

    def _too_few(self, feature: Feature, group: Group, n: int) -> None:
        line = next(ln for ln in self.source.lines if ln.number == group.line)
        raise self.source.error(
            f"{feature.name} asks for {group.low} of {n} children", line.start, "lower the bound"
        )
