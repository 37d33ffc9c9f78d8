"""Giving an option another value: a new leaf in the text of a space."""

from __future__ import annotations

import re
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.binding import read_options
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.space.space import Space
from pimp_tui.space.uvl.amend import add_constraints
from pimp_tui.space.uvl.reader import read_uvl
from pimp_tui.space.uvl.values import attributes_text, quoted


def set_option(
    space_text: str, option: str, value: Any, name: str | None = None
) -> tuple[str, list[str]]:
    """Fix an option to a value, adding a leaf beside its others where none has it.

    Beside an option that is a single switch the leaf becomes a second switch, and a constraint
    keeps the two apart.

    Args:
        space_text: UVL text.
        option: name of a bound option whose leaves stand in one group.
        value: the value.
        name: what a new leaf is called; by default after the option and the value.

    Returns:
        the text (as given where a leaf has the value), and the features to select.

    Raises:
        UserError: no such option, or one that is on or off only.
    """
    model = read_uvl(space_text)
    options = read_options(model)
    known = options.get(option)
    if known is None or not known.bound:
        mend = did_you_mean(option, options, "bind it by an `option` attribute")
        raise UserError(f"the space has no option {option}", mend=mend)
    found = known.leaf_of(value)
    if found is not None:
        return space_text, [found]
    last = model.features[list(known.leaves)[-1]]
    switch = last.attributes.get("option") == option
    if last.group is None or (switch and isinstance(known.values[0], bool)):
        values = ", ".join(map(str, known.values))
        raise UserError(f"{option} has no value {value}", mend=f"it has {values}")
    name = re.sub(r"\W+", "_", name or f"{option}_{value}", flags=re.ASCII).strip("_")
    while name in model.features:
        name += "_set"
    lines = model.text.split("\n")
    own = lines[last.line - 1]
    lead = own[: len(own) - len(own.lstrip())]
    below = last.subtree()
    past = max([f.last_line for f in below] + [g.line for f in below for g in f.groups])
    attributes = ({"option": option} if switch else {}) | {"value": value}
    lines.insert(past, f"{lead}{name} {attributes_text(attributes)}")
    text = "\n".join(lines)
    if switch:
        apart = [f"!({quoted(leaf)} & {quoted(name)})" for leaf in known.leaves]
        text = add_constraints(text, [f"// {option} has one value", *apart])
    return text, [name]


def add_option(space: Space, option: str, value: Any) -> tuple[Space, str]:
    """The space with an option that it lacks, always on and with one value; and its leaf."""
    model, root = space.model, space.model.root
    lines = model.text.split("\n")
    own = lines[root.line - 1]
    lead = own[: len(own) - len(own.lstrip())] or "    "
    below = lead + lead
    if root.groups:
        group = lines[root.groups[0].line - 1]
        below = group[: len(group) - len(group.lstrip())]
    name = re.sub(r"\W+", "_", f"{option}_{value}", flags=re.ASCII).strip("_")
    while name in model.features:
        name += "_set"
    leaf = f"{below}{below[len(lead) :] or '    '}{name} "
    leaf += attributes_text({"option": option, "value": value})
    lines[root.last_line : root.last_line] = [f"{below}mandatory", leaf]
    return Space(space.name, read_uvl("\n".join(lines), model.label)), name


def with_value(space: Space, option: str, value: Any, name: str | None = None) -> tuple[Space, str]:
    """The space with a leaf that has the value, and the leaf; errors as for ``set_option``."""
    text, leaves = set_option(space.text, option, value, name)
    if text == space.text:
        return space, leaves[0]
    return Space(space.name, read_uvl(text, space.model.label)), leaves[0]
