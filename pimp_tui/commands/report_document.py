"""A report as blocks, rendered as one self-contained HTML page and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pimp_tui.commands.output import cell

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:64em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:1em 0;font-size:13px}"
    "td,th{border-bottom:1px solid #ccc;padding:.2em .6em;text-align:left}"
)


@dataclass
class Document:
    """Blocks in order.

    ("heading" | "subheading" | "text", words), ("table", rows) or ("chart", name, svg).
    """

    title: str
    blocks: list[tuple[Any, ...]] = field(default_factory=list)

    def heading(self, words: str) -> None:
        self.blocks.append(("heading", words))

    def subheading(self, words: str) -> None:
        self.blocks.append(("subheading", words))

    def text(self, words: str) -> None:
        self.blocks.append(("text", words))

    def table(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """A table; nothing without rows."""
        if rows:
            self.blocks.append(("table", rows))

    def chart(self, name: str, svg: str) -> None:
        self.blocks.append(("chart", name, svg))

    def html(self) -> str:
        """One page that fetches nothing."""
        title = escape(self.title)
        body = "\n".join(_html(block) for block in self.blocks)
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n{body}\n</body></html>\n"
        )

    def markdown(self) -> str:
        """The same as Markdown; charts stand in it as SVG."""
        return f"# {self.title}\n\n" + "\n\n".join(_markdown(b) for b in self.blocks) + "\n"


def _html(block: tuple[Any, ...]) -> str:
    kind = block[0]
    if kind == "heading":
        return f"<h2>{escape(block[1])}</h2>"
    if kind == "subheading":
        return f"<h3>{escape(block[1])}</h3>"
    if kind == "text":
        return f"<p>{escape(block[1])}</p>"
    if kind == "chart":
        return f"<figure>{block[2]}<figcaption>{escape(block[1])}</figcaption></figure>"
    names = list(block[1][0])
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell(row.get(n)))}</td>" for n in names) + "</tr>\n"
        for row in block[1]
    )
    return f"<table><tr>{head}</tr>\n{rows}</table>"


def _markdown(block: tuple[Any, ...]) -> str:
    kind = block[0]
    if kind == "heading":
        return f"## {block[1]}"
    if kind == "subheading":
        return f"### {block[1]}"
    if kind == "text":
        return str(block[1])
    if kind == "chart":
        return f"{block[2]}\n\n*{block[1]}*"
    names = list(block[1][0])
    lines = [names, ["---"] * len(names)]
    lines += [[cell(row.get(name)).replace("|", "\\|") for name in names] for row in block[1]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
