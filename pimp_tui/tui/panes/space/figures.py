"""The lines of the figures beside the tree: counts, choices, host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.tui.panes.space.painting import count_words
from pimp_tui.tui.panes.space.view import View
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
    """The user's choices, oldest first; a clash first of all."""
    if not view.chosen:
        return [[("none yet; space toggles a feature", "dim")]]
    order = sorted(view.chosen, key=lambda name: name not in view.clash)
    return [
        [("[x]" if view.chosen[name] else "[-]", "bright"),
         ("! " if name in view.clash else " ", "bad"), (name, "")]
        for name in order
    ]  # fmt: skip


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


def preview(space: Space, view: View, n: int = 24) -> list[str]:
    """Some configurations these choices leave, drawn uniformly. For the reasoning thread."""
    import numpy as np

    literals = [space.variable(f) * (1 if on else -1) for f, on in view.chosen.items()]
    rows = space.reasoner.draw(n, np.random.default_rng(0), literals)
    rows = np.unique(rows, axis=0)
    varying = {f for f, column in zip(space.features, rows.T, strict=True)
               if column.any() and not column.all()}  # fmt: skip
    shown = []
    for row in rows:
        on = space.to_features(row)
        if space.is_bound:
            values = space.row(on).items()
            bound = space.bindings
            parts = [f"{k}={v}" for k, v in values
                     if v is not None and varying & set(bound[k].leaves)]  # fmt: skip
        else:
            parts = [f for f in space.features if f in on and f in varying]
        shown.append(" ".join(parts) or "the only configuration left")
    return shown
