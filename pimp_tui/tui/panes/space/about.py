"""The lines about one feature: because, to allow it, what it is, constraints that touch it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from pimp_tui.tui.panes.space.desk import Reasons, View
from pimp_tui.tui.panes.space.outline import value_words
from pimp_tui.tui.widgets.painted import Spans

if TYPE_CHECKING:
    from pimp_tui.space.model import Constraint
    from pimp_tui.space.space import Space


def title_of(space: Space, name: str) -> str:
    """``num_beams = 4`` for a leaf bound to a value, else the name."""
    feature = space.model.features[name]
    option = next(
        (one.attributes["option"] for one in (feature, *feature.ancestors())
         if "option" in one.attributes),
        None,
    )  # fmt: skip
    if option and "value" in feature.attributes:
        return f"{option} = {value_words(feature.attributes['value'])}"
    return name


def state_words(name: str, view: View, fixed: bool) -> str:
    """The state in words, for those who do not know the marks."""
    if name in view.chosen:
        return "selected by you" if view.chosen[name] else "deselected by you"
    state = view.states.get(name, "undecided")
    if state == "undecided":
        return "undecided"
    on = "on" if state == "selected" else "off"
    if fixed:
        return f"fixed {on} by the host"
    return f"always {on}" if name in view.core else f"forced {on}"


def lines_about(
    space: Space, name: str, view: View, reasons: Reasons, fixed: str | None, width: int
) -> list[Spans]:
    """Everything said about a feature, wrapped to ``width``.

    Args:
        fixed: the host's evidence, None where the host has no part in it.
    """
    rows: list[Spans] = [[(state_words(name, view, fixed is not None), "bright")]]
    if name != title_of(space, name):
        rows.append([(f"feature {name}", "dim")])

    def part(title: str, lines: list[str], kind: str = "") -> None:
        rows.append([("", "")])
        rows.append([(title, "bright")])
        for line in lines:
            wrapped = textwrap.wrap(line, max(width - 2, 10), subsequent_indent="  ")
            rows.extend([(f" {text}", kind)] for text in wrapped or [""])

    if fixed:
        part("host", [fixed])
    if reasons.words:
        part("because", list(reasons.words))
    if reasons.to_clear:
        part("to allow it", [f"clear {', '.join(reasons.to_clear)} (Enter)"], "accent")
    doc = space.doc(name)
    if doc:
        part("what it is", [doc])
    touching = constraints_on(space, name)
    if touching:
        texts = [f"{'! ' if c.numeric else ''}{c.words()}" for c in touching]
        part(f"constraints on it ({len(texts)} of {len(space.model.constraints)})", texts)
    return rows


def constraints_on(space: Space, name: str) -> list[Constraint]:
    """Cross-tree constraints that name the feature."""
    return [c for c in space.model.constraints if name in names_in(c.formula)]


def names_in(formula: Any) -> set[str]:
    """Feature names in a constraint's formula (nested tuples; operators come first)."""
    if isinstance(formula, str):
        return {formula}
    if isinstance(formula, tuple):
        return set().union(*(names_in(part) for part in formula[1:]), set())
    if isinstance(formula, list):
        return set().union(*(names_in(part) for part in formula), set())
    return set()
