"""UVL text to a FeatureModel; hand-written and line-based, because a grammar-driven parser needs
seconds where this needs milliseconds. Source: the grammar of uvl-parser and the UVL paper
(Benavides et al., "UVL: Feature modelling with the Universal Variability Language", JSS 2024).
"""

from __future__ import annotations

import re

from pimp_tui.errors import UserError
from pimp_tui.space.model import Constraint, FeatureModel
from pimp_tui.space.nearest import nearest
from pimp_tui.space.uvl.expressions import Expression
from pimp_tui.space.uvl.source import Line, Source, read_source
from pimp_tui.space.uvl.tree import TreeReader

_SECTIONS = ("namespace", "include", "imports", "features", "constraints")


def read_uvl(text: str, label: str = "model.uvl") -> FeatureModel:
    """Read a UVL text.

    Args:
        text: the whole file.
        label: how messages name it.

    Raises:
        UserError: with ``file:line:column`` and the mend.
    """
    source = read_source(text, label)
    sections = _sections(source)
    head = sections.get("imports")
    if head is not None and head[1]:
        at = head[1][0]
        raise source.error(
            "a model split over files is not read", at.start, "put the imported tree into this file"
        )
    if "features" not in sections:
        raise source.error("no `features` section", 0, "a UVL file starts with the line `features`")
    keyword, lines = sections["features"]
    tree = TreeReader(source)
    root = tree.read(keyword, lines)
    model = FeatureModel(root, tree.features, [], tree.warnings, source.text, label)
    if "namespace" in sections:
        model.namespace = sections["namespace"][0].text[len("namespace") :].strip().strip('"')
    if "constraints" in sections:
        model.constraints_line = sections["constraints"][0].number
        for line in sections["constraints"][1]:
            _constraint(source, model, line)
    _inner_constraints(model)
    return model


def _sections(source: Source) -> dict[str, tuple[Line, list[Line]]]:
    found: dict[str, tuple[Line, list[Line]]] = {}
    current: list[Line] | None = None
    for line in source.lines:
        if line.indent > 0:
            if current is None:
                raise source.error(
                    "an indented line before any section",
                    line.start,
                    "a UVL file starts with the line `features`",
                )
            current.append(line)
            continue
        word = re.split(r"[\s\"]", line.text, maxsplit=1)[0]
        if word not in _SECTIONS or (word != "namespace" and line.text != word):
            near = nearest(word, _SECTIONS)
            mend = f"did you mean `{near}`?" if near else "indent it under its section"
            raise source.error(f"`{_short(line.text)}` is no section", line.start, mend)
        if word in found:
            first = found[word][0].number
            raise source.error(
                f"a second `{word}` section", line.start, f"join it with that of line {first}"
            )
        late = [s for s in found if _SECTIONS.index(s) > _SECTIONS.index(word)]
        if late:
            raise source.error(f"`{word}` comes after `{late[0]}`", line.start, "move it above")
        current = []
        found[word] = (line, current)
    return found


def _constraint(source: Source, model: FeatureModel, line: Line) -> None:
    features = model.features

    def check(name: str, offset: int) -> str:
        bare = name.replace('"', "")
        if bare in features:
            return bare
        owner, _, attribute = bare.rpartition(".")
        if owner in features:
            if attribute not in features[owner].attributes:
                known = features[owner].attributes
                near = nearest(attribute, known)
                mend = f"did you mean {near}?" if near else f"{owner} has {list(known) or 'none'}"
                raise source.error(f"{owner} has no attribute {attribute}", offset, mend)
            return ""
        near = nearest(bare, features)
        mend = f"did you mean {near}?" if near else "add the feature or mend the name"
        raise source.error(f"unknown feature {bare}", offset, mend)

    expression = Expression(source, line.text, line.start, check)
    formula = expression.read()
    text = " ".join(line.text.split())
    note = source.notes.get(line.number - 1)
    model.constraints.append(Constraint(text, formula, line.number, note, expression.numeric))
    if expression.numeric:
        model.warnings.append(
            f"line {line.number}: `{_short(text)}` has a numeric or string part: "
            "it is read but not reasoned over"
        )


def _inner_constraints(model: FeatureModel) -> None:
    for feature in model.features.values():
        for key in ("constraint", "constraints"):
            if key in feature.attributes:
                model.warnings.append(
                    f"line {feature.line}: the {key} among the attributes of {feature.name} "
                    "is read but not reasoned over"
                )


def _short(text: str, limit: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def decode(data: bytes, label: str) -> str:
    """Bytes of a UVL file as text.

    Raises:
        UserError: the bytes are no UTF-8 text.
    """
    mend = "a UVL file is plain UTF-8 text"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        raise UserError("this is no text", f"{label}:{row}:{column}", mend) from None
    bad = re.search(r"[\x00-\x08\x0e-\x1f]", text)
    if bad:
        row, column = (
            text.count("\n", 0, bad.start()) + 1,
            bad.start() - text.rfind("\n", 0, bad.start()),
        )
        raise UserError("this is no text", f"{label}:{row}:{column}", mend)
    return text
