"""The lines of the figures beside the tree: counts, choices, host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.tui.panes.space.desk import View
from pimp_tui.tui.panes.space.painting import count_words
from pimp_tui.tui.widgets.painted import Spans

if TYPE_CHECKING:
    from pimp_tui.space.space import Space


def count_lines(after: tuple[int | None, int | None] | None) -> list[Spans]:
    """What selecting and deselecting would leave; None while counting."""
    if after is None:
        return [[("select leaves …", "dim")], [("deselect leaves …", "dim")]]
    words = ("select leaves ", "deselect leaves ")
    return [
        [(word + count_words(n), "bad" if n == 0 else "")]
        for word, n in zip(words, after, strict=True)
    ]


def choice_lines(view: View) -> list[Spans]:
    """The user's choices, oldest first."""
    if not view.chosen:
        return [[("none yet; space toggles a feature", "dim")]]
    return [[("[x] " if on else "[-] ", "bright"), (name, "")] for name, on in view.chosen.items()]


def host_lines(space: Space) -> list[Spans]:
    """Host facts with their evidence."""
    facts = space.host_features
    if not facts:
        return [[("this model has no host features", "dim")]]
    longest = max(map(len, facts))
    return [
        [(f"{_mark(fact.get('value'))} {name:<{longest}}  ", ""),
         (str(fact.get("evidence") or ""), "dim")]
        for name, fact in facts.items()
    ]  # fmt: skip


def _mark(value: object) -> str:
    return "[ ]" if value is None else "{x}" if value else "{-}"
