"""What a numbered pane of the workspace is: the seam between the frame and the panes.

A pane is a widget that fills the body of the workspace. Its module is imported, and the pane
made, when it is shown for the first time; before that nothing of it costs anything. Modules of
panes import Polars, plotext and scikit-learn inside functions that run in threads or workers,
never on the event loop.

The frame calls ``shown`` and ``hidden``, ``session_changed`` and ``live_event``, all on the event
loop. The pane speaks through ``say``, ``ask``, ``prompt`` and ``copy``. The keys of wireframes 2
that mean the same everywhere (digits, ``r p x z q ? :``) are bound by the frame; ``y Y c s m = e
v w n N /`` and so on are bound by the pane or by the widget in it that has the focus, with
``Binding(key, action, "short name", show=False, tooltip="Name in the command palette",
id="results.sort")``: the palette shows each with its key, the id makes it rebindable.

A pane whose keys differ by focus returns other ``pane_keys`` and is asked again whenever the
focus moves; call ``refresh_footer`` when they change without that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widget import Widget

from pimp_tui.errors import UserError
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.widgets.footer import FooterKey
from pimp_tui.tui.words import told

if TYPE_CHECKING:
    from pimp_tui.tui.marks import Marks
    from pimp_tui.tui.reader import FrameReader
    from pimp_tui.tui.screens.workspace import WorkspaceScreen

__all__ = ["FooterKey", "Pane"]


class Pane(Widget):
    """Base of the numbered panes. Compose ``Section``s; everything else has a default."""

    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; layout: vertical; }"

    #: Name in the help panel and the palette.
    title: ClassVar[str] = ""
    #: Two sentences: what the pane is for.
    help_text: ClassVar[str] = ""
    #: Words of the pane explained.
    help_words: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: WorkspaceScreen) -> None:
        super().__init__(id=type(self).__name__.lower())
        self._workspace = workspace

    @property
    def moving(self) -> bool:
        """Whether what the last key asked for will be there in a moment: the next one waits."""
        return False

    @property
    def workspace(self) -> WorkspaceScreen:
        """The screen: its ``space_source`` is the feature model when there is no session."""
        return self._workspace

    @property
    def session_path(self) -> Path | None:
        """The session's folder; None when the workspace stands on a feature model alone."""
        return self._workspace.session_path

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest snapshot; None without a session."""
        return self._workspace.snapshot

    @property
    def reader(self) -> FrameReader:
        """Frames of the session, read in threads: ``await self.reader.configurations()``.

        Raises:
            UserError: there is no session.
        """
        if self._workspace.reader is None:
            raise UserError("there is no session yet", mend="r plans and runs one")
        return self._workspace.reader

    @property
    def marks(self) -> Marks:
        """Glyphs for this terminal. Whatever else a pane draws is turned into ASCII by a filter."""
        return self._workspace.pimp.marks

    @property
    def slow(self) -> bool:
        """``--slow``: refresh half as often."""
        return self._workspace.pimp.slow

    # The frame calls these.

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """The footer's entries for the focus as it is, most used first.

        Every key named here must do something visible in the state the pane is in.
        """
        return ()

    def help_keys(self) -> Sequence[tuple[str, str]]:
        """(keys, what they do) for the help panel; by default what the footer shows."""
        return [(key.label, key.wide or key.text) for key in self.pane_keys]

    def shown(self) -> None:
        """The pane became visible (also the first time, after it was mounted)."""

    def hidden(self) -> None:
        """Another pane took its place."""

    def session_changed(self, snapshot: Snapshot) -> None:
        """Files of the session changed; ``snapshot.changed`` says which. Called hidden or not."""

    def live_event(self, event: dict[str, Any]) -> None:
        """The runner said something (interfaces: state, sample, progress, request, run, log)."""

    def place(self) -> dict[str, Any]:
        """Where the user is, as JSON: what ``put_back`` brings back in a later visit."""
        return {}

    def put_back(self, place: Mapping[str, Any]) -> None:
        """Go where the user was. Called once after the pane is mounted, before its data is there;
        what no longer exists is left out."""

    def focus_first(self) -> None:
        """Give the focus to what had it, or to the first part that can have it."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus(scroll_visible=False)
                return

    # The pane calls these.

    def refresh_footer(self) -> None:
        """Ask for ``pane_keys`` again."""
        self._workspace.refresh_footer()

    def say(self, text: str, kind: str = "info") -> None:
        """One sentence in the message line; kind is info, good, warn or error."""
        self._workspace.say(text, kind)

    def say_error(self, error: UserError) -> None:
        """A user's error in the message line, its mend included."""
        self.say(told(error), "error")

    async def ask(self, question: str) -> bool:
        """A yes/no question in the message line. Await it in a worker (``@work``) only."""
        return await self._workspace.ask(question)

    async def prompt(
        self,
        label: str,
        initial: str = "",
        validate: Callable[[str], str | None] | None = None,
        live: Callable[[str], object] | None = None,
        complete: Callable[[str], Sequence[str]] | None = None,
    ) -> str | None:
        """An input in the message line; None when it was cancelled. Await it in a worker only.

        Args:
            validate: the fault of a text, or None; Enter does not accept a text with a fault.
            live: called at every change, for filters that narrow while typing.
            complete: candidates for the last word; Tab takes the first.
        """
        return await self._workspace.prompt(label, initial, validate, live, complete)

    def copy(self, text: str, what: str) -> None:
        """Copy ``text`` and say so: ``copied 1 row (tmux buffer)``."""
        self._workspace.copy(text, what)
