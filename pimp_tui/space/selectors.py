"""How features are named on a command line: by name, as ``option=value``, or by their option."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.space.choice import Choice
    from pimp_tui.space.space import Space


def features_named(space: Space, text: str) -> list[str]:
    """The features that a text means: one by its name or ``option=value``, or all of an option.

    A feature of an import may be named as in the file, ``c.Feature`` for ``c_Feature``.

    Raises:
        UserError: it means none; the nearest name is told.
    """
    if text in space.features:
        return [text]
    joined = text.replace(".", "_")
    if "." in text and "=" not in text and joined in space.features:
        return [joined]
    name, equals, value = text.partition("=")
    option = space.bindings.get(name.strip())
    if option is None:
        space.variable(text)
        return []
    if not equals:
        return list(option.leaves)
    leaf = option.leaf_of(_value(value.strip()))
    if leaf is None:
        values = ", ".join(json.dumps(item) for item in option.values)
        raise UserError(f"{name} has no value {value}", mend=f"it has {values}")
    return [leaf]


def rejoined(space: Space, texts: Iterable[str]) -> list[str]:
    """Texts of which those that mean nothing alone are joined with what follows, where that does.

    So a feature or a value that holds a comma is found again after a split at commas.
    """
    left, found = list(texts), []
    while left:
        spans = (
            (n, comma.join(left[:n])) for n in range(1, len(left) + 1) for comma in (",", ", ")
        )
        count, whole = next((span for span in spans if _means(space, span[1])), (1, left[0]))
        found.append(whole)
        left = left[count:]
    return found


def _means(space: Space, text: str) -> bool:
    try:
        return bool(features_named(space, text))
    except UserError:
        return False


def configure(space: Space, select: Iterable[str] = (), deselect: Iterable[str] = ()) -> Choice:
    """A choice with features selected and deselected, named as in ``features_named``.

    Raises:
        Contradiction: no valid configuration is left.
        UserError: a name means nothing, or one to select means several features.
    """
    choice = space.configure()
    for text in rejoined(space, select):
        choice.select(feature_named(space, text, "--select"))
    for text in rejoined(space, deselect):
        for feature in features_named(space, text):
            if choice.literals().get(feature):
                raise UserError(f"{feature} is selected and deselected", mend="keep one of the two")
            choice.deselect(feature)
    return choice


def feature_named(space: Space, text: str, where: str) -> str:
    """The one feature that a text means; ``where`` tells the flag in the error."""
    found = features_named(space, text)
    if len(found) > 1:
        raise UserError(f"{text} has several values", where, f"write {text}=… or name the feature")
    return found[0]


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
