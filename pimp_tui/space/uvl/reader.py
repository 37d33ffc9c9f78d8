"""UVL text to a FeatureModel; hand-written and line-based, because a grammar-driven parser needs
seconds where this needs milliseconds. Source: the grammar of uvl-parser and the UVL paper
(Benavides et al., "UVL: Feature modelling with the Universal Variability Language", JSS 2024).
"""

from __future__ import annotations

import re

from pimp_tui.errors import UserError
from pimp_tui.space.model import FeatureModel
from pimp_tui.space.uvl.constraints import read_condition, read_constraints
from pimp_tui.space.uvl.flatten import flatten
from pimp_tui.space.uvl.imports import Opened, read_imports, taken_in
from pimp_tui.space.uvl.levels import beyond_levels, read_levels
from pimp_tui.space.uvl.names import Names
from pimp_tui.space.uvl.sections import read_sections
from pimp_tui.space.uvl.source import read_source
from pimp_tui.space.uvl.tree import TreeReader


def read_uvl(text: str, label: str = "model.uvl") -> FeatureModel:
    """Read a UVL text, with the files that it imports.

    A model of several files comes back as one: ``c.Feature`` of an import is called ``c_Feature``,
    and ``text`` is the joined model as a single file.

    Args:
        text: the whole file.
        label: its path, or how messages name it; imports are looked up beside it.

    Raises:
        UserError: with ``file:line:column`` and the mend.
    """
    model = read_document(text, label, Opened(label))
    if not model.imports:
        return model
    return flatten(model, lambda joined: read_document(joined, label, Opened(label)))


def read_document(text: str, label: str, opened: Opened) -> FeatureModel:
    """One file with its imports put in place, their features named ``alias.name``.

    Args:
        text: the whole file.
        label: its path.
        opened: the files that are being read, to stop at a cycle.

    Raises:
        UserError: as ``read_uvl``.
    """
    source = read_source(text, label)
    sections = read_sections(source)
    imported = {}
    if sections.imports:
        imported = read_imports(source, sections.imports, opened, read_document)
    keyword, lines = sections.lines["features"]
    tree = TreeReader(source, imported)
    root = tree.read(keyword, lines)
    model = FeatureModel(root, tree.features, [], tree.warnings, source.text, label)
    model.original = None if source.text == text else text
    model.namespace, model.imports = sections.namespace, list(imported)
    if "include" in sections.lines:
        model.levels = read_levels(source, sections.lines["include"][1])
    names = Names(source, model.features, {a: m.bare_root for a, m in imported.items()})
    if "constraints" in sections.lines:
        head, lines = sections.lines["constraints"]
        model.constraints_line = head.number
        model.constraints = read_constraints(source, model, names, lines)
    inner = [read_condition(source, model, names, owner, cut) for owner, cut in tree.cuts]
    if imported:
        taken_in(source, model, sections.imports, imported, tree.placed)
    model.constraints.extend(inner)
    model.warnings.extend(beyond_levels(model))
    return model


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
