"""A report as blocks, rendered as one self-contained HTML page and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pimp_tui.commands.output import cell

# Follows a dark desktop; charts keep their own white ground. On paper nothing is cut off or torn:
# names break where they must, numbers never.
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 sans-serif;max-width:68em;margin:2em auto;padding:0 1em}"
    "h1,h2,h3,p,figcaption{overflow-wrap:anywhere}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:13px}"
    "figcaption{font-size:13px;padding:.3em 0}"
    "td,th{border-bottom:1px solid #888;padding:.2em .6em;text-align:left;vertical-align:top;"
    "overflow-wrap:break-word;max-width:24em}"
    ".n{text-align:right}td.n{white-space:nowrap;font-variant-numeric:tabular-nums}"
    "figure{margin:1.5em 0}svg{max-width:100%;height:auto}"
    "@media print{body{max-width:none;margin:0}.wide{overflow:visible}"
    "table{font-size:9px}td,th{padding:.15em .4em;max-width:17em}"
    "svg,tr,figcaption,figure.chart{break-inside:avoid}"
    "h2,h3,thead,.table figcaption{break-after:avoid}svg{max-height:22cm}}"
)
_NUMBER = re.compile(r"[~+-]?\d[\d.,]*(e[+-]?\d+)?%?")
_INTERVAL = re.compile(rf"({_NUMBER.pattern}) (\({_NUMBER.pattern} to {_NUMBER.pattern}\))")


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
        return f"# {_plain(self.title)}\n\n" + "\n\n".join(_markdown(b) for b in self.blocks) + "\n"


def _html(block: tuple[Any, ...]) -> str:
    kind = block[0]
    if kind == "heading":
        return f"<h2>{escape(block[1])}</h2>"
    if kind == "subheading":
        return f"<h3>{escape(block[1])}</h3>"
    if kind == "text":
        return f"<p>{escape(block[1])}</p>"
    if kind == "chart":
        words = f"<figcaption>{escape(block[1])}</figcaption>"
        return f'<figure class="chart">{block[2]}{words}</figure>'
    names = list(block[1][0])
    right = {name: _is_of_numbers(block[1], name) for name in names}
    attributes = {name: ' class="n"' if right[name] else "" for name in names}
    head = "".join(f"<th{attributes[name]}>{_breakable(name)}</th>" for name in names)
    rows = "".join(
        "<tr>"
        + "".join(f"<td{attributes[n]}>{_html_cell(row.get(n), right[n])}</td>" for n in names)
        + "</tr>\n"
        for row in block[1]
    )
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n{rows}</table></div>'
    words = f"<figcaption>{escape(block[2])}</figcaption>" if block[2] else ""
    return f'<figure class="table">{words}{table}</figure>'


def _is_of_numbers(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether a column holds numbers, with or without intervals, and nothing else."""
    told = [cell(row.get(name)) for row in rows]
    known = [words for words in told if words != "-"]
    return bool(known) and all(_NUMBER.fullmatch(w) or _INTERVAL.fullmatch(w) for w in known)


def _html_cell(value: Any, number: bool) -> str:
    """A cell; an interval stands below its value."""
    words = escape(cell(value))
    found = _INTERVAL.fullmatch(words) if number else None
    return f"{found[1]}<br>{found[3]}" if found else words


def _breakable(name: str) -> str:
    """A column's name, which may break after an underscore."""
    return escape(name).replace("_", "_<wbr>")


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
    lines = [[_plain(name, cells=True) for name in names]]
    lines.append(["---:" if _is_of_numbers(block[1], name) else "---" for name in names])
    lines += [[_plain(cell(row.get(name)), cells=True) for name in names] for row in block[1]]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"*{_plain(block[2])}*\n\n{table}" if block[2] else table


_SIGNS = re.compile(r"[\\`*\[\]<&$~]|(?<!\w)_|_(?!\w)")  # an underscore inside a word is one
_FIRST = re.compile(r"^(?:[#+=>-]|\d+(?=[.)] ))")  # at a line's start: heading, list, quotation


def _plain(words: str, cells: bool = False) -> str:
    """Words on one line that Markdown shows as they are, names of features above all."""
    told = _SIGNS.sub(lambda sign: f"\\{sign[0]}", " ".join(str(words).split()))
    if cells:
        return told.replace("|", "\\|")
    return _FIRST.sub(
        lambda first: first[0] + "\\" if first[0].isdigit() else f"\\{first[0]}", told
    )
