"""Lines of styled cells: built by pure functions, compared cell by cell.

A line is a tuple of (text, kind) spans, kinds as in ``painted``. Comparing two lines costs next
to nothing, which is what lets a live screen send only the cells that changed (Textual repaints
whole regions).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pimp_tui.tui.widgets.painted import Span

Line = tuple[Span, ...]
#: Stands for the right half of a wide character, so that a line has a character a cell.
HALF = "\u200b"


def line(*parts: str | Span) -> Line:
    """A line from bare strings and (text, style) spans; empty parts vanish."""
    spans = (part if isinstance(part, tuple) else (part, "") for part in parts)
    return tuple((text, style) for text, style in spans if text)


def text_of(cells: Line) -> str:
    """The characters of a line."""
    return "".join(text for text, _ in cells)


def width_of(cells: Line) -> int:
    """Number of cells, one a character."""
    return sum(len(text) for text, _ in cells)


def fit(cells: Line, width: int, more: str = "") -> Line:
    """Exactly ``width`` cells: padded with blanks or cut, ``more`` in the last cells if cut."""
    have = width_of(cells)
    if have <= width:
        return cells if have == width else (*cells, (" " * (width - have), ""))
    room, kept = max(width - len(more), 0), []
    for text, style in cells:
        if room <= 0:
            break
        kept.append((text[:room], style))
        room -= len(text)
    tail = (more[:width], "dim")
    return line(*kept, tail)


def columns(cells: Line) -> list[Span]:
    """One (character, style) pair a cell."""
    return [(char, style) for text, style in cells for char in text]


def from_columns(cells: Iterable[Span]) -> Line:
    """The reverse of :func:`columns`: neighbours of one style become one span."""
    spans: list[Span] = []
    for char, style in cells:
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + char, style)
        else:
            spans.append((char, style))
    return tuple(spans)


def changed(old: Line, new: Line) -> tuple[int, int] | None:
    """The run [start, end) of cells from the first to the last that differs; None if none does.

    One run, not several: Textual's compositor writes a line from the left edge of the widget to
    the end of a dirty region, so a second region on the line would send the first again.
    """
    if old == new:
        return None
    before, after = columns(old), columns(new)
    length = max(len(before), len(after))
    before += [("", "")] * (length - len(before))
    after += [("", "")] * (length - len(after))
    differs = [x for x in range(length) if before[x] != after[x]]
    if not differs:
        return None
    end = differs[-1] + 1
    half = end < length and HALF in (before[end][0], after[end][0])
    return differs[0], end + half


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Break text at blanks to at most ``width`` cells a line; long words are cut."""
    import textwrap

    if width <= len(indent):
        return [text[:width]]
    lines = textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
    return lines or [""]


def flow(items: Iterable[str], width: int, gap: str = "   ", indent: str = "") -> list[str]:
    """Items one after the other, broken between them; only an item wider than the line is cut."""
    rows: list[str] = []
    for item in items:
        if rows and len(rows[-1]) + len(gap) + len(item) <= width:
            rows[-1] += gap + item
        else:
            rows.append(((indent if rows else "") + item)[: max(width, 0)])
    return rows


def middle(text: str, width: int, more: str = "…") -> str:
    """At most ``width`` cells: the middle goes, so that a path keeps its file name."""
    if len(text) <= width:
        return text
    room = max(width - len(more), 0)
    head = room // 3
    return text[:head] + more + text[len(text) - (room - head) :] if room else text[:width]


def apart(names: Sequence[str], width: int, more: str = "…") -> dict[str, str]:
    """Name -> at most ``width`` cells of it: the end goes, or the middle of those that would be
    the same without their end."""
    short = {n: n if len(n) <= width else n[: max(width - len(more), 0)] + more for n in names}
    alike = Counter(short.values())
    return {n: middle(n, width, more) if alike[cut] > 1 else cut for n, cut in short.items()}


def printable(text: str, tab: int = 4) -> str:
    """Text with a character a cell: tabs expanded, wide characters followed by ``HALF``, marks
    that have no cell of their own joined or left out, control characters as ``?``."""
    flat = text.expandtabs(tab)
    if flat.isascii() and flat.isprintable():
        return flat
    from unicodedata import normalize

    return "".join(map(_one, normalize("NFC", flat)))


def _one(character: str) -> str:
    from rich.cells import get_character_cell_size

    width = get_character_cell_size(character)
    if width == 0 and ord(character) > 0xFF:  # a joiner, a mark upon the character before
        return ""
    if not character.isprintable() or width == 0:
        return "?"
    return character + HALF * (width - 1)


def shown(text: str) -> str:
    """What is sent for cells: without ``HALF``, and halves of cut wide characters as ``?``."""
    if text.isascii():
        return text
    if HALF not in text:
        return "".join("?" if len(_one(c)) > 1 else c for c in text)
    found = []
    for at, character in enumerate(text):
        if character == HALF:
            if not at or len(_one(text[at - 1])) < 2:
                found.append("?")
        elif len(_one(character)) > 1 and text[at + 1 : at + 2] != HALF:
            found.append("?")
        else:
            found.append(character)
    return "".join(found)


def side_by_side(left: Sequence[Line], right: Sequence[Line], width: int, gap: Line) -> list[Line]:
    """Two columns of lines; the left one ``width`` cells wide, ``gap`` between them."""
    height = max(len(left), len(right))
    pad_left = [*left, *[()] * (height - len(left))]
    pad_right = [*right, *[()] * (height - len(right))]
    return [(*fit(a, width), *gap, *b) for a, b in zip(pad_left, pad_right, strict=True)]
