"""A list to choose from, in place of another part of a pane: toggled, or one for all."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.message import Message

from pimp_tui.tui.widgets.painted import Spans
from pimp_tui.tui.widgets.rows import Rows


class Chooser(Rows):
    """Names with ``[x]`` boxes, or names one of which ``Enter`` takes.

    Args:
        several: boxes that ``Space`` toggles; otherwise ``Enter`` takes one.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("space", "flip", "toggle", show=False),
        Binding("escape,c", "close", "close", show=False),
    ]

    class Closed(Message):
        """The user is done; ``taken`` is the name that Enter took, if any."""

        def __init__(self, chooser: Chooser, taken: str | None) -> None:
            super().__init__()
            self.chooser, self.taken = chooser, taken

    class Toggled(Message):
        """A box changed."""

        def __init__(self, chooser: Chooser, name: str, on: bool) -> None:
            super().__init__()
            self.chooser, self.name, self.on = chooser, name, on

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.names: list[str] = []
        self.texts: dict[str, str] = {}
        self.on: set[str] = set()
        self.several = True

    def offer(
        self,
        names: Sequence[str],
        on: Sequence[str] = (),
        *,
        several: bool = True,
        texts: dict[str, str] | None = None,
        cursor: int = 0,
    ) -> None:
        """Offer names; ``texts`` are written behind them."""
        self.names, self.on, self.several = list(names), set(on), several
        self.texts = texts or {}
        self.set_rows([self._spans(name) for name in self.names], cursor)

    def _spans(self, name: str) -> Spans:
        box = ("[x] " if name in self.on else "[ ] ") if self.several else ""
        more = self.texts.get(name, "")
        return ((f"{box}{name}", ""), (f"  {more}" if more else "", "dim"))

    def action_flip(self) -> None:
        """Toggle the box under the cursor."""
        if not self.names or not self.several:
            return
        name = self.names[self.cursor]
        self.on ^= {name}
        self.set_rows([self._spans(n) for n in self.names])
        self.post_message(self.Toggled(self, name, name in self.on))

    def action_choose(self) -> None:
        """Enter: take this one, or be done."""
        taken = None if self.several or not self.names else self.names[self.cursor]
        self.post_message(self.Closed(self, taken))

    def action_close(self) -> None:
        """Done without taking one."""
        self.post_message(self.Closed(self, None))
