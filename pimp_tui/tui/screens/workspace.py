"""The workspace: the numbered panes on one session, or on a feature model alone."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Container
from textual.widget import Widget

from pimp_tui.errors import UserError
from pimp_tui.tui import launch
from pimp_tui.tui.learner import close_child
from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.panes.registry import PANES, PaneSpec
from pimp_tui.tui.reader import FrameReader
from pimp_tui.tui.screens.frame import FrameScreen
from pimp_tui.tui.screens.help import HelpText
from pimp_tui.tui.screens.zoom import Zoom
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.watch import SessionWatcher
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.footer import FooterKey
from pimp_tui.tui.widgets.painted import Span
from pimp_tui.tui.widgets.tabs import TabLine
from pimp_tui.tui.words import told

if TYPE_CHECKING:
    from textual.events import Key, Paste

    from pimp_tui.space.space import Space
    from pimp_tui.tui.panes.space.desk import Desk
    from pimp_tui.tui.panes.space.view import View

#: How often the place in a session is remembered, if it changed.
_KEEP_S = 5.0


class WorkspaceScreen(FrameScreen):
    """Header, tabs, one pane at a time.

    Args:
        session: the session's folder, or None.
        space_source: a feature model by name or path, when there is no session.
        first: number of the pane to show first.
        chosen: choices to begin with on the Space pane.
        loaded: that feature model where it is read already.

    Raises:
        UserError: the session cannot be read.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("0", "sessions", "go.sessions", "Go to Sessions"),
        *(
            bind(str(n), f"pane({n})", f"go.{tab.lower()}", f"Go to {tab}")
            for n, tab in ((spec.number, spec.tab) for spec in PANES)
        ),
        bind("r", "run", "run", "Run or resume the campaign"),
        bind("p", "pause", "pause", "Pause the campaign"),
        bind("x", "stop", "stop", "Stop the campaign (asks)"),
        bind("z", "zoom", "zoom", "Zoom the focused part"),
    ]  # fmt: skip

    def __init__(
        self,
        session: Path | None,
        space_source: str | Path | None = None,
        first: int = 1,
        chosen: Mapping[str, bool] | None = None,
        loaded: Space | None = None,
    ) -> None:
        super().__init__()
        self.loaded = loaded
        self.chosen = dict(chosen or {})
        self._desk: Desk | None = None
        self._loading: asyncio.Future[View] | None = None
        self.session_path = session
        self.space_source = space_source
        self.snapshot: Snapshot | None = None
        self.reader = FrameReader(session) if session else None
        self.panes: dict[int, Pane] = {}
        self.current: Pane | None = None
        self.number = first
        self.zoom = Zoom()
        known = [(spec.number, spec.tab) for spec in self._specs()]
        self.tabs = TabLine([(0, "Sessions"), *known])
        self.body = Container(id="body")
        self._watcher: SessionWatcher | None = None
        self._wanted = 0
        self._begun = False
        self._state_words = ""
        self._places: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}

    def compose_body(self) -> Iterable[Widget]:
        """Tabs and the body."""
        return (self.tabs, self.body)

    def _specs(self) -> list[PaneSpec]:
        return [spec for spec in PANES if self.session_path or not spec.needs_session]

    def on_mount(self) -> None:
        """Show the first pane and begin to watch."""
        super().on_mount()
        if self.session_path:
            self._watcher = SessionWatcher(
                self.session_path, self._on_snapshot, self._on_event, self.pimp.slow
            )
            try:
                self.snapshot = self._watcher.first()
            except UserError as error:
                self.pimp.leave_with(error)
                return
        if self.session_path and self.pimp.memory:
            found = self.pimp.memory.place(self.session_path).get("panes")
            self._places = found if isinstance(found, dict) else {}
            self.set_interval(_KEEP_S, self.keep_place)
        self._show_header()
        self._begun = True
        self.action_pane(self.number)
        # The watcher reads with Polars: let the first frame out before.
        self.set_timer(0.2, self._begin_watching)

    def _begin_watching(self) -> None:
        if self._watcher:
            self.run_worker(self._watcher.run(), group="watch", exit_on_error=True)

    # Panes.

    def action_pane(self, number: int) -> None:
        """Show a pane by its number; the last key pressed wins."""
        spec = next((spec for spec in self._specs() if spec.number == number), None)
        if spec is None:
            self.say("there is no session yet; r plans and runs one", "warn")
            return
        self._wanted = number
        if not self._begun:
            self.number = number  # a key that was faster than the screen
            return
        self.tabs.show(number)
        self._switch(spec)

    @work(group="switch", exclusive=True)
    async def _switch(self, spec: PaneSpec) -> None:
        pane = self.panes.get(spec.number)
        known = self.snapshot
        if pane is None:
            module = await asyncio.to_thread(importlib.import_module, spec.module)
            if self._wanted != spec.number:
                return
            pane = self.panes.get(spec.number) or _make(module, spec.name, self)
            self.panes[spec.number] = pane
            pane.display = False
            await self.body.mount(pane)
            if place := self._places.get(type(pane).__name__):
                pane.put_back(place)
            for event in self._watcher.told if self._watcher else ():
                pane.live_event(event)
        while not pane.is_mounted:  # a switch that was overtaken had begun to mount it
            await asyncio.sleep(0.01)
        if self.snapshot is not None and self.snapshot is not known:
            pane.session_changed(self.snapshot)  # it came while the pane was mounted
        self.zoom.leave()
        if pane is not self.current:
            if self.current is not None:
                self.current.display = False
                self.current.hidden()
            self.current = pane
            self.number = spec.number
            pane.display = True
            pane.shown()
        if self.app.screen is self and not self.message.busy:
            pane.focus_first()
        self.refresh_footer()

    async def desk_and_view(self) -> tuple[Desk, View]:
        """The space and a view of the choices, loaded once for all panes.

        Raises:
            UserError: the space cannot be loaded.
        """
        from pimp_tui.tui.panes.space.actions import source_of
        from pimp_tui.tui.panes.space.desk import Desk

        if self._loading is None:
            load, chosen = source_of(self)
            self._desk = Desk()
            self._loading = asyncio.ensure_future(self._desk.load(load, chosen))
        view = await asyncio.shield(self._loading)
        assert self._desk is not None
        if self.session_path is None and self.loaded is None:
            self.loaded = self._desk.space
            self._show_header()
        return self._desk, view

    def keep_place(self) -> None:
        """Remember where the user is; also now and then, since a terminal may hang up."""
        if self.session_path is None or self.pimp.memory is None or not self._begun:
            return
        places = {type(pane).__name__: pane.place() for pane in self._ready_panes()}
        self._places |= {name: place for name, place in places.items() if place}
        place = {"pane": self.number, "panes": dict(self._places)}
        if place != self._kept:
            self._kept = place
            self.pimp.memory.keep(self.session_path, place)

    def on_unmount(self) -> None:
        """Remember the place, end the reasoning thread and the learning."""
        self.keep_place()
        close_child(self)
        if self._desk is not None:
            self._desk.close()

    def holds(self, event: Key | Paste) -> bool:
        """Also while a pane is on its way, but for keys that lead elsewhere."""
        leads = getattr(event, "character", None) in tuple("0123456789q")
        switching = self.current is None or self._wanted != self.number
        filtering = self.current is not None and self.current.moving and not self.message.busy
        return super().holds(event) or (self._begun and switching and not leads) or filtering

    def footer_keys(self) -> Sequence[FooterKey]:
        """The pane's keys."""
        return self.current.pane_keys if self.current else ()

    def help_text(self) -> HelpText:
        """The pane's help."""
        pane = self.current
        if pane is None:
            return HelpText("Workspace", "The panes of one session, each behind its number.")
        return HelpText(pane.title, pane.help_text, pane.help_keys(), pane.help_words)

    # The session.

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._show_header()
        for pane in self._ready_panes():
            pane.session_changed(snapshot)
        self.refresh_footer()

    def _on_event(self, event: dict[str, Any]) -> None:
        for pane in self._ready_panes():
            pane.live_event(event)

    def _ready_panes(self) -> list[Pane]:
        """Panes that are composed and mounted; the others read the snapshot when they are."""
        return [pane for pane in self.panes.values() if pane.is_mounted]

    def _show_header(self) -> None:
        dot = self.pimp.marks.dot
        snapshot = self.snapshot
        if snapshot is None:
            source = Path(str(self.space_source)).name
            size = f"  {dot}  {size_words(self.loaded)}" if self.loaded else ""
            self.header.show([(source, "bright"), (f"  feature model alone{size}", "")])
            return
        about = [snapshot.models, snapshot.workload, snapshot.space]
        left: list[Span] = [(snapshot.name, "bright")]
        left.append(("  " + f" {dot} ".join(part for part in about if part), ""))
        kind = {"running": "accent", "lost": "bad", "paused": "warn"}.get(snapshot.state, "")
        self.header.show(left, [(f"  {snapshot.words}", kind)])

    @property
    def running(self) -> bool:
        """Whether a campaign runs or pauses here now."""
        return bool(self.snapshot and self.snapshot.active)

    # Keys.

    def action_sessions(self) -> None:
        """Back to the list."""
        self.pimp.show_sessions(path=self.session_path)

    def action_leave(self) -> None:
        """To Sessions; from a feature model alone, to what was before it."""
        if self.session_path is None:
            self.pimp.leave_space()
            return
        goes_on = self.running
        if goes_on and self._watcher:
            with suppress(UserError):  # it may have ended within the last second
                goes_on = self._watcher.first().active
        name = self.snapshot.name if self.snapshot else ""
        words = f"{name} goes on; enter opens it" if goes_on else ""
        self.pimp.show_sessions(words, self.session_path)

    def action_zoom(self) -> None:
        """Zoom the section that has the focus, or put it back."""
        if self.current is not None:
            self.say("z: back to all parts" if self.zoom.toggle(self.focused, self.current) else "")

    @work
    async def action_run(self) -> None:
        """Start, go on after a stop or a lost runner, or resume after a pause."""
        if self.session_path is None:
            self._plan_and_run()
            return
        state = self.snapshot.state if self.snapshot else "planned"
        if state == "running":
            # It may have been asked to pause after this run: that is taken back.
            await self._steer("resume", "it runs; p pauses, x stops")
        elif state == "paused":
            await self._steer("resume", "resuming")
        elif state == "done":
            self.say("every planned run is done; n on Sessions starts another campaign")
        else:
            await self._start()

    def _plan_and_run(self) -> None:
        """A new campaign within the choices made here: the wizard, from its sampling step on."""
        from pimp_tui.tui.screens.wizard.draft import Draft
        from pimp_tui.tui.screens.wizard.screen import Wizard

        chosen = self._desk.chosen() if self._desk else dict(self.chosen)
        draft = Draft(space=str(self.space_source)).within(chosen)
        self.app.push_screen(Wizard(draft, first=4))

    async def _start(self) -> None:
        assert self.session_path is not None
        self.say("starting the runner…")
        try:
            await launch.start(self.session_path)
        except UserError as error:
            self.say(told(error), "error")
        else:
            self.say("started; it goes on when you leave", "good")

    @work
    async def action_pause(self) -> None:
        """Pause after the request in progress."""
        if not self.running:
            self.say("nothing runs; r starts it")
        elif self.snapshot and self.snapshot.state == "paused":
            self.say("it is paused already; r resumes")
        else:
            await self._steer("pause", "pausing after this run; r resumes")

    @work
    async def action_stop(self) -> None:
        """Stop, after a question."""
        if not self.running:
            self.say("nothing runs; r starts it")
        elif await self.ask("stop the campaign? finished runs are kept, r goes on later"):
            await self._steer("stop", "stopping after this run")

    async def _steer(self, command: str, done: str) -> None:
        assert self.session_path is not None
        try:
            await launch.steer(self.session_path, command)
        except UserError as error:
            self.say(told(error), "error")
        else:
            self.say(done, "good")

    def on_tab_line_picked(self, event: TabLine.Picked) -> None:
        """A click on a tab."""
        if event.number:
            self.action_pane(event.number)
        else:
            self.action_sessions()


def size_words(space: Space) -> str:
    """``134 features, 67 concrete``."""
    features = space.model.features.values()
    return f"{len(features)} features, {sum(not f.abstract for f in features)} concrete"


def _make(module: ModuleType, name: str, workspace: WorkspaceScreen) -> Pane:
    pane: Pane = getattr(module, name)(workspace)
    return pane
