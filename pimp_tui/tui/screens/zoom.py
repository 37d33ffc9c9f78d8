"""Zoom: one section fills the body, and comes back."""

from __future__ import annotations

from textual.css.query import NoMatches
from textual.widget import Widget

from pimp_tui.tui.widgets.section import Section


class Zoom:
    """Hides everything beside the path from a pane to one of its sections."""

    def __init__(self) -> None:
        self._hidden: list[Widget] = []
        self._path: list[Widget] = []

    @property
    def on(self) -> bool:
        """Whether something is zoomed."""
        return bool(self._path)

    def toggle(self, focused: Widget | None, pane: Widget) -> bool:
        """Zoom the section around ``focused`` (the pane's first without one), or leave.

        Returns:
            Whether something is zoomed now.
        """
        if self.on:
            self.leave()
            return False
        section = _section_of(focused, pane)
        if section is None:
            return False
        node: Widget = section
        while node is not pane and isinstance(node.parent, Widget):
            self._path.append(node)
            node.add_class("-zoom-path")
            for sibling in node.parent.children:
                if sibling is not node and sibling.display:
                    sibling.display = False
                    self._hidden.append(sibling)
            node = node.parent
        return True

    def leave(self) -> None:
        """Show everything again."""
        for widget in self._path:
            widget.remove_class("-zoom-path")
        for widget in self._hidden:
            widget.display = True
        self._path, self._hidden = [], []


def _section_of(focused: Widget | None, pane: Widget) -> Section | None:
    node = focused
    while node is not None and node is not pane:
        if isinstance(node, Section):
            return node
        node = node.parent if isinstance(node.parent, Widget) else None
    try:
        return pane.query(Section).first()
    except NoMatches:
        return None
