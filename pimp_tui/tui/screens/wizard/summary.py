"""The draft on one page."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from typing import Any

from pimp_tui.tui.screens.wizard.draft import Draft
from pimp_tui.tui.screens.wizard.steps import STEPS
from pimp_tui.tui.widgets.numbers import option_text
from pimp_tui.tui.widgets.painted import Span, Spans, fit, spans_len

#: Cells of a column of the plan's preview, at most.
_COLUMN = 16

_GOAL = {
    "usual": "least energy (or time) for most pass@1",
    "energy": "least energy for most pass@1",
    "time": "least time for most pass@1",
    "all": "energy, time and pass@1 at once",
}


#: Line of ``so_far_rows`` -> the step that it is from.
_STEP = {"model": 1, "workload": 2, "goal": 2, "space": 3, "your own": 3, "sample": 4,
         "protocol": 5}  # fmt: skip


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
    limit = f", first {draft.limit.strip()}" if draft.limit.strip() else ""
    if draft.holdout.strip():
        limit += f", {draft.holdout.strip()} of them kept out"
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


def step_spans(step: int, good: Collection[int], width: int) -> Spans:
    """``1 model ok  2 workload ok [3 space] 4 …``; of the others the number where room is short."""
    found: list[Spans] = []
    for names in (True, False):
        spans: list[Span] = []
        for number, one in enumerate(STEPS, 1):
            here = number == step
            text = f"{number} {one.name}" if names or here else str(number)
            text += " ok" if number in good and not here else ""
            spans.append((f"[{text}]" if here else f" {text} ", "reverse" if here else ""))
        found.append(spans)
    return found[0] if spans_len(found[0]) <= width else found[1]


def so_far_rows(draft: Draft) -> list[Spans]:
    """One line a step."""
    return [[(f"{name:<10}", "dim"), (text, "")] for name, text in _lines(draft)]


def step_of(draft: Draft, line: int) -> int:
    """The step that a line of ``so_far_rows`` is from."""
    return _STEP[_lines(draft)[line][0]]


def estimate_rows(forecast: list[tuple[str, str]]) -> list[Spans]:
    """What the campaign takes, a line each."""
    return [
        [(f"   {name:<15}", "dim"), (text, "bad" if text.startswith("! ") else "bright")]
        for name, text in forecast
    ]


def plan_rows(plan: list[dict[str, Any]], width: int, rest: str = "") -> list[Spans]:
    """The first rows of a plan: options that differ, as many as ``width`` cells hold.

    Args:
        rest: what comes after them, in words.
    """
    names = [
        name for name in (plan[0] if plan else ())
        if name in ("position", "sampler") or len({str(row.get(name)) for row in plan}) > 1
    ]  # fmt: skip
    rows = [
        [name.replace("position", "#") for name in names],
        *([option_text(row.get(name)) for name in names] for row in plan),
    ]
    cells = [min(max(len(row[at]) for row in rows), _COLUMN) for at in range(len(names))]
    while sum(cells) + 2 * len(cells) + 3 > width:
        cells.pop()
    lines = ["   " + "  ".join(fit(text, size) for text, size in zip(row, cells, strict=False))
             for row in rows]  # fmt: skip
    shown: list[Spans] = [[(line, "" if at else "dim")] for at, line in enumerate(lines)]
    return [*shown, [(f"   {rest}", "dim")]] if rest else shown


def review_rows(draft: Draft, forecast: list[tuple[str, str]], width: int) -> list[Spans]:
    """Everything, then the command line, wrapped so that it can be selected whole."""
    rows: list[Spans] = [[(f"   {name:<15}", "dim"), (text, "")] for name, text in _lines(draft)]
    rows += estimate_rows(forecast)
    rows += [[("", "")], [("   the same as one line (y copies it)", "bright")]]
    *most, last = _wrapped(["pimp-tui", *map(shlex.quote, draft.arguments())], max(width - 4, 30))
    return [*rows, *([(f"   {line} \\", "")] for line in most), [(f"   {last}", "")]]


def _wrapped(words: list[str], width: int) -> list[str]:
    """Lines of words of a command; a quoted one is never broken, for the shell would see it."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(f"  {word}")
    return lines
