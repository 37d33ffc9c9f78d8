"""The options of one planned configuration, those that differ from the default first."""

from __future__ import annotations

from collections.abc import Sequence

from pimp_tui.tui.widgets.painted import Span, Spans, fit


def option_rows(settings: Sequence[tuple[str, str, bool]], width: int, columns: int) -> list[Spans]:
    """Rows of ``name value``, in columns read downwards.

    Args:
        settings: (option, value, differs from the default).
    """
    if not settings:
        return []
    each = max(width // columns, 12)
    height = -(-len(settings) // columns)
    longest = min(max(len(name) for name, _, _ in settings), each * 6 // 10)
    rows: list[Spans] = []
    for line in range(height):
        spans: list[Span] = []
        for name, value, differs in settings[line::height]:
            text = f"{fit(name, longest)} {value}"
            spans.append((fit(text, each - 2) + "  ", "bright" if differs else "dim"))
        rows.append(spans)
    return rows
