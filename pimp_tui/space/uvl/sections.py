"""A UVL file cut into its sections, and what stands in its head: namespace, levels, imports."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pimp_tui.space.nearest import nearest
from pimp_tui.space.uvl.names import NAME
from pimp_tui.space.uvl.source import Line, Source

_SECTIONS = ("namespace", "include", "imports", "features", "constraints")
_REFERENCE = rf"{NAME}(?:\.{NAME})*"
_IMPORT = re.compile(rf"(?P<file>{_REFERENCE})(?:\s+as\s+(?P<alias>{_REFERENCE}))?", re.ASCII)
_BLANKS = re.compile(r"\s\s|[\n\t]")
_QUOTED_OR_BLANKS = re.compile(r"""("[^"\n]*"|'[^'\n]*')|\s+""")
_NAMESPACE = re.compile(rf"namespace\s+(?P<name>{_REFERENCE})", re.ASCII)


@dataclass(slots=True)
class Import:
    """A line of ``imports``: the file's dotted name, the alias, and its place."""

    name: str
    alias: str
    line: int
    offset: int


@dataclass(slots=True)
class Sections:
    """The parts of a file.

    Attributes:
        lines: keyword -> the keyword's line and the lines under it.
        namespace: the file's own name, which nothing refers to.
        imports: in the order of the file.
    """

    lines: dict[str, tuple[Line, list[Line]]]
    namespace: str | None = None
    imports: list[Import] = field(default_factory=list)


def read_sections(source: Source) -> Sections:
    """Cut a file into sections.

    Raises:
        UserError: an unknown, repeated or misplaced section, or a broken head.
    """
    found = Sections(_cut(source))
    if "features" not in found.lines:
        raise source.error("no `features` section", 0, "a UVL file starts with the line `features`")
    if "namespace" in found.lines:
        line, below = found.lines["namespace"]
        match = _NAMESPACE.fullmatch(line.text)
        if match is None or below:
            at = below[0] if below else line
            raise source.error("a namespace is one name", at.start, "write: namespace Shop")
        found.namespace = match["name"].replace('"', "")
    for line in found.lines.get("imports", (None, []))[1]:
        found.imports.append(_import(source, line, found.imports))
    return found


def _cut(source: Source) -> dict[str, tuple[Line, list[Line]]]:
    found: dict[str, tuple[Line, list[Line]]] = {}
    current: list[Line] | None = None
    for line in source.lines:
        if line.indent > 0:
            if current is None:
                mend = "a UVL file starts with the line `features`"
                raise source.error("an indented line before any section", line.start, mend)
            current.append(line)
            continue
        word = re.split(r"[\s\"]", line.text, maxsplit=1)[0]
        if word not in _SECTIONS or (word != "namespace" and line.text != word):
            near = nearest(word, _SECTIONS)
            mend = f"did you mean `{near}`?" if near else "indent it under its section"
            raise source.error(f"`{short(line.text)}` is no section", line.start, mend)
        if word in found:
            mend = f"join it with that of line {found[word][0].number}"
            raise source.error(f"a second `{word}` section", line.start, mend)
        late = [s for s in found if _SECTIONS.index(s) > _SECTIONS.index(word)]
        if late:
            raise source.error(f"`{word}` comes after `{late[0]}`", line.start, "move it above")
        current = []
        found[word] = (line, current)
    return found


def _import(source: Source, line: Line, before: list[Import]) -> Import:
    match = _IMPORT.fullmatch(line.text)
    if match is None:
        mend = "write: folder.file as alias (without .uvl)"
        raise source.error(f"`{short(line.text)}` is no import", line.start, mend)
    name = match["file"].replace('"', "")
    alias = (match["alias"] or match["file"]).replace('"', "")
    for other in before:
        if other.alias == alias:
            raise source.error(
                f"two imports are called {alias}",
                line.start,
                f"give one of them another alias; the first is on line {other.line}",
            )
    return Import(name, alias, line.number, line.start)


def one_line(text: str) -> str:
    """A text on one line, blanks in quotes kept."""
    if not _BLANKS.search(text):
        return text
    return _QUOTED_OR_BLANKS.sub(lambda m: m[1] or " ", text)


def short(text: str, limit: int = 40) -> str:
    """A text on one line, cut to ``limit`` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
