"""The sessions screen: every campaign there is, what state it is in, and ways to begin one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from pimp_tui.errors import UserError
from pimp_tui.session.paths import list_sessions
from pimp_tui.tui import launch
from pimp_tui.tui.catalogue import Catalogue, Entry
from pimp_tui.tui.screens import session_rows
from pimp_tui.tui.screens.frame import FrameScreen
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.footer import FooterKey
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section
from pimp_tui.tui.words import short_path, told

if TYPE_CHECKING:
    from pimp_tui.tui.screens.help import HelpText
    from pimp_tui.tui.screens.session_front import FrontPart

_LOOK_S = 2.0
#: So long the figures of some sessions are read before they are shown.
_PART_S = 0.5
_KEYS = (
    FooterKey("enter", "open"),
    FooterKey("n", "new"),
    FooterKey("r", "resume"),
    FooterKey("p", "pause"),
    FooterKey("x", "stop"),
    FooterKey("d", "demo", drop=2),
    FooterKey("i", "import", drop=2),
    FooterKey("/", "filter"),
    FooterKey("e", "export", drop=3),
)
_EMPTY_KEYS = (FooterKey("n", "new"), FooterKey("d", "demo"), FooterKey("i", "import"))


class SessionsScreen(FrameScreen):
    """The list, and below it (beside it, where there is room) what is known of one session."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("n", "new", "sessions.new", "New campaign"),
        bind("d", "demo", "sessions.demo", "Run the demo"),
        bind("i", "import", "sessions.import", "Import a table measured elsewhere"),
        bind("r", "resume", "sessions.run", "Run or resume this session"),
        bind("p", "steer('pause')", "sessions.pause", "Pause this session"),
        bind("x", "stop", "sessions.stop", "Stop this session (asks)"),
        bind("slash", "filter", "sessions.filter", "Filter the sessions"),
        Binding("escape", "clear", "clear filter", show=False, tooltip="Clear the filter"),
        bind("e", "export", "sessions.export", "Export this session's table"),
        bind("y", "copy_path", "sessions.copy", "Copy the session's folder"),
        bind("l,right", "open", "sessions.open", "Open this session"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._catalogue = Catalogue()
        self._entries: list[Entry] = []
        self._shown: list[Entry] = []
        self._filter = ""
        self._words = ""
        self._painted = self._looking = False
        self._wanted: Path | None = None
        self.front: FrontPart | None = None

    def compose_body(self) -> Iterable[Widget]:
        """List and details."""
        self.heading = Line()
        self.rows = Rows(id="sessions")
        self.about = Rows(cursor_mark=False, id="about")
        self.about.can_focus = False
        self.log_tail = Rows(cursor_mark=False, id="tail")
        self.log_tail.can_focus = False
        self.list_part = Section(self.heading, self.rows, title="Sessions")
        self.about_part = Section(self.about, title="", right="enter opens", id="about-part")
        self.tail_part = Section(self.log_tail, title="Last events", id="tail-part")
        self.front_place = Container(id="front-place", classes="-none")
        parts = (self.about_part, self.front_place, self.tail_part)
        side = Container(*parts, id="side", classes="divided")
        yield Container(self.list_part, side, id="sessions-body")

    def on_mount(self) -> None:
        """Names at once, figures when Polars is there."""
        super().on_mount()
        self._show_header()
        self._entries = self._catalogue.quick()
        self._show()
        self.rows.focus()
        self.set_timer(0.2, self._first_look)
        self.set_interval(_LOOK_S * (2 if self.pimp.slow else 1), self.look)

    def on_screen_resume(self) -> None:
        """Look again at once when a workspace was left."""
        if self._painted:
            self._show()
            self.look()
        if self._words:
            self.say(self._words)
            self._words = ""

    def _first_look(self) -> None:
        """Polars is imported only now, with the first frame out."""
        self._painted = True
        self.look()

    def came_back(self, words: str, path: Path | None = None) -> None:
        """Words to say, and the session to stand on, when the screen is next seen."""
        self._words = words
        self._wanted = path

    @work(group="look")
    async def look(self) -> None:
        """Read what changed, in a thread, a part at a time: what is on the screen first."""
        if self._looking:
            return
        self._looking = True
        try:
            paths = await asyncio.to_thread(list_sessions)
            top, known = self.rows.scroll_offset.y, {entry.path: entry for entry in self._entries}
            seen = {e.path for e in self._shown[top : top + max(self.rows.size.height, 1)]}
            paths_left = sorted(paths, key=lambda path: path in known and path not in seen)
            while self.app.screen is self:
                found = await asyncio.to_thread(self._catalogue.some, paths_left, _PART_S)
                known |= {entry.path: entry for entry in found}
                entries = [known[path] for path in paths if path in known]
                if entries != self._entries:
                    self._entries = entries
                    self._show()
                paths_left = paths_left[len(found) :]
                if not paths_left:
                    break
        finally:
            self._looking = False

    def on_resize(self) -> None:
        """Columns follow the width."""
        self.call_after_refresh(self._show)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Another session under the cursor."""
        self._show_about()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Enter."""
        self.action_open()

    @property
    def entry(self) -> Entry | None:
        """The session under the cursor."""
        index = self.rows.cursor
        return self._shown[index] if 0 <= index < len(self._shown) else None

    def footer_keys(self) -> Sequence[FooterKey]:
        """Fewer while there is nothing."""
        return _KEYS if self._shown else _EMPTY_KEYS

    def help_text(self) -> HelpText:
        """What the list is."""
        from pimp_tui.tui.screens.help import HelpText

        return HelpText(
            "Sessions",
            "Every campaign is one folder, a session. The list shows those under "
            f"{self._catalogue.root}; set PIMP_TUI_SESSIONS to look elsewhere.",
            [(key.label, key.text) for key in _KEYS] + [("y", "copy the folder's path")],
            {
                "confs": "configurations all of whose repeats have ended, of those planned",
                "energy": "kilojoules of all good runs; ~ is an estimate, - was not measured",
                "runner gone": "the manifest says it runs, but no process does; r goes on",
            },
        )

    # What is shown.

    def _show_header(self) -> None:
        from pimp_tui import __version__
        from pimp_tui.tui.machine import machine_words

        root = short_path(self._catalogue.root)
        machine = "  " + machine_words(self.pimp.marks.dot)
        room = max(self.app.size.width - len(machine) - len(f"pimp-tui {__version__}   "), 8)
        if len(root) > room:  # the end of a path says more than its beginning
            root = self.pimp.marks.more + root[1 - room :]
        left = [("pimp-tui ", "bright"), (f"{__version__}   {root}", "")]
        self.header.show(left, [(machine, "dim")])

    def _show(self) -> None:
        before = self._wanted or (self.entry.path if self.entry else None)
        if any(entry.path == self._wanted for entry in self._entries):
            self._wanted = None
        self._shown = [entry for entry in self._entries if entry.matches(self._filter)]
        width = self.rows.size.width or self._list_width()
        self.rows.cursor_mark = self.rows.cursor_over = bool(self._entries)
        if not self._entries:
            self.heading.show(())
            self.rows.set_rows(session_rows.empty(self._catalogue.root))
        else:
            wanted = session_rows.needs(self._shown)
            self.heading.show(session_rows.heading(width, wanted))
            cursor = next((i for i, e in enumerate(self._shown) if e.path == before), None)
            self.rows.set_rows([session_rows.row(e, width, wanted) for e in self._shown], cursor)
        right = f"{len(self._shown)} of {len(self._entries)}"
        self.list_part.set_rule(
            right=f"/{self._filter} {self.pimp.marks.dot} {right}" if self._filter else right
        )
        self.about_part.display = bool(self._shown)
        self.tail_part.set_class(not self._shown, "-none")
        self._show_about()
        self.refresh_footer()

    def _list_width(self) -> int:
        """The list's width before anything is laid out."""
        width = self.app.size.width
        return (width - 1) // 2 if self.has_class("-very-wide") else width

    def _show_about(self) -> None:
        entry = self.entry
        if entry is None:
            self.about.set_rows([])
            return
        self.about_part.set_rule(title=entry.name)
        self.about.set_rows(session_rows.details(entry, self.pimp.marks.dot))
        self.log_tail.set_rows([[(line, "")] for line in session_rows.log_tail(entry.path)])
        self._show_front(entry)

    def _show_front(self, entry: Entry) -> None:
        """The chart is imported only where there is room for it, and once the figures are read."""
        room = self.has_class("-very-wide") and self.has_class("-tall")
        self.front_place.set_class(entry.cloud is None, "-none")
        if self.front is None and room and entry.cloud is not None:
            from pimp_tui.tui.screens.session_front import FrontPart

            self.front = FrontPart()
            self.front_place.mount(self.front)
        if self.front is not None:
            self.front.show(entry.cloud)

    # Keys.

    def action_open(self) -> None:
        """The workspace on the session under the cursor."""
        entry = self.entry
        if entry is None:
            self.say("no session here; n makes one, d runs the demo")
        elif entry.snapshot is None:
            self.say(entry.fault, "error")
        else:
            self.pimp.show_session(entry.path)

    def action_leave(self) -> None:
        """To the shell."""
        self.app.exit(0)

    @work
    async def action_filter(self) -> None:
        """Narrow while typing; Escape brings all back."""
        text = await self.prompt("/", self._filter, live=self._narrow)
        self._narrow(text or "")

    def _narrow(self, text: str) -> None:
        self._filter = text
        self._show()

    def action_clear(self) -> None:
        """Escape."""
        self._narrow("")

    def action_new(self) -> None:
        """The wizard."""
        from pimp_tui.tui.screens.wizard.screen import Wizard

        self.app.push_screen(Wizard())

    @work
    async def action_demo(self) -> None:
        """Start the demo in a process of its own, open it as soon as it is a session."""
        from pimp_tui.tui.begin import begin_demo

        self.say("preparing the demo: micro-coder, 16 configurations…")
        try:
            path = await begin_demo()
        except UserError as error:
            self.say(told(error), "error")
        else:
            self.pimp.show_session(path, first=3)

    @work
    async def action_import(self) -> None:
        """Ask for a table, its columns and a name; import it."""
        from pimp_tui.tui.begin import ask_import

        try:
            path = await ask_import(self)
        except UserError as error:
            self.say(told(error), "error")
            return
        if path is not None:
            self.look()
            self.say(f"imported {path.name}; enter opens it", "good")

    @work
    async def action_resume(self) -> None:
        """Start, go on or resume."""
        entry = self._steerable()
        if entry is None or entry.snapshot is None:
            return
        state = entry.snapshot.state
        if state == "done":
            self.say(f"{entry.name} is done; n starts another campaign")
            return
        self.say(f"starting {entry.name}…")
        try:
            # A running one may have been asked to pause after its run: that is taken back.
            if state in ("paused", "running"):
                await launch.steer(entry.path, "resume")
            else:
                await launch.start(entry.path)
        except UserError as error:
            self.say(told(error), "error")
        else:
            self.say(f"{entry.name} runs; enter watches it", "good")
            self.look()

    @work
    async def action_steer(self, command: str) -> None:
        """Pause."""
        await self._send(command)

    @work
    async def action_stop(self) -> None:
        """Stop, after a question."""
        entry = self._steerable()
        if entry is None or entry.snapshot is None:
            return
        if not entry.snapshot.active:
            self.say(f"{entry.name} does not run")
        elif await self.ask(f"stop {entry.name}? finished runs are kept, r goes on later"):
            await self._send("stop")

    async def _send(self, command: str) -> None:
        entry = self._steerable()
        if entry is None or entry.snapshot is None:
            return
        if not entry.snapshot.active:
            self.say(f"{entry.name} does not run")
            return
        try:
            await launch.steer(entry.path, command)
        except UserError as error:
            self.say(told(error), "error")
        else:
            words = {"pause": "pauses", "stop": "stops"}.get(command, command)
            self.say(f"{entry.name} {words} after the run in progress", "good")
            self.look()

    def _steerable(self) -> Entry | None:
        entry = self.entry
        if entry is None:
            self.say("no session here; n makes one, d runs the demo")
        elif entry.snapshot is None:
            self.say(entry.fault, "error")
        return entry

    @work
    async def action_export(self) -> None:
        """Write the table of configurations to a file."""
        from pimp_tui.tui.begin import export_table

        entry = self._steerable()
        if entry is None or entry.snapshot is None:
            return
        target = await self.prompt("export to (.csv or .parquet)", f"{entry.name}.csv")
        if not target:
            return
        try:
            rows = await asyncio.to_thread(export_table, entry.path, Path(target).expanduser())
        except UserError as error:
            self.say(told(error), "error")
        else:
            self.say(f"{rows} configurations written to {target}", "good")

    def action_copy_path(self) -> None:
        """Copy the folder."""
        if self.entry:
            self.copy(str(self.entry.path), "the path")
