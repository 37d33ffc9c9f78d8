"""XML as plain nodes that know their line, for errors that name it (expat)."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from pimp_tui.errors import UserError


@dataclass(slots=True)
class Node:
    """An element; ``text`` is what stands in it outside its children."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def child(self, tag: str) -> Node | None:
        """The first child of a tag."""
        return next((c for c in self.children if c.tag == tag), None)


def parse_xml(data: bytes, label: str) -> Node:
    """The root element.

    Raises:
        UserError: no well-formed XML, with file, line and column.
    """
    parser = expat.ParserCreate()
    top = Node("", {}, 0)
    stack = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag, attributes, parser.CurrentLineNumber)
        stack[-1].children.append(node)
        stack.append(node)

    def text(piece: str) -> None:
        stack[-1].text += piece

    def entity(*_: object) -> None:
        raise UserError(
            "the file declares entities, which no feature model needs",
            f"{label}:{parser.CurrentLineNumber}",
            "remove its DOCTYPE",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except (LookupError, ValueError):
        raise UserError("this XML has an encoding that is not read", label, "save it as UTF-8"
                        ) from None  # fmt: skip
    except expat.ExpatError as fault:
        raise UserError(
            f"this is no XML: {expat.ErrorString(fault.code)}",
            f"{label}:{fault.lineno}:{fault.offset + 1}",
            "give a FeatureIDE model (model.xml)",
        ) from None
    return top.children[0]
