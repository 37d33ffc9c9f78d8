"""The lines about one feature: because, to allow it, what it is, constraints that touch it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pimp_tui.space.uvl.formula import features_in
from pimp_tui.tui.panes.space.outline import value_words
from pimp_tui.tui.panes.space.view import Reasons, View
from pimp_tui.tui.widgets.painted import Spans

if TYPE_CHECKING:
    from pimp_tui.space.model import Constraint, FeatureModel
    from pimp_tui.space.space import Space

#: A heading, its lines and their kind.
Part = tuple[str, Sequence[str], str]
_OURS = {"abstract", "option", "value", "default", "unset", "layer", "doc", "bound"}


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
        words = "selected by you" if view.chosen[name] else "deselected by you"
        return f"{words}, ! contradicts others" if name in view.clash else words
    state = view.state(name)
    if state == "undecided":
        return "undecided"
    on = "on" if state == "selected" else "off"
    if fixed:
        return f"fixed {on} by the host"
    return f"always {on}" if name in view.core else f"forced {on}"


def reason_parts(view: View, name: str, reasons: Reasons | None, fixed: str | None) -> list[Part]:
    """Why it is what it is, and what to clear.

    Args:
        reasons: None while they are worked out.
        fixed: the host's evidence, None where the host has no part in it.
    """
    parts: list[Part] = []
    if view.clash:
        parts.append(("contradiction", view.clash_words, "bad"))
        if name in view.clash:
            parts.append(("to settle it", [f"clear {name} (Enter), or another of these (n)"],
                          "accent"))  # fmt: skip
        return parts
    if fixed:
        parts.append(("host", [fixed], ""))
    if reasons is None:
        parts.append(("because", ["…"], "dim"))
    elif reasons.words:
        parts.append(("because", reasons.words, ""))
        wanted = "to leave it out" if view.state(name) == "selected" else "to allow it"
        if reasons.to_clear:
            words = f"clear {', '.join(reasons.to_clear)} (Enter)"
            parts.append((wanted, [words], "accent"))
        elif reasons.never and not fixed:
            parts.append((wanted, ["no choice of yours changes it"], "dim"))
    return parts


def doc_part(space: Space, name: str) -> Part | None:
    """What the library or the model says of it, and what the file gives it beside."""
    feature = space.model.features[name]
    lines = []
    if doc := space.doc(name):
        lines.append(doc)
    if feature.type:
        lines.append(f"a feature of type {feature.type}")
    own = {key: value for key, value in feature.attributes.items() if key not in _OURS}
    lines += [f"{key} = {_attribute(value)}" for key, value in own.items()]
    return ("what it is", lines, "") if lines else None


def touch_part(touching: Sequence[Constraint], total: int) -> Part | None:
    """Constraints that name it."""
    texts = [
        ("" if getattr(c, "reasoned", True) else "! not reasoned over: ") + c.words()
        for c in touching
    ]
    return (f"constraints on it ({len(texts)} of {total})", texts, "") if texts else None


def lines_of(head: Sequence[Spans], parts: Sequence[Part | None], width: int) -> list[Spans]:
    """The parts under their headings, wrapped to ``width`` cells."""
    rows: list[Spans] = list(head)
    for part in parts:
        if part is not None:
            title, lines, kind = part
            rows += [[("", "")]] if rows else []
            rows += [[(title, "bright")], *wrapped(lines, width, kind)]
    return rows


def wrapped(lines: Sequence[str], width: int, kind: str = "") -> list[Spans]:
    """Lines broken at blanks, one cell in."""
    rows: list[Spans] = []
    for line in lines:
        broken = textwrap.wrap(line, max(width - 2, 10), subsequent_indent="  ")
        rows.extend([(f" {text}", kind)] for text in broken or [""])
    return rows


def touching_of(model: FeatureModel) -> dict[str, list[Constraint]]:
    """Feature -> cross-tree constraints that name it or, of a group, what is below it."""
    found: dict[str, list[Constraint]] = {}
    for constraint in model.constraints:
        named = [model.features[n] for n in features_in(constraint.formula) if n in model.features]
        above = (feature.ancestors() for feature in named)
        touched = dict.fromkeys(f.name for group in (named, *above) for f in group)
        for name in touched:
            found.setdefault(name, []).append(constraint)
    return found


def _attribute(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} {_attribute(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_attribute, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
