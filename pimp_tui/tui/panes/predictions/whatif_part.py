"""The What-if part: options with their values at the left, predictions at the right."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.message import Message

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.predictions.whatif import Desk, Guess
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, apart, fit, line, side_by_side, wrap
from pimp_tui.tui.widgets.numbers import ENERGY, change, option_text, scale_of
from pimp_tui.tui.widgets.painted import Span


class WhatIf(Block, can_focus=True):
    """``h`` ``l`` change the option under the cursor, Space locks it, the rest follows.

    Attributes:
        guess: the configuration considered; None before a session is read.
        base: the measured row it started from.
        predictions: metric -> prediction, lower, upper; None while they are worked out.
        fault: why there are none.
        predictable: whether any will come.
        nothing: why there is no configuration to start from.
    """

    BINDINGS = [  # noqa: RUF012
        bind("down,j", "step(1)", "what-if.down"),
        bind("up,k", "step(-1)", "what-if.up"),
        bind("g,home", "step(-1000)", "what-if.first"),
        bind("G,end", "step(1000)", "what-if.last"),
        bind("right,l", "turn(1)", "what-if.next-value", "What if: the next value"),
        bind("left,h", "turn(-1)", "what-if.previous-value", "What if: the value before"),
        bind("space", "lock", "what-if.lock", "What if: lock this value"),
    ]

    class Changed(Message):
        """Another configuration is considered."""

    def __init__(self) -> None:
        super().__init__()
        self.desk: Desk | None = None
        self.options: list[str] = []
        self.guess: Guess | None = None
        self.base: dict[str, Any] = {}
        self.base_name = ""
        self.known: dict[str, str] = {}
        self.metrics: list[str] = []
        self.plan_options: list[str] = []
        self.predictions: dict[str, dict[str, Any]] | None = None
        self.fault = ""
        self.predictable = True
        self.nothing = ""
        self.locked: frozenset[str] = frozenset()
        self._cursor = self._top = 0
        self._asked = 0
        self._turn = asyncio.Lock()

    async def start(self, row: dict[str, Any], name: str) -> None:
        """Consider a measured row.

        Raises:
            UserError: it is no configuration of the space.
        """
        desk = self.desk
        if desk is None:
            return
        async with self._turn:
            guess = await asyncio.to_thread(desk.start, row, self.options, frozenset())
        self.base, self.base_name, self.locked = row, name, frozenset()
        self._take(guess)

    def _take(self, guess: Guess) -> None:
        self.guess, self.predictions, self.fault = guess, None, ""
        self.update()
        self.post_message(self.Changed())

    def show_predictions(
        self, guess: Guess, found: dict[str, dict[str, Any]] | None, fault: str = ""
    ) -> None:
        """Put predictions beside the configuration they are for, if it is still the one shown."""
        if guess is self.guess:
            self.predictions, self.fault = found, fault
            self.update()

    def promised(self, guess: Guess) -> dict[str, Any]:
        """A configuration's row with what is predicted of it, so far as that is worked out."""
        row = dict(guess.row)
        for metric, found in ((self.predictions or {}) if guess is self.guess else {}).items():
            row[metric] = found.get("prediction")
            row |= {f"{metric}_{end}": found.get(end) for end in ("lower", "upper")}
        return row

    @property
    def comes(self) -> bool:
        """Whether predictions of this configuration are on their way."""
        return self.predictable and self.predictions is None and not self.fault

    @property
    def option(self) -> str:
        """The option under the cursor."""
        return self.options[self._cursor] if self.options else ""

    def row_options(self, guess: Guess) -> list[str]:
        """Names of all options in a configuration's row."""
        keys = ("config_id", "position", "sampler")
        known = self.plan_options
        return [name for name in guess.row if name not in keys and name in known]

    def action_step(self, by: int) -> None:
        """Another option."""
        self._cursor = max(0, min(self._cursor + by, len(self.options) - 1))
        self._asked = 0
        self.update()

    async def action_turn(self, by: int) -> None:
        """The next or previous value that keeps the configuration valid."""
        guess, name, desk = self.guess, self.option, self.desk
        if guess is None or desk is None or not name or self._turn.locked():
            return
        values = guess.offered.get(name) or []
        if len(values) < 2:
            self.fault = f"{name}: no other value is valid beside what is locked"
            self.update()
            return
        at = values.index(guess.row[name]) if guess.row[name] in values else 0
        value = values[(at + by) % len(values)]
        async with self._turn:
            try:
                fresh = await asyncio.to_thread(
                    desk.change, guess, name, value, self.options, self.locked
                )
            except UserError as error:
                self.fault = str(error)
                self.update()
                return
        self._take(fresh)

    async def why_refused(self) -> str:
        """Why a refused value of this option is none, the next one each time; "" without any."""
        guess, desk, name = self.guess, self.desk, self.option
        refused = guess.refused.get(name) if guess else None
        if guess is None or desk is None or not refused:
            return ""
        value = refused[self._asked % len(refused)]
        self._asked += 1
        async with self._turn:
            words = await asyncio.to_thread(desk.why_not, guess, name, value, self.locked)
        more = f" ({len(refused)} refused: w tells the next)" if len(refused) > 1 else ""
        return f"{name}={option_text(value)}{more}: {words}"

    async def action_lock(self) -> None:
        """Keep this option's value when others change, or let it follow again."""
        guess, desk = self.guess, self.desk
        if guess is None or desk is None or self._turn.locked():
            return
        self.locked ^= {self.option}
        async with self._turn:
            row = guess.row
            fresh = await asyncio.to_thread(desk.start, row, self.options, self.locked)
        self.guess = Guess(fresh.row, fresh.offered, guess.changed, fresh.refused)
        self.update()
        self.post_message(self.Changed())

    def body(self, width: int, height: int) -> list[Line]:
        """Both columns."""
        if self.guess is None:
            note = "reading the feature model…" if self.options else self.nothing
            return [line((f"  {note}" if note else "", "dim"))]
        if not self.options:
            return [line(("  every planned configuration is the same: no option to change", "dim"))]
        longest = max(map(len, self.options))
        left = max(min(width // 2 - 10, 44), min(longest + 17, width - 50), 24)
        self._top = max(self._cursor - height + 1, min(self._top, self._cursor), 0)
        last = min(self._top + height, len(self.options)) - 1
        names = apart(self.options, max(left - 17, 8))
        rows = [self._option_row(n, left, last, names) for n in range(self._top, last + 1)]
        return side_by_side(rows, self._right(width - left - 2, height), left, line("  "))[:height]

    def _option_row(self, index: int, width: int, last: int, names: dict[str, str]) -> Line:
        assert self.guess is not None
        name = self.options[index]
        here = index == self._cursor
        value = option_text(self.guess.row.get(name))
        many = len(self.guess.offered.get(name) or []) > 1
        locked = name in self.locked
        room = max(width - 17, 8)
        label = names[name]
        shown = f"< {value:<7.12} >" if many else f"  {value:<7.12}  "
        kind = (
            "cursor"
            if here and self.has_focus
            else ("accent" if name in self.guess.changed else "")
        )
        above = index == self._top and index > 0
        below = index == last and index < len(self.options) - 1
        edge = ">" if here else "↑" if above else "↓" if below else " "
        mark = "L" if locked else ("*" if name in self.guess.changed else " ")
        return fit(line((f"{edge}{mark}{label:<{room}} {shown}", kind)), width)

    def _right(self, width: int, height: int) -> list[Line]:
        rows = self._metric_rows(self.metrics[: max(height - 2, 1)], width)
        rows.append(self._values_row(width))
        if told := self.fault or self._unknown:
            rows += [line((part, "warn")) for part in wrap(told, width)[:2]]
        rows.append(line((self._verdict(), "dim")))
        return rows

    def _values_row(self, width: int) -> Line:
        """Every value of the option under the cursor: the present one, the refused ones struck."""
        assert self.guess is not None
        offered = self.guess.offered.get(self.option) or []
        refused = self.guess.refused.get(self.option) or []
        now = self.guess.row.get(self.option)
        parts: list[Span] = []
        for value in [*offered, *refused]:
            text = option_text(value)
            if value == now:
                parts.append((f"[{text}]", "accent"))
            else:
                parts.append((f"({text})", "struck") if value in refused else (text, ""))
        why = ("  w why not", "dim") if refused else ("", "")
        while len(parts) > 3 and sum(len(text) + 1 for text, _ in (*parts, why)) > width - 8:
            del parts[0 if parts[0][1] == "" else -1]
        spaced = [span for part in parts for span in (part, (" ", ""))]
        return line("values  ", *spaced, why)

    def _metric_rows(self, metrics: list[str], width: int) -> list[Line]:
        """``energy   26.1 -> ~19.6 kJ  [18.9, 20.4]  -25%``, column under column."""
        table = [self._metric_row(metric) for metric in metrics]
        before, after, interval = (
            max((len(row[at]) for row in table), default=0) for at in (1, 2, 3)
        )
        longest = max((len(row[4]) for row in table), default=0)
        spare = width - (8 + 1 + before + 4 + after + interval + longest)
        gap = "  " if spare >= 4 else " "
        if spare < 2:  # no blanks within the intervals, so that no difference is cut
            interval = max(interval - 1, 0)
            table = [(*row[:3], row[3].replace(", ", ","), row[4]) for row in table]
        return [
            line(f"{name:<8.8} {old:>{before}} -> ", (f"{new:<{after}}", "bright"),
                 f"{gap}{ends:<{interval}}{gap}", (delta, "accent"))
            for name, old, new, ends, delta in table
        ]  # fmt: skip

    def _metric_row(self, metric: str) -> tuple[str, str, str, str, str]:
        before = self.base.get(metric)
        guess = (self.predictions or {}).get(metric) or {}
        after, low, high = (guess.get(key) for key in ("prediction", "lower", "upper"))
        scale = scale_of(metric, [before, after])
        estimated = metric in ENERGY and bool(self.base.get("energy_estimated"))
        old = scale.number(before, estimated)
        if after is None:
            new = "…" if self.comes else "-"
            return scale.name, old, f"{new} {scale.unit}".rstrip(), "", ""
        interval = f"[{scale.number(low)}, {scale.number(high)}]" if low is not None else ""
        delta = change(after, before, metric)
        new = f"~{scale.number(after)} {scale.unit}".rstrip()
        # From a configuration to itself nothing changes: the rest is the learner's error.
        shown = delta != "-" and not self._at_base
        return scale.name, old, new, interval, f"~{delta}" if shown else ""

    @property
    def _unknown(self) -> str:
        """Why a metric of this configuration is not predicted; empty where all are."""
        reasons = (found.get("reason") for found in (self.predictions or {}).values())
        return next((str(reason) for reason in reasons if reason), "")

    @property
    def _at_base(self) -> bool:
        assert self.guess is not None
        return bool(self.guess.row.get("config_id") == self.base.get("config_id"))

    def _verdict(self) -> str:
        assert self.guess is not None
        if self._at_base:
            return f"valid: yes · {self.base_name} as measured and as learnt"
        config = str(self.guess.row.get("config_id"))
        name = self.known.get(config)
        if name:
            return f"valid: yes · planned as {name}"
        return "valid: yes · never measured · v queues it"
