"""The lines of the figures beside the tree: counts, choices, host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.tui.panes.space.about import title_of
from pimp_tui.tui.panes.space.view import View
from pimp_tui.tui.widgets.painted import Spans, fit
from pimp_tui.tui.words import count_words

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


def choice_lines(space: Space | None, view: View) -> list[Spans]:
    """The user's choices, oldest first; a clash first of all."""
    if not view.chosen:
        return [[("none yet; space toggles a feature", "dim")]]
    order = sorted(view.chosen, key=lambda name: name not in view.clash)
    return [
        [("[x]" if view.chosen[name] else "[-]", "bright"),
         ("! " if name in view.clash else " ", "bad"),
         (title_of(space, name) if space else name, "")]
        for name in order
    ]  # fmt: skip


def host_lines(space: Space, width: int = 0, more: str = "…") -> list[Spans]:
    """Host facts with their evidence, cut with ``more`` at ``width`` cells (0: whole)."""
    facts = space.host_features
    if not facts:
        return [[("this model has no host features", "dim")]]
    longest = max(map(len, facts))
    return [
        [(f"{_mark(fact.get('value'))} {name:<{longest}}  ", ""),
         (_cut(str(fact.get("evidence") or ""), width and width - longest - 6, more), "dim")]
        for name, fact in facts.items()
    ]  # fmt: skip


def _cut(text: str, width: int, more: str) -> str:
    return fit(text, width, more).rstrip() if 0 < width < len(text) else text


def _mark(value: object) -> str:
    return "[ ]" if value is None else "{x}" if value else "{-}"


def preview(space: Space, view: View, n: int = 24) -> list[str]:
    """Some configurations these choices leave, drawn uniformly; what each does beyond the default.

    For the reasoning thread.
    """
    import numpy as np

    literals = [space.variable(f) * (1 if on else -1) for f, on in view.chosen.items()]
    rows = space.reasoner.draw(n, np.random.default_rng(0), literals)
    rows = np.unique(rows, axis=0)
    varying = {f for f, column in zip(space.features, rows.T, strict=True)
               if column.any() and not column.all()}  # fmt: skip
    default = space.row(space.default_configuration()) if space.is_bound else {}
    shown = []
    for row in rows:
        on = space.to_features(row)
        if space.is_bound:
            values = space.row(on).items()
            bound = space.bindings
            set_ones = [(k, v) for k, v in values if v not in (None, default.get(k))]
            parts = [f"{k}={v}" for k, v in set_ones if varying & set(bound[k].leaves)]
        else:
            parts = [f for f in space.features if f in on and f in varying]
        alone = "your choices, else the default" if view.chosen else "the default"
        if not space.is_bound:
            alone = "what all have, nothing else"
        if len(rows) == 1:
            alone = "the only configuration left"
        shown.append(" ".join(parts) or alone)
    return shown
