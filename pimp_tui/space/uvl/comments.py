"""Comments and blank lines of a text, by the line that they stand at; to lay a model out anew."""

from __future__ import annotations

from dataclasses import dataclass

from pimp_tui.space.uvl.source import comment_spans, read_source


@dataclass(slots=True)
class Comments:
    """Comment and blank lines above a line, and the comment at its end, as written."""

    above: tuple[str, ...] = ()
    beside: str = ""


END = -1


def comments_of(text: str) -> tuple[dict[int, Comments], dict[str, int]]:
    """Comments by line number, those behind the last line under ``END``; and section lines.

    Args:
        text: a UVL text that reads.
    """
    source = read_source(text, "")
    at_row: dict[int, list[str]] = {}
    inside_comment: set[int] = set()
    for row, comment in comment_spans(source):
        at_row.setdefault(row, []).append(comment)
        inside_comment.update(range(row + 1, row + 1 + comment.count("\n")))
    found: dict[int, Comments] = {}
    sections: dict[str, int] = {}
    past = 0

    def between(first: int, last: int) -> tuple[str, ...]:
        """Comments that begin, and blank lines, from one row to another."""
        rows = (r for r in range(first, last + 1) if r in at_row or r not in inside_comment)
        return tuple(" ".join(at_row.get(r, ())) for r in rows)

    for line in source.lines:
        above = between(past + 1, line.number - 1)
        beside = _joined([c for r in range(line.number, line.last + 1) for c in at_row.get(r, ())])
        if above or beside:
            found[line.number] = Comments(above, beside)
        if line.indent == 0:
            sections[line.text.split()[0]] = line.number
        past = line.last
    found[END] = Comments(between(past + 1, source.text.count("\n") + 1))
    return found, sections


def _joined(comments: list[str]) -> str:
    """Comments on one line: only the last one may run to its end."""
    turned = [
        c if c.startswith("/*") else "/*" + c[2:].replace("*/", "* /") + " */"
        for c in comments[:-1]
    ]
    return " ".join([*turned, *comments[-1:]])
