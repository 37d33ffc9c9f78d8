"""The footer: the keys that matter where the focus is; ``? help  : commands`` always last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.strip import Strip

from pimp_tui.tui.widgets.painted import Painted, Span


class FooterKey(NamedTuple):
    """One entry of the footer.

    Attributes:
        label: the key as shown: ``space``, ``/``, or two joined by a slash, ``n/N``.
        text: what it does, in a word or two.
        wide: a longer text for very wide terminals.
        drop: where room is short, entries with a higher number go first, the last of equals
            before the others.
    """

    label: str
    text: str
    wide: str = ""
    drop: int = 0

    @property
    def keys(self) -> list[str]:
        """The keys of the label, as Textual names them."""
        parts = self.label.split("/") if len(self.label) > 1 else [self.label]
        return [_NAMES.get(part, part) for part in parts]


_NAMES = {
    "/": "slash",
    "?": "question_mark",
    ":": "colon",
    "=": "equals_sign",
    "esc": "escape",
    "del": "delete",
}
#: Of an input, where a colon is text.
COMMANDS = FooterKey("ctrl+p", "commands")
ALWAYS = (FooterKey("?", "help"), FooterKey(":", "commands"))
_VERY_WIDE = 160


class Footer(Painted):
    """Paints footer entries; never cuts one, drops the least important instead."""

    DEFAULT_CSS = "Footer { height: 1; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._keys: tuple[FooterKey, ...] = ()
        self._always: tuple[FooterKey, ...] = ALWAYS

    @property
    def shown(self) -> list[FooterKey]:
        """The entries that fit, in order."""
        return self._fitting(self.size.width)

    def show(self, keys: Sequence[FooterKey], always: Sequence[FooterKey] = ALWAYS) -> None:
        """Set the entries, most used first, and those that are never dropped."""
        if (tuple(keys), tuple(always)) != (self._keys, self._always):
            self._keys, self._always = tuple(keys), tuple(always)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row."""
        width = self.size.width
        if y:
            return self.paint((), width)
        gap = self._gap(width)
        spans: list[Span] = [(" ", "")]
        for key in self.shown:
            text = key.wide or key.text if width >= _VERY_WIDE else key.text
            spans += [(key.label, "accent"), (f" {text}{gap}", "")]
        return self.paint(spans, width)

    def _gap(self, width: int) -> str:
        return "   " if width >= _VERY_WIDE else "  "

    def _fitting(self, width: int) -> list[FooterKey]:
        keys = list(self._keys)
        gap = len(self._gap(width))
        wide = width >= _VERY_WIDE

        def size(some: list[FooterKey]) -> int:
            texts = [key.wide or key.text if wide else key.text for key in some]
            each = (cell_len(k.label) + 1 + cell_len(t) for k, t in zip(some, texts, strict=True))
            return 1 + sum(each) + gap * (len(some) - 1)

        while keys and size([*keys, *self._always]) > width:
            worst = max(range(len(keys)), key=lambda index: (keys[index].drop, index))
            del keys[worst]
        return [*keys, *self._always]
