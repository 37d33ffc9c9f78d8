"""What the terminal shows, cell by cell, so that only what differs is sent.

Textual repaints whole regions, and the whole screen several times while screens and panes are
laid out: 200x60 cells were 140 kB to open a session, six seconds on a line of 25 kB/s.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

_RESET = "\x1b[0m"
#: So many equal cells are sent again where stepping over them would cost as much.
_BRIDGE = 4
#: Right half of a wide character.
_HALF = ""

Look = tuple[str, str]


class Canvas:
    """The cells as they were sent last; a cell of unknown content is None."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._texts: list[list[str | None]] = []
        self._looks: list[list[Look | None]] = []

    def forget(self) -> None:
        """Somebody else wrote to the terminal, or its size changed."""
        self._size = Size(0, 0)

    def changes(self, update: LayoutUpdate | ChopsUpdate, size: Size, console: Console) -> str:
        """Sequences that turn what the terminal shows into what ``update`` shows.

        Returns:
            An empty text where nothing differs. What is returned must be sent: it counts as
            shown from now on.
        """
        if size != self._size:
            self._size = size
            self._texts = [[None] * size.width for _ in range(size.height)]
            self._looks = [[None] * size.width for _ in range(size.height)]
        colours = console._color_system or ColorSystem.TRUECOLOR
        dirty: dict[int, set[int]] = {}
        for y, x, segments in _pieces(update):
            if 0 <= y < size.height:
                self._lay(y, x, segments, colours, dirty.setdefault(y, set()))
        return "".join(self._sequences(dirty))

    def _lay(
        self, y: int, x: int, segments: Iterator[Segment], colours: ColorSystem, dirty: set[int]
    ) -> None:
        """Put a piece of a row into the cells; note which of them changed."""
        texts, looks, width = self._texts[y], self._looks[y], self._size.width
        for text, style, control in segments:
            if control or x >= width:
                continue
            look = _look(style, colours) if style else ("", "")
            fresh = list(text) if text.isascii() else list(_cells(text))
            del fresh[width - x :]
            end = x + len(fresh)
            if texts[x:end] != fresh or looks[x:end] != [look] * len(fresh):
                for at, char in enumerate(fresh, x):
                    if texts[at] != char or looks[at] != look:
                        dirty.add(at)
                        texts[at], looks[at] = char, look
            x = end

    def _sequences(self, dirty: dict[int, set[int]]) -> Iterator[str]:
        active: Look = ("", "")
        for y, places in sorted(dirty.items()):
            texts, looks = self._texts[y], self._looks[y]
            after = -1  # the column that the terminal's cursor stands on, in this row
            for x in sorted(places):
                if texts[x] == _HALF and x - 1 >= after:
                    x -= 1  # its left half brings it
                if x < after:
                    continue
                start = x
                if 0 <= after < x <= after + _BRIDGE and None not in texts[after:x]:
                    start = after
                elif after < 0:
                    yield f"\x1b[{y + 1};{x + 1}H"
                elif x > after:
                    yield f"\x1b[{x - after}C"
                for at in range(start, x + 1):
                    text, look = texts[at], looks[at]
                    if text is None or look is None:
                        continue
                    if look != active:
                        yield active[1] + look[0]
                        active = look
                    yield text
                after = x + 1
                while after < len(texts) and texts[after] == _HALF:
                    after += 1
        yield active[1]


class Changes(CompositorUpdate):
    """An update that is sequences already."""

    def __init__(self, sequences: str) -> None:
        self.sequences = sequences

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Segment(self.sequences)

    def render_segments(self, console: Console) -> str:
        """The sequences."""
        return self.sequences


def paints(renderable: object) -> bool:
    """Whether this is an update whose cells the canvas can read."""
    return isinstance(renderable, LayoutUpdate | ChopsUpdate)


def _pieces(
    update: LayoutUpdate | ChopsUpdate,
) -> Iterator[tuple[int, int, Iterator[Segment]]]:
    """(row, column, segments) of an update."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield y, update.region.x, (segment for strip in strips for segment in strip)
        return
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            # A piece within the span is what one widget shows of a row: all of it is true.
            # One that begins where the span ends is not drawn: it holds what lies beneath.
            if strip is not None and x < x2 and end > x1:
                yield y, x, iter(strip)


@lru_cache(8192)
def _cells(text: str) -> tuple[str, ...]:
    """One text a cell: a wide character and its right half, marks upon what they stand on."""
    found: list[str] = []
    for char in text:
        width = get_character_cell_size(char)
        if width == 0 and found:
            at = len(found) - (2 if found[-1] == _HALF and len(found) > 1 else 1)
            found[at] += char
        elif width:
            found += [char, *[_HALF] * (width - 1)]
    return tuple(found)


@lru_cache(8192)
def _look(style: Style, colours: ColorSystem) -> Look:
    """What stands before and after a text in a style."""
    before, _, after = Strip.render_style(style, "\0", colours).partition("\0")
    return before, after
