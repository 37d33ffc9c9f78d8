"""Bindings as our screens have them: in the palette, not in Textual's footer, rebindable."""

from __future__ import annotations

from textual.binding import Binding


def bind(keys: str, action: str, name: str, tooltip: str = "") -> Binding:
    """A key of an action.

    Args:
        keys: comma-separated, as Textual names them.
        name: the action's name in the settings file, ``place.action``.
        tooltip: the action's name in the palette; "" keeps it out of there.
    """
    text = name.rsplit(".", 1)[-1].replace("-", " ")
    return Binding(keys, action, text, show=False, tooltip=tooltip, id=name)
