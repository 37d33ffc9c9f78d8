"""FeatureIDE's XML (``featureModel`` and ``extendedFeatureModel``, versions 2 and 3) to a model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.formats.names import uvl_name
from pimp_tui.space.formats.xml_tree import Node, parse_xml
from pimp_tui.space.model import Constraint, Feature, FeatureModel, Group
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.space.uvl.formula import chained, formula_text

_GROUPS = {"and": "", "or": "or", "alt": "alternative", "feature": ""}
_MOST_SHOWN = 80
_FOLDS = {"conj": "and", "disj": "or", "imp": "imp", "eq": "iff"}


def read_featureide(data: bytes, label: str) -> FeatureModel:
    """Read a FeatureIDE model; descriptions become ``doc`` attributes.

    Raises:
        UserError: no such file, with file and line.
    """
    top = parse_xml(data, label)
    struct = top.child("struct")
    trees = [] if struct is None else [c for c in struct.children if c.tag in _GROUPS]
    if top.tag not in ("featureModel", "extendedFeatureModel") or len(trees) != 1:
        raise UserError(
            "this XML holds no feature model with one root",
            f"{label}:{struct.line if struct else top.line}",
            "give a FeatureIDE model: <featureModel><struct>…",
        )
    return _Reader(label).model(top, trees[0])


class _Reader:
    def __init__(self, label: str) -> None:
        self.label = label
        self.features: dict[str, Feature] = {}
        self.renamed: dict[str, str] = {}
        self.warnings: list[str] = []

    def fail(self, what: str, node: Node, mend: str) -> UserError:
        return UserError(what, f"{self.label}:{node.line}", mend)

    def model(self, top: Node, tree: Node) -> FeatureModel:
        root = self.feature(tree, None)
        stack = [(tree, root)]
        while stack:
            node, feature = stack.pop()
            below = [c for c in node.children if c.tag in _GROUPS]
            pairs = [(c, self.feature(c, feature)) for c in below]
            if pairs:
                feature.groups = _groups(node.tag, pairs)
            stack.extend(reversed(pairs))
        self.features = {f.name: f for f in root.subtree()}
        found = FeatureModel(root, self.features, [], self.warnings, "", self.label)
        rules = top.child("constraints")
        for rule in rules.children if rules else []:
            found.constraints.append(self.constraint(rule))
        return found

    def feature(self, node: Node, parent: Feature | None) -> Feature:
        given = node.attributes.get("name", "")
        if not given:
            raise self.fail("a feature without a name", node, 'write name="…"')
        if given in self.renamed:
            first = self.features[self.renamed[given]].line
            mend = f"it stands at line {first} too: rename one"
            raise self.fail(f"the feature {given} is given twice", node, mend)
        name = uvl_name(given, self.features)
        if name != given:
            self.warnings.append(f"line {node.line}: the feature {given} is called {name} in UVL")
        if node.attributes.get("hidden") == "true":
            self.warnings.append(f"line {node.line}: {given} is hidden, which UVL cannot say")
        feature = Feature(name, _attributes(node), [], parent, line=node.line)
        self.renamed[given] = name
        self.features[name] = feature
        return feature

    def constraint(self, rule: Node) -> Constraint:
        terms = [c for c in rule.children if c.tag not in ("description", "graphics", "tags")]
        if rule.tag != "rule" or len(terms) != 1:
            raise self.fail("a rule that holds no single formula", rule, "one formula a rule")
        formula = self.formula(terms[0])
        note = rule.child("description")
        said = " ".join(note.text.split()) if note else ""
        return Constraint(formula_text(formula), formula, rule.line, said or None)

    def formula(self, top: Node) -> Any:
        """The formula of a rule, innermost first: machine-made ones nest deeper than calls may."""
        done: list[Any] = []
        stack = [(top, False)]
        while stack:
            node, ready = stack.pop()
            if node.tag in ("var", "feature"):
                done.append(self.named(node))
            elif not ready:
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node.children))
            else:
                at = len(done) - len(node.children)
                done[at:] = [self.joined(node, done[at:])]
        return done[0]

    def named(self, node: Node) -> str:
        name = node.text.strip()
        if name not in self.renamed:
            mend = did_you_mean(name, self.renamed, "add the feature or mend the name")
            raise self.fail(f"unknown feature {name[:_MOST_SHOWN]}", node, mend)
        return self.renamed[name]

    def joined(self, node: Node, parts: list[Any]) -> Any:
        many: Callable[[list[Any]], Any] | None = _OPERATORS.get(node.tag)
        if many is None:
            known = ", ".join(_OPERATORS)
            raise self.fail(f"unknown operator {node.tag}", node, f"operators are {known}")
        exact = {"not": 1, "imp": 2, "eq": 2}.get(node.tag)
        if not parts or (exact is not None and len(parts) != exact):
            wanted = exact or "at least one"
            raise self.fail(f"<{node.tag}> takes {wanted} of operands", node, "mend the rule")
        return many(parts)


def _not(parts: list[Any]) -> Any:
    return ("not", parts[0])


def _at_most_one(parts: list[Any]) -> Any:
    pairs: list[Any] = [("not", ("and", a, b)) for i, a in enumerate(parts) for b in parts[i + 1 :]]
    return chained("and", pairs or [("or", parts[0], ("not", parts[0]))])


_OPERATORS: dict[str, Callable[[list[Any]], Any]] = {
    **{tag: partial(chained, op) for tag, op in _FOLDS.items()},
    "not": _not,
    "atmost1": _at_most_one,
}


def _groups(tag: str, pairs: list[tuple[Node, Feature]]) -> list[Group]:
    """An ``and`` becomes runs of mandatory and optional children, so that the order stays."""
    kind = _GROUPS[tag]
    groups: list[Group] = []
    for node, feature in pairs:
        own = kind or ("mandatory" if node.attributes.get("mandatory") == "true" else "optional")
        if not groups or groups[-1].kind != own:
            groups.append(Group(own, 0, 0))
        groups[-1].children.append(feature)
        feature.group = groups[-1]
    for group in groups:
        n = len(group.children)
        group.low, group.high = {
            "mandatory": (n, n), "optional": (0, n), "or": (1, n), "alternative": (1, 1),
        }[group.kind]  # fmt: skip
    return groups


def _attributes(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if node.attributes.get("abstract") == "true":
        found["abstract"] = True
    for child in node.children:
        if child.tag == "description" and child.text.strip():
            found["doc"] = " ".join(child.text.split())
        elif child.tag == "attribute" and child.attributes.get("name"):
            value = _value(child.attributes.get("type", "string"), child.attributes.get("value"))
            if value is not None:
                found[uvl_name(child.attributes["name"], ())] = value
    return found


def _value(kind: str, text: str | None) -> Any:
    """The value of a FeatureIDE attribute (boolean, long, double, string); None where unset."""
    if not text:
        return None
    try:
        if kind == "long":
            return int(text)
        if kind == "double":
            return float(text)
    except ValueError:
        return text
    return text == "true" if kind == "boolean" else text
