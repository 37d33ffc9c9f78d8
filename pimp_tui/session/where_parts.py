"""The parts of a condition joined by ``and``: which of them leaves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.session.where import compile_where
from pimp_tui.session.where_syntax import And, parse
from pimp_tui.session.where_tokens import tokens

if TYPE_CHECKING:
    import polars as pl


def parts_of(text: str) -> list[str]:
    """The conditions that ``and`` joins outside of brackets; the whole text where none does.

    Raises:
        ExpressionError: it cannot be read.
    """
    if not isinstance(parse(text), And):
        return [text.strip()]
    depth, cuts = 0, []
    for token in tokens(text):
        depth += (token.source in ("(", "[")) - (token.source in (")", "]"))
        if depth == 0 and token.kind == "and":
            cuts.append((token.position, token.position + len(token.source)))
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def what_empties(frame: pl.DataFrame, text: str) -> str:
    """In one line why no row of ``frame`` satisfies a condition, for people.

    Raises:
        ExpressionError: a mistake in the condition.
    """
    rows = "the 1 configuration" if frame.height == 1 else f"the {frame.height} configurations"
    left = frame
    parts = parts_of(text)
    for part in parts:
        if not frame.filter(compile_where(part, frame.schema)).height:
            return f"{part} holds for none of {rows}"
    for part in parts:
        rest = left.filter(compile_where(part, frame.schema))
        if not rest.height:
            some = f"the {left.height} that satisfy" if left.height > 1 else "the 1 that satisfies"
            before = " and ".join(parts[: parts.index(part)])
            return f"{part} holds for none of {some} {before}"
        left = rest
    return f"{rows} satisfy {text}"
