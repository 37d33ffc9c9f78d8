"""The Monitor's right side: this configuration, its repeats, what comes next, failures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.widget import Widget

from pimp_tui.tui.panes.monitor import text
from pimp_tui.tui.panes.monitor.model import Model
from pimp_tui.tui.panes.monitor.remarks import remarks
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, line, wrap
from pimp_tui.tui.widgets.section import Section


class SideBar(Widget):
    """Four parts under each other; the configuration only where there is room."""

    DEFAULT_CSS = "SideBar { layout: vertical; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__(classes="divided")
        self._model: Model | None = None
        self._plan: PlanInfo | None = None
        self._repeats_planned = 1
        self._manifest: Mapping[str, Any] = {}
        self._drawn: tuple[Any, ...] = ()

    def compose(self) -> ComposeResult:
        """The parts."""
        self.blocks = [
            Block(self._configuration),
            Block(self._repeats),
            Block(self._next),
            Block(self._failures),
        ]
        titles = ("This configuration", "Repeats of it", "Still to run", "Failures, remarks")
        self.parts = [
            Section(block, title=title, can_focus=True)
            for block, title in zip(self.blocks, titles, strict=True)
        ]
        yield from self.parts

    def set_room(self, very_wide: bool) -> None:
        """Show the configuration where the side is broad."""
        self.parts[0].display = very_wide
        for part, share in zip(self.parts, ("17fr", "14fr", "10fr", "14fr"), strict=True):
            part.styles.height = share

    def show(
        self, model: Model, plan: PlanInfo | None, repeats: int, manifest: Mapping[str, Any]
    ) -> None:
        """Draw for a model, a session's manifest, and so many repeats of each configuration."""
        self._model, self._plan, self._repeats_planned = model, plan, repeats
        self._manifest = manifest
        if not self.display:
            return
        config = self._config()
        name = plan.name(config) if plan and config else ""
        self.parts[0].set_rule(right=name)
        self.parts[1].set_rule(right=name)
        self.parts[2].set_rule(right="X skip" if model.live else "")
        failed = sum(count for _, count, _ in text.failures(model, plan))
        self.parts[3].set_rule(right=f"{failed} of {len(model.runs)}" if model.runs else "")
        self.blocks[1].update()  # how far the repeat is
        # The others change with a run, not with the second; a resize draws them anyway.
        drawn = (model, plan, config, len(model.runs), len(model.events), model.foreign, manifest)
        if drawn != self._drawn:
            self._drawn = drawn
            for block in (self.blocks[0], *self.blocks[2:]):
                block.update()

    def forget(self) -> None:
        """Draw everything at the next ``show``: the past was read."""
        self._drawn = ()

    def _config(self) -> str | None:
        """The configuration that runs, or ran last."""
        model = self._model
        if model is None:
            return None
        if model.current is not None:
            return model.current.config_id
        return next(reversed(model.runs.values())).config_id if model.runs else None

    def _configuration(self, width: int, height: int) -> list[Line]:
        config = self._config()
        if not self._plan or not config:
            return []
        room = max(min(width // 2, 34), 12)
        return [
            line(f"   {name:<{room}.{room}} ", (value, "bright")) if differs
            else line((f"   {name:<{room}.{room}} {value}", "dim"))
            for name, value, differs in self._plan.settings(config)
        ]  # fmt: skip

    def _repeats(self, width: int, height: int) -> list[Line]:
        if self._model is None:
            return []
        return text.repeats_table(self._model, self._config(), width, height)

    def _next(self, width: int, height: int) -> list[Line]:
        if self._model is None or self._plan is None:
            return []
        current = self._model.current.config_id if self._model.current else None
        return text.next_rows(self._model, self._plan, current, self._repeats_planned, height)

    def _failures(self, width: int, height: int) -> list[Line]:
        if self._model is None:
            return []
        lines: list[Line] = []
        for reason, count, runs in text.failures(self._model, self._plan):
            lines.append(line((f"  {reason:<18.18} {count:>3}  ", "bad")))
            lines += [line("    " + part) for part in wrap(runs, width - 5)[:2]]
        for what, told in remarks(self._model, self._plan, self._manifest):
            lines.append(line((f"  ! {what}", "warn")))
            lines += [line("    " + part) for part in wrap(told, width - 5)[:3]]
        return lines or [line(("  none", "dim"))]
