"""A report as blocks, rendered as one self-contained HTML page and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pimp_tui.commands.output import cell

# Follows a dark desktop; charts keep their own white ground. On paper nothing is cut off or torn.
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 sans-serif;max-width:64em;margin:2em auto;padding:0 1em}"
    ".wide{overflow-x:auto;margin:1em 0}"
    "table{border-collapse:collapse;font-size:13px}"
    "caption,figcaption{text-align:left;font-size:13px;padding:.3em 0}"
    "td,th{border-bottom:1px solid #888;padding:.2em .6em;text-align:left;vertical-align:top}"
    "figure{margin:1.5em 0}svg{max-width:100%;height:auto}"
    "@media print{body{max-width:none;margin:0}.wide{overflow:visible}"
    "table{font-size:8px;width:100%}td,th{padding:.1em .3em;overflow-wrap:anywhere}"
    "figure,tr{break-inside:avoid}h2,h3{break-after:avoid}svg{max-height:24cm}}"
)


@dataclass
class Document:
    """Blocks in order.

    ("heading" | "subheading" | "text", words), ("table", rows, caption) or ("chart", caption,
    svg). Charts, and tables with a caption, are numbered in order.
    """

    title: str
    blocks: list[tuple[Any, ...]] = field(default_factory=list)

    def heading(self, words: str) -> None:
        self.blocks.append(("heading", words))

    def subheading(self, words: str) -> None:
        self.blocks.append(("subheading", words))

    def text(self, words: str) -> None:
        self.blocks.append(("text", words))

    def table(self, rows: Sequence[Mapping[str, Any]], caption: str = "") -> None:
        """A table; nothing without rows."""
        if rows:
            self.blocks.append(("table", rows, self._numbered("Table", "table", caption)))

    def chart(self, caption: str, svg: str) -> None:
        """A figure; the caption says what is drawn, of how many, and what its intervals are."""
        self.blocks.append(("chart", self._numbered("Figure", "chart", caption), svg))

    def _numbered(self, word: str, kind: str, caption: str) -> str:
        at = {"chart": 1, "table": 2}[kind]
        before = sum(block[0] == kind and bool(block[at]) for block in self.blocks)
        return f"{word} {before + 1}. {caption}" if caption else ""

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
    caption = f"<caption>{escape(block[2])}</caption>" if block[2] else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell(row.get(n)))}</td>" for n in names) + "</tr>\n"
        for row in block[1]
    )
    return f'<div class="wide"><table>{caption}<tr>{head}</tr>\n{rows}</table></div>'


def _markdown(block: tuple[Any, ...]) -> str:
    kind = block[0]
    if kind == "heading":
        return f"## {block[1]}"
    if kind == "subheading":
        return f"### {_plain(block[1])}"
    if kind == "text":
        return _plain(block[1])
    if kind == "chart":
        # within a div on lines of its own no reader takes a star or a bar in it for Markdown
        return f"<div>\n{block[2]}\n</div>\n\n*{_plain(block[1])}*"
    names = list(block[1][0])
    lines = [[_plain(name, "|") for name in names], ["---"] * len(names)]
    lines += [[_plain(cell(row.get(name)), "|") for name in names] for row in block[1]]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"*{_plain(block[2])}*\n\n{table}" if block[2] else table


def _plain(words: str, also: str = "") -> str:
    """Words on one line that Markdown shows as they are, names of features above all."""
    told = " ".join(str(words).split())
    return "".join(f"\\{sign}" if sign in f"<*{also}" else sign for sign in told)
