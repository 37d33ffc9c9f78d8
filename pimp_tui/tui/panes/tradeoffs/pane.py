"""The Trade-offs pane: the measured front at once, the predicted one when the child has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import events, work
from textual.app import ComposeResult

from pimp_tui.errors import UserError
from pimp_tui.tui.learner import child_of
from pimp_tui.tui.panes.base import FooterKey
from pimp_tui.tui.panes.results.details import compare
from pimp_tui.tui.panes.tradeoffs import cloud, details, heading
from pimp_tui.tui.panes.tradeoffs.fronting import FrontActions
from pimp_tui.tui.panes.tradeoffs.layout import Parts
from pimp_tui.tui.panes.tradeoffs.objectives import Objectives
from pimp_tui.tui.panes.tradeoffs.points import (
    check_constraint,
    read_ground,
    remembered,
)
from pimp_tui.tui.panes.tradeoffs.promises import promise_rows
from pimp_tui.tui.snapshot import Snapshot, nothing_measured
from pimp_tui.tui.widgets.axis import Axis
from pimp_tui.tui.widgets.cells import Line, fit, line
from pimp_tui.tui.widgets.numbers import scale_of
from pimp_tui.tui.widgets.scrolled import Scrolled


class TradeoffsPane(FrontActions):
    """Measured and predicted configurations over two objectives, the front to walk along."""

    title = "Trade-offs"
    help_text = (
        "Which configurations no other one beats in every objective. Left and right walk this "
        "front; the deltas to the neighbour and to the library's default move along. e exports "
        "the point under the cursor."
    )
    help_words: ClassVar[Mapping[str, str]] = {
        "front": "the points that no other point beats in every objective",
        "#": "measured, on the front",
        "o": "predicted, on the front; never measured",
        "~3fa9": "a predicted point, by the head of its config_id; ~#41 where it is planned",
        ".": "measured, off the front",
        "@": "the point under the cursor",
        "v ^": "less, more is better",
        "base": "the baseline: the configuration of your own that the campaign measured",
        "no loss": "accuracy is above the control's - 0.01, with 95 % confidence",
        "not shown": "too few problems to say whether accuracy is lost",
        "knee": "the point of the front that lies furthest inside the line of its ends",
    }

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        child = child_of(workspace)
        assert child is not None, "the registry shows this pane with a session only"
        self.child = child
        self._visible = False
        self._back: Mapping[str, Any] = {}

    def compose(self) -> ComposeResult:
        """All parts."""
        self.parts = Parts(
            self._paint, self._draw_details, self._draw_front, self._draw_options,
            self._compared, self._left_out,
        )  # fmt: skip
        yield self.parts

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """By what is open."""
        if self.is_mounted and self.app.focused is self.parts.objectives:
            return [FooterKey("space", "change"), FooterKey("d", "drop constraint", drop=1),
                    FooterKey("esc", "close")]  # fmt: skip
        if self.is_mounted and self.parts.left_part.display:
            return [
                *self._scroll_key(self.parts.left_out),
                FooterKey("y", "copy the path"),
                FooterKey("esc", "close"),
            ]
        if self.is_mounted and self.app.focused is self.parts.compare:
            return [
                *self._scroll_key(self.parts.compare),
                FooterKey("=", "close"),
                FooterKey("z", "zoom"),
            ]
        if self.walk.row is None:
            if self.ground is None:
                return []  # it is being read
            if not self.ground.frame.height:
                return [FooterKey("r", "run")]
            return [
                FooterKey("c", "objectives"),
                FooterKey("b", "budget"),
                FooterKey("d", "deadline"),
            ]
        return [
            *([FooterKey("esc", "stop")] if self.learning else []),
            FooterKey("h/l", "walk", "walk front"),
            FooterKey("c", "objectives"),
            FooterKey("b", "budget", "at most … J", 1),
            FooterKey("d", "deadline", "at most … s", 1),
            FooterKey("m", "mark", drop=2),
            FooterKey("v", "verify", drop=2),
            FooterKey("e", "export"),
            FooterKey("=", "compare", drop=3),
            FooterKey("w", "why", "why off the front", 2),
            FooterKey("y", "copy", drop=4),
            FooterKey("z", "zoom", drop=4),
        ]

    def _scroll_key(self, block: Scrolled) -> list[FooterKey]:
        return [FooterKey("j/k", "scroll")] if block.hides else []

    # Data.

    def shown(self) -> None:
        """Read what changed since."""
        self._visible = True
        self._load()

    def hidden(self) -> None:
        """Ask nothing while hidden."""
        self._visible = False

    def session_changed(self, snapshot: Snapshot) -> None:
        """New runs move the front."""
        if self._visible and snapshot.changed & {"runs", "plan"}:
            self._load()

    @work(group="tradeoffs-load", exclusive=True)
    async def _load(self) -> None:
        try:
            self.ground = await self.reader.get("tradeoffs-ground", read_ground)
        except UserError as error:
            self.say_error(error)
            return
        if not self.problem.objectives:
            self.problem = remembered(self._back, self.ground)
        self.solve()

    def place(self) -> dict[str, Any]:
        """Objectives, constraints and the point under the cursor."""
        if not self.problem.objectives:
            return dict(self._back)
        row = self.walk.row
        return {
            "objectives": dict(self.problem.objectives),
            "constraints": list(self.problem.constraints),
            "point": row["config_id"] if row else None,
        }

    def put_back(self, place: Mapping[str, Any]) -> None:
        """Once the session is read."""
        self._back = place
        point = place.get("point")
        self.walk.wanted = point if isinstance(point, str) else None

    # Drawing.

    def _draw(self) -> None:
        points, ground = self.walk.points, self.ground
        note = ""
        if ground is None:
            note = "reading the session…"
        elif not ground.frame.height:
            note = nothing_measured(self.snapshot)
        elif len(self.problem.objectives) < 2:
            note = "two objectives are needed; c chooses them"
        elif points.emptied and not points.front:
            note = points.emptied
        self.parts.plot.note = note
        wide = self.size.width >= 110
        room = self.parts.plot_part.size.width
        self.parts.plot_part.set_rule(
            *heading.words(self.problem, self.walk, ground, self.learning, room)
        )
        row = self.walk.row
        name = details.name_of(row, ground.plan) if row and ground else ""
        state = details.state_of(row, ground.repeats) if row and ground else ""
        self.parts.details_part.set_rule(name, state if wide else "")
        self.parts.front_part.set_rule(right=self._trade(row))
        self.parts.update_all()
        self.refresh_footer()

    def _trade(self, row: dict[str, Any] | None) -> str:
        """The point against the user's own baseline, or else the library's default."""
        ground = self.ground
        known = details.references(row, ground.default, ground.baseline) if row and ground else []
        if not known or row is None:
            return "m mark · v queue to verify" if row else ""
        name, other = known[-1]
        assert other is not None
        long = {"base": "baseline"}.get(name, name)
        trade = details.trade_words(row, other, [*self.problem.objectives])
        verdict = self.verdicts.words(row) if long in self.verdicts.against else ""
        return f"against the {long}: {trade}{f' ({verdict})' if verdict else ''}"

    def _paint(self, figure: Any, width: int, height: int) -> tuple[Axis, Axis] | None:
        if self.ground is None:
            return None
        row, points = self.walk.row, self.walk.points
        return cloud.paint(figure, points, self.problem, self.ground.plan, row, width, height)

    def _shown_metrics(self, most: int) -> list[str]:
        ground = self.ground
        if ground is None:
            return []
        order = [*self.problem.objectives, "energy_j", "duration_s", "latency_s", "pass_at_1",
                 "energy_above_idle_j", "tokens_per_s", "j_per_token", "ttft_s",
                 "peak_memory_bytes", *ground.metrics]  # fmt: skip
        return [m for m in dict.fromkeys(order) if m in ground.metrics][:most]

    def _draw_details(self, width: int, height: int) -> list[Line]:
        row, ground = self.walk.row, self.ground
        if row is None or ground is None:
            return []
        return details.point(
            self.verdicts.with_interval(row), self.walk.points, self.walk.place, ground.plan,
            self._shown_metrics(3 if height < 20 else 10), ground.default, ground.baseline,
            ground.repeats, width, height,
            [*self.verdicts.rows(row, width), *promise_rows(ground.promises, row, width)],
        )  # fmt: skip

    def _draw_front(self, width: int, height: int) -> list[Line]:
        ground, front = self.ground, self.walk.points.front
        if ground is None or not (front or self.problem.where):
            return []
        metrics = list(self.problem.objectives)
        scales = {m: scale_of(m, [row.get(m) for row in front]) for m in metrics}
        where = self.problem.where
        room = height - (1 if where else 0)
        place = self.walk.place
        top = 0 if place is None else max(0, min(place - room // 2, len(front) - room))
        shown = front[top : top + room]
        names = max([5, *(len(details.name_of(row, ground.plan)) for row in shown)])
        rows = []
        for row in shown:
            config = row["config_id"]
            here = self.walk.row is not None and config == self.walk.row["config_id"]
            cells = details.front_row(
                row, ground.plan, metrics, scales, ground.repeats, config in self.queued, here,
                config in self.walk.marked, names,
            )  # fmt: skip
            rows.append(fit(cells, width, "…"))
        if where:
            rows += [()] * (room - len(rows))
            rows.append(line((f" constraint: {where}", "accent")))
        return rows

    def _draw_options(self, width: int, height: int) -> list[Line]:
        if self.walk.row is None or self.ground is None:
            return []
        return details.options_rows(self.walk.row, self.ground.plan, width)[:height]

    def _compared(self) -> list[Line]:
        rows = self.walk.marked_rows()
        if self.ground is None or not rows:
            return []
        names = [details.name_of(row, self.ground.plan) for row in rows]
        lines, _ = compare(rows, self.ground.plan, self._shown_metrics(8), names=names)
        return lines

    def _left_out(self) -> list[Line]:
        room = max((len(name) for name, _ in self.left_out), default=0) + 2
        return [line(f"   {name:<{room}}{value}") for name, value in self.left_out]

    def moved(self) -> None:
        """The cursor or the marks moved."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Share the body."""
        self.parts.set_room(event.size.width, event.size.height)
        self.call_after_refresh(self._draw)

    # Objectives.

    def on_objectives_changed(self, event: Objectives.Changed) -> None:
        """Another problem."""
        event.stop()
        if event.fault:
            self.say(event.fault, "warn")
        self.solve()

    def on_objectives_closed(self, event: Objectives.Closed) -> None:
        """Back to the front."""
        event.stop()
        self.close_lower()

    @work
    async def on_objectives_edit(self, event: Objectives.Edit) -> None:
        """Type a constraint."""
        event.stop()
        ground = self.ground
        if ground is None:
            return
        constraints = self.problem.constraints
        old = constraints[event.index] if event.index is not None else ""
        names = list(ground.frame.columns)

        def fault(text: str) -> str | None:
            return check_constraint(ground, text) if text.strip() else None

        def complete(text: str) -> list[str]:
            word = text.replace("(", " ").split(" ")[-1]
            return [n for n in names if word and n.startswith(word) and n != word][:6]

        text = await self.prompt("constraint", old, fault, None, complete)
        if text is None:
            return
        fresh = [text.strip()] if text.strip() else []
        if event.index is None:
            constraints += fresh
        else:
            constraints[event.index : event.index + 1] = fresh
        self.parts.objectives.show_again()
        self.solve()
