"""A titled part of a pane: a rule, and below it whatever it holds."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from pimp_tui.tui.widgets.rule import Rule


class Section(Widget):
    """Rule and body. Tab steps from section to section, ``z`` zooms the one with the focus.

    Args:
        children: the body.
        title, right: the ends of the rule.
        can_focus: True for a body that takes no focus itself (a chart), so that it can be
            reached and zoomed.
    """

    DEFAULT_CSS = """
    Section { layout: vertical; width: 1fr; height: 1fr; }
    """

    def __init__(
        self,
        *children: Widget,
        title: str = "",
        right: str = "",
        can_focus: bool = False,
        id: str | None = None,
        classes: str = "",
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._body = children
        self.rule = Rule(title, right)
        self.can_focus = can_focus

    def compose(self) -> ComposeResult:
        """The rule, then the body."""
        yield self.rule
        yield from self._body

    # Told by messages, not by :focus-within, which makes Textual restyle every widget below.

    def on_descendant_focus(self) -> None:
        """Light the rule."""
        self.rule.light(True)

    def on_descendant_blur(self) -> None:
        """Dim it."""
        self.rule.light(False)

    def on_focus(self) -> None:
        """As for a part of it."""
        self.rule.light(True)

    def on_blur(self) -> None:
        """As for a part of it."""
        self.rule.light(False)

    def set_rule(self, title: str | None = None, right: str | None = None) -> None:
        """Change the rule's ends; None leaves one."""
        self.rule.show(title, right)
