"""The draft on one page."""

from __future__ import annotations

import textwrap

from pimp_tui.tui.screens.wizard.draft import Draft
from pimp_tui.tui.widgets.painted import Spans

_GOAL = {
    "usual": "least energy (or time) for most pass@1",
    "energy": "least energy for most pass@1",
    "time": "least time for most pass@1",
    "all": "energy, time and pass@1 at once",
}


def _lines(draft: Draft) -> list[tuple[str, str]]:
    within = []
    if draft.select:
        within.append(f"with {draft.select}")
    if draft.deselect:
        within.append(f"without {draft.deselect}")
    protocol = [draft.preset]
    for text, word in (
        (draft.repeats, "repeats"), (draft.batch, "at once"), (draft.max_new_tokens, "new tokens"),
    ):  # fmt: skip
        if text.strip():
            protocol.append(f"{text.strip()} {word}")
    if draft.budget.strip():
        protocol.append(f"at most {draft.budget.strip()}")
    limit = f", first {draft.limit}" if draft.limit.strip() else ""
    count = draft.n.strip() or "as many as it needs"
    return [
        ("model", f"{', '.join(draft.model_list)}, by {draft.engine}"),
        ("workload", draft.workload_name + limit),
        ("goal", _GOAL[draft.goal]),
        ("space", " ".join([draft.space, *within])),
        *([("your own", draft.baseline.strip())] if draft.baseline.strip() else []),
        ("sample", f"{draft.method}, {count}, seed {draft.seed.strip() or 0}"),
        ("protocol", ", ".join(protocol)),
    ]


def so_far_rows(draft: Draft) -> list[Spans]:
    """One line a step."""
    return [[(f"{name:<10}", "dim"), (text, "")] for name, text in _lines(draft)]


def estimate_rows(forecast: list[tuple[str, str]]) -> list[Spans]:
    """What the campaign takes, under the fields that decide it."""
    return [[("", "")], *_told(forecast)]


def _told(forecast: list[tuple[str, str]]) -> list[Spans]:
    return [
        [(f"   {name:<15}", "dim"), (text, "bad" if text.startswith("! ") else "bright")]
        for name, text in forecast
    ]


def review_rows(draft: Draft, forecast: list[tuple[str, str]], width: int) -> list[Spans]:
    """Everything, then the command line, wrapped so that it can be selected whole."""
    rows: list[Spans] = [[(f"   {name:<15}", "dim"), (text, "")] for name, text in _lines(draft)]
    rows += _told(forecast)
    rows += [[("", "")], [("   the same as one line (y copies it)", "bright")]]
    command = textwrap.wrap(
        draft.command(), max(width - 4, 30), break_long_words=False, break_on_hyphens=False,
        subsequent_indent="  ",
    )  # fmt: skip
    return rows + [
        [("   " + line + (" \\" if line != command[-1] else ""), "")] for line in command
    ]
