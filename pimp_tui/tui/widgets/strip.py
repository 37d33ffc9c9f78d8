"""A strip chart as braille characters, its x axis sweeping over a fixed window.

Values are binned by half a column. The column of "now" wanders from left to right and starts
over; what it has not yet reached is the previous sweep. So a new value changes one column, not
the whole chart (scrolling costs four times the bytes, measured).
"""

from __future__ import annotations

from collections.abc import Mapping

from pimp_tui.tui.widgets.cells import Line, from_columns

#: Bits of the dots of a braille cell: [column][row from the top].
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
#: Blank columns in front of "now", so that the eye finds it.
GAP = 2

Bins = Mapping[int, float]


def slots(head: int, width: int) -> list[int | None]:
    """Which column of time each column of the screen shows; None in the gap before "now".

    Args:
        head: the running number of the current column, from 0.
        width: columns on the screen.
    """
    sweep, place = divmod(head, width)
    found: list[int | None] = []
    for x in range(width):
        if x <= place:
            found.append(sweep * width + x)
        elif x <= place + GAP or sweep == 0:
            found.append(None)
        else:
            found.append((sweep - 1) * width + x)
    return found


def curve(bins: Bins, head: int, width: int, height: int, low: float, high: float) -> list[str]:
    """Rows of characters, top first.

    Args:
        bins: running half column (two a column) -> value; gaps are left blank.
        low, high: values of the lowest and the highest dot.
    """
    if width <= 0 or height <= 0:
        return []
    return _braille(bins, slots(head, width), height, low, high)


def _level(value: float, low: float, high: float, steps: int) -> int:
    share = (value - low) / (high - low) if high > low else 0.0
    return min(max(round(share * (steps - 1)), 0), steps - 1)


def _braille(
    bins: Bins, shown: list[int | None], height: int, low: float, high: float
) -> list[str]:
    rows = [[0] * len(shown) for _ in range(height)]
    steps = height * 4
    for x, slot in enumerate(shown):
        if slot is None:
            continue
        for half in (0, 1):
            value = bins.get(2 * slot + half)
            if value is None:
                continue
            here = _level(value, low, high, steps)
            before = bins.get(2 * slot + half - 1)
            there = here if before is None else _level(before, low, high, steps)
            if there < here:
                first, last = there + 1, here
            elif there > here:
                first, last = here, there - 1
            else:
                first = last = here
            for level in range(first, last + 1):
                dot = steps - 1 - level
                rows[dot // 4][x] |= _DOTS[half][dot % 4]
    return ["".join(chr(0x2800 + bits) if bits else " " for bits in row) for row in rows]


def axis(
    windows: list[tuple[float, float | None, str]],
    head: int,
    width: int,
    seconds_per_column: float,
) -> tuple[str, list[int]]:
    """The row under the chart that labels each run's window, and the run number per column.

    Args:
        windows: (start_s, end_s or None while it lasts, label) of each run, oldest first, on
            the same clock as the columns.
        seconds_per_column: of the chart.

    Returns:
        A string of ``width`` characters, and per column the index of its window (-1: none).
    """
    row = ["─"] * width
    owner = [-1] * width
    shown = slots(head, width)
    at = {slot: x for x, slot in enumerate(shown) if slot is not None}
    for index, (start, end, label) in enumerate(windows):
        first = int(start // seconds_per_column)
        last = head if end is None else int(end // seconds_per_column)
        places = [at[slot] for slot in range(max(first, head - width), last + 1) if slot in at]
        for run in _stretches(places):
            for x in run:
                owner[x] = index
            closed = end is not None and run[-1] == places[-1]
            _write(row, run, label, run[0] == at.get(first), closed)
    return "".join(row), owner


def _stretches(places: list[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for x in places:
        if found and found[-1][-1] == x - 1:
            found[-1].append(x)
        else:
            found.append([x])
    return found


def _write(row: list[str], run: list[int], label: str, opened: bool, closed: bool) -> None:
    text = f"[ {label} ]"
    short = f"[{label.split()[-1]}]"
    for candidate in (text, short):
        if len(candidate) <= len(run):
            row[run[0] : run[0] + len(candidate)] = candidate
            return
    if len(run) < 3:  # many short runs: where each begins is all that can be told
        if opened and run and (run[0] == 0 or row[run[0] - 1] != "┬"):
            row[run[0]] = "┬"
        return
    if opened:
        row[run[0]] = "["
    if closed:
        row[run[-1]] = "]"


def spark(values: list[float], width: int, high: float) -> str:
    """The last values as one row of columns, two values a cell."""
    if high <= 0:
        return " " * width
    last = values[-2 * width :]
    last = [-1.0] * (2 * width - len(last)) + last
    text = ""
    for i in range(0, 2 * width, 2):
        bits = 0
        for half in (0, 1):
            if last[i + half] >= 0:
                for up in range(_level(last[i + half], 0, high, 4) + 1):
                    bits |= _DOTS[half][3 - up]
        text += chr(0x2800 + bits) if bits else " "
    return text


def frame(
    rows: list[str],
    ticks: Mapping[int, str],
    label_width: int,
    owner: list[int],
    idle_row: int | None,
    grey: bool = False,
) -> list[Line]:
    """Rows with a y axis, an idle line and every other run shaded.

    Args:
        ticks: row -> label at the axis.
        owner: per column the number of its run, from :func:`axis`.
        idle_row: row on which the idle line is drawn where the curve is not.
    """
    bar, tick, dash = "│", "┤", "┄"
    lines = []
    for y, text in enumerate(rows):
        label = ticks.get(y, "").rjust(label_width)[:label_width]
        cells = [(char, "dim") for char in label + (tick if y in ticks else bar)]
        for x, char in enumerate(text):
            if char == " " and y == idle_row:
                cells.append((dash, "dim"))
                continue
            run = owner[x] if x < len(owner) else -1
            style = "dim" if grey else ("accent" if run % 2 == 0 and run >= 0 else "")
            cells.append((char, style if char != " " else ""))
        lines.append(from_columns(cells))
    return lines


def nice(value: float) -> float:
    """The least of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below ``value``."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10):
        if step * power >= value * (1 - 1e-9):
            return step * power
    return 10 * power
