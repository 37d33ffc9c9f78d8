"""The Monitor pane: wires the model to its parts and draws four times a second while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.timer import Timer

from pimp_tui.errors import UserError
from pimp_tui.learning.verification.control import control_of
from pimp_tui.tui import launch
from pimp_tui.tui.panes.base import FooterKey, Pane
from pimp_tui.tui.panes.monitor import chart, history, text, watch
from pimp_tui.tui.panes.monitor.events import EventList
from pimp_tui.tui.panes.monitor.layout import VERY_WIDE, WIDE, layout
from pimp_tui.tui.panes.monitor.model import Model
from pimp_tui.tui.panes.monitor.remarks import meters_disagree
from pimp_tui.tui.panes.monitor.side import SideBar
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, fit, line, width_of
from pimp_tui.tui.widgets.live import LiveSection
from pimp_tui.tui.widgets.section import Section

_TICK_S = 0.25
#: Numbers of devices and progress refresh every tick, curves and statistics once a second.
_CHART_TICKS = 4
_REQUEST_WIDTH = 42
_READ = "w why · n next"
#: Cells of the events' rule that its own title takes.
_EVENTS_TITLE = 14


class MonitorPane(Pane):
    """What the campaign does now; what it did last when nothing runs."""

    title = "Monitor"
    help_text = (
        "Power, latency and progress of the campaign while it runs, and of its last runs "
        "afterwards. Leaving it, or closing the terminal, never stops a campaign."
    )
    help_words: ClassVar[Mapping[str, str]] = {
        "repeat": "one run of a configuration over the whole workload",
        "idle": "the power when nothing runs; measured at the start and whenever it drifts",
        "TTFT": "time to the first token of a request",
        "control": "one configuration measured all along: its last run against its first",
        "not ours": "a process of somebody else on the GPU; such runs are measured again",
        "~": "estimated, never measured",
        "!": "to be read with care: contaminated, slowed by heat, or an option without effect",
        "meters disagree": "the energy counter and the power samples differ in some run",
    }
    BINDINGS = [  # noqa: RUF012
        Binding("X", "skip", "skip", show=False, tooltip="Skip this configuration",
                id="monitor.skip"),
        Binding("w", "why", "why", show=False, tooltip="Why: the reason of a failure",
                id="monitor.why"),
        Binding("n", "failure(1)", "next failure", show=False, tooltip="Next failure",
                id="monitor.next"),
        Binding("N", "failure(-1)", "last failure", show=False, tooltip="Previous failure",
                id="monitor.previous"),
    ]  # fmt: skip

    def __init__(self, workspace: Any) -> None:
        super().__init__(workspace)
        self.plan: PlanInfo | None = None
        self.model = Model(self._position)
        self._power, self._latency = chart.Chart(), chart.Chart()
        self._timer: Timer | None = None
        self._tick = 0
        self._device_rest: dict[str, Line] = {}
        self._highest_w: float | None = None
        self._visible = False
        self._arranged: tuple[int, int, int, int] | None = None

    def compose(self) -> ComposeResult:
        """Charts left, the configuration's facts right."""
        self.head = Block(self._draw_head)
        # Apart from the rest of its row: a change sends a row from its widget's left edge on.
        self.request = Block(self._draw_request)
        self.request.styles.width = _REQUEST_WIDTH
        self.bar = Block(self._draw_bar)
        self.top = Horizontal(self.head, self.request)
        self.bar.styles.height = 1
        self.devices = Block(self._draw_devices)
        self.power = Block(self._draw_power)
        self.latency = Block(self._draw_latency)
        self.events = EventList()
        self.side = SideBar()
        self.parts = {
            "devices": LiveSection(self.devices, title="Devices", can_focus=True),
            "power": LiveSection(self.power, title="Power W", can_focus=True),
            "latency": LiveSection(self.latency, title="Latency s per request", can_focus=True),
            "events": Section(self.events, title="Events", right=_READ),
        }
        yield self.top
        yield self.bar
        with Horizontal():
            yield Vertical(*self.parts.values())
            yield self.side

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """Steering while it runs, reading otherwise."""
        state = self.snapshot.state if self.snapshot else ""
        steer: list[FooterKey] = []
        if state in ("running", "paused"):
            word = ("p", "pause") if state == "running" else ("r", "resume")
            steer = [FooterKey(*word), FooterKey("x", "stop"),
                     FooterKey("X", "skip", "skip configuration", 1)]  # fmt: skip
        elif state != "done":
            steer = [FooterKey("r", "run")]
        failed = any(event.failure or event.warning for event in self.model.events)
        read = [FooterKey("w", "why", drop=2), FooterKey("n", "next", "next failure, warning", 3)]
        read = read if failed else []
        if self.events.is_attached and self.events.rows.has_focus and self.model.events:
            read.insert(0, FooterKey("enter", "whole", "the whole event", 3))
        leave = FooterKey("q", "leave", "leave it running" if steer else "leave", drop=4)
        return [*steer, *read, FooterKey("z", "zoom", drop=3), leave]

    # Data.

    def _position(self, config_id: str) -> int | None:
        return self.plan.position(config_id) if self.plan else None

    @work(group="monitor-load", exclusive=True)
    async def _load(self) -> None:
        try:
            self.plan = await self.reader.get("plan-info", PlanInfo.of)
            past = await self.reader.get("monitor-history", history.read)
        except UserError as error:
            self.say_error(error)
            return
        if not self.model.live:
            self.model = Model(self._position)
        self.model.name_again()
        history.seed(self.model, past)
        self.side.forget()
        self._draw_all()
        self.refresh_footer()

    def shown(self) -> None:
        """Read what is missing, draw, and tick while something runs."""
        self._visible = True
        if self.plan is None or not self.model.live:
            self._load()
        self._set_timer()
        self._draw_all()

    def hidden(self) -> None:
        """Draw nothing."""
        self._visible = False
        self._set_timer()

    def live_event(self, event: dict[str, Any]) -> None:
        """Fold it in; the next tick draws it."""
        was = self.model.live
        self.model.feed(event)
        if not was:
            self._set_timer()
            self._load()
        if event.get("event") in ("run", "state"):
            self.refresh_footer()

    def session_changed(self, snapshot: Snapshot) -> None:
        """The runner came or went, or runs were written by somebody without a socket."""
        if self.model.live and not snapshot.active:
            self.model.disconnected()
            self._set_timer()
        if self._visible and not self.model.live and snapshot.changed & {"runs", "plan"}:
            self._load()
        if self._visible:
            self._draw_all()

    def _set_timer(self) -> None:
        wanted = self._visible and self.model.live
        if wanted and self._timer is None:
            self._timer = self.set_interval(_TICK_S * (2 if self.slow else 1), self._on_tick)
        elif not wanted and self._timer is not None:
            self._timer.stop()
            self._timer = None

    # Drawing.

    def _on_tick(self) -> None:
        self._tick += 1
        self.request.update()
        self.devices.update()
        if self._tick % _CHART_TICKS == 0:
            self._arrange()
            self._heads()
            self._rules()
            self._charts()

    def _draw_all(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        self._arrange()
        self._tick = 0
        self._heads()
        self.request.update()
        self.devices.update()
        self._rules()
        self._charts()

    def _heads(self) -> None:
        self.request.display = self.model.live and self.model.current is not None
        self.head.update()
        self.bar.update()

    def _charts(self) -> None:
        self.power.update()
        self.latency.update()
        self.events.show(self.model.events)
        self.side.show(self.model, self.plan, self._repeats, self._manifest)

    def _rules(self) -> None:
        estimated = bool(self.model.estimated)
        source = self.model.energy_source or ("estimate from CPU time" if estimated else "")
        height = self.devices.size.height
        hidden = len(self.model.devices) - max(height - self._foreign_rows(height), 1)
        more = f"+{hidden} more: z · " if hidden > 0 else ""
        mark = "~" if estimated and source and not source.startswith("~") else ""
        trouble = "! meters disagree · " if meters_disagree(self._manifest) else ""
        self.parts["devices"].set_rule(right=f"{trouble}{more}{mark}{source}")
        info = chart.latency_info(self.model)
        self.parts["latency"].set_rule(right=info)
        self.parts["events"].set_rule(right=self._rule_of_events())

    def _rule_of_events(self) -> str:
        """The control's drift and the keys; the footer has these too, where room is short."""
        control = self._control()
        both = f"{control} · {_READ}" if control else _READ
        room = (self.events.size.width or self.size.width) - _EVENTS_TITLE
        return both if width_of(line(both)) <= room else control or _READ

    def _control(self) -> str:
        """How far the control configuration has drifted, once it ran twice."""
        if self.plan is None or not self.plan.plan.height:
            return ""
        control = control_of(self._manifest.get("named"), str(self.plan.plan["config_id"][0]))
        if control is None:
            return ""
        name = self.plan.name(control[1])
        return watch.control_words(self.model, control[1], name, self.size.width >= WIDE)

    def _draw_head(self, width: int, height: int) -> list[Line]:
        status = self._status()
        told = text.headline(self.model, self.plan, status, self.workspace.own_words)
        return [fit(told, width, "…")]

    def _draw_request(self, width: int, height: int) -> list[Line]:
        end = text.headline_end(self.model, self._repeats)
        return [line(" " * (width - width_of(end)), *end)]

    def _draw_bar(self, width: int, height: int) -> list[Line]:
        return [text.plan_bar(self._status(), width, datetime.now())]

    def _status(self) -> dict[str, Any]:
        snapshot, state = self.snapshot, self.model.state
        if self.model.live and state:
            return state | {"eta_s": self.model.eta_s}
        if snapshot is None:
            return {}
        return {
            "state": snapshot.state,
            "runs_done": snapshot.runs_done,
            "runs_failed": snapshot.runs_failed,
            "runs_planned": snapshot.runs_planned,
            "pid": (snapshot.manifest.get("runner") or {}).get("pid"),
            "outcome": snapshot.manifest.get("outcome"),
        }

    @property
    def _manifest(self) -> dict[str, Any]:
        return self.snapshot.manifest if self.snapshot else {}

    @property
    def _repeats(self) -> int:
        settings = self._manifest.get("settings") or {}
        return int(settings.get("repeats") or 1)

    def _draw_devices(self, width: int, height: int) -> list[Line]:
        if not self.model.devices:
            return [line((" no sample yet", "dim"))]
        others = watch.foreign_rows(self.model, self._foreign_rows(height))
        left = max(height - len(others), 1)
        shown = {device.name for device in text.busiest(self.model)[:left]}
        fresh, rows = self._tick % _CHART_TICKS == 0, []
        if fresh or self._highest_w is None:
            self._highest_w = text.highest_power_w(self.model)
        for index, device in enumerate(self.model.devices.values()):
            if device.name not in shown:
                continue
            if fresh or device.name not in self._device_rest:
                rest = text.device_rest(device, self.model.live, width, self._highest_w)
                self._device_rest[device.name] = rest
            power = text.device_power(index, device, width)
            rows.append((*power, *self._device_rest[device.name]))
        return [*rows, *others]

    def _foreign_rows(self, height: int) -> int:
        """Rows of the devices that other people's processes get: a device keeps one."""
        room = height - min(len(self.model.devices), 2)
        return min(max(room, 0), watch.MOST_ROWS, watch.foreign_count(self.model))

    def _rule_of_power(self, kind: str, width: int) -> None:
        over = ""
        if not self.model.live and self.model.events:
            over = f"finished {self.model.events[-1].at:%H:%M}"
        estimated = bool(self.model.estimated)
        name = ("Power ~W" if estimated else "Power W") if kind == "power" else "Utilisation %"
        span = chart.span_text(self._power.window_s(width))
        info = chart.power_info(self.model, kind)
        self.parts["power"].set_rule(f"{name}, {span}", " · ".join(t for t in (info, over) if t))

    def _draw_power(self, width: int, height: int) -> list[Line]:
        kind = chart.power_kind(self.model)
        self._power.choose_step(self.model, width)
        self._rule_of_power(kind, width)
        idle = chart.idle_power_w(self.model) if kind == "power" else None
        bins = chart.power_bins(self.model, kind)
        headroom = 1.05 if kind == "power" else 1.0
        return self._power.draw(self.model, bins, width, height, idle=idle, headroom=headroom)

    def _draw_latency(self, width: int, height: int) -> list[Line]:
        if not len(self.model.latency):
            return [line((" no request has ended yet", "dim"))] if self.model.live else []
        self._latency.choose_step(self.model, width)
        bins = chart.latency_bins(self.model)
        return self._latency.draw(
            self.model, bins, width, height, floor_zero=False, with_axis=height > 8
        )

    def on_resize(self, event: events.Resize) -> None:
        """Share the body anew."""
        self._arranged = None
        self._draw_all()

    def _arrange(self) -> None:
        width, height = self.size
        asked = (width, height, len(self.model.devices), watch.foreign_count(self.model))
        if asked == self._arranged or self.workspace.zoom.on:
            return
        self._arranged = asked
        plan = layout(*asked)
        self.top.styles.height = 1
        for name in ("devices", "power", "latency", "events"):
            self.parts[name].styles.height = getattr(plan, name)
        self.side.display = plan.right > 0
        self.side.styles.width = plan.right
        self.side.set_room(width >= VERY_WIDE)

    # Keys.

    @work
    async def action_skip(self) -> None:
        """Skip what is left of this configuration."""
        if self.session_path is None or not self.model.live:
            self.say("nothing runs; r starts it")
            return
        try:
            await launch.steer(self.session_path, "skip")
        except UserError as error:
            self.say_error(error)
        else:
            self.say("skipping this configuration", "good")

    def action_failure(self, way: int) -> None:
        """Next or previous failure or warning in the events."""
        if not self.events.step_failure(way):
            self.say("no failure and no warning so far")

    def action_why(self) -> None:
        """The whole reason of the failure under the cursor, or of the last one."""
        if not self.events.toggle_why():
            self.say("nothing failed so far")
