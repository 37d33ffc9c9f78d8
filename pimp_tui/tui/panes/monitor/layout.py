"""How the Monitor's parts share the body, from 60x14 to very wide (wireframes 5)."""

from __future__ import annotations

from typing import NamedTuple

WIDE, VERY_WIDE = 110, 160
#: Rows above the parts: what runs, and the bar of the plan.
HEAD = 2


class Layout(NamedTuple):
    """Rows of each part on the left, and columns of the right side (0: hidden)."""

    devices: int
    power: int
    latency: int
    events: int
    right: int


def layout(width: int, height: int, devices: int, foreign: int = 0) -> Layout:
    """Share a body of ``width`` x ``height`` cells.

    Every part has a rule of one row; two devices have a row each, the rest is told in the rule,
    where the terminal is small. Other people's processes get a row there, three elsewhere.
    """
    right = 0 if width < WIDE else (40 if width < VERY_WIDE else round(width * 0.34))
    rows = 1 + min(max(devices, 1), 2 if height < 30 else 8)
    rows += min(foreign, 1 if height < 30 else 3)
    rest = height - HEAD - rows
    events = max(round(rest * 0.3), 2)
    latency = max(round((rest - events) * 0.4), 2)
    return Layout(rows, rest - events - latency, latency, events, right)
