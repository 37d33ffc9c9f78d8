"""The Space pane: tree at the left, reasons beside it, counts where there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import FooterKey
from pimp_tui.tui.panes.space import about, host, keys
from pimp_tui.tui.panes.space.desk import Desk
from pimp_tui.tui.panes.space.figures import host_lines, preview
from pimp_tui.tui.panes.space.files import FileKeys
from pimp_tui.tui.panes.space.outline import Outline
from pimp_tui.tui.panes.space.parts import SpaceParts
from pimp_tui.tui.panes.space.tree import FeatureTree
from pimp_tui.tui.panes.space.view import Reasons, View
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.painted import fit
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.words import count_words, counted

if TYPE_CHECKING:
    from pimp_tui.space.model import Constraint
    from pimp_tui.space.space import Space

_SLIM = 76
_QUIET_S = 0.4  # of no toggle, before a large model is counted


class SpacePane(FileKeys):
    """The space of the session, or a feature model alone."""

    title = "Space"
    help_text = keys.HELP
    help_words: ClassVar[dict[str, str]] = keys.WORDS
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("w", "why", "space.why", "Why is this feature forced"),
        bind("n", "next(True)", "space.next", "Next match, conflict or forced"),
        bind("N", "next(False)", "space.previous", "Previous of these"),
        bind("u", "undo", "space.undo", "Undo the last choice"),
        bind("U", "redo", "space.redo", "Redo the choice"),
        bind("slash", "filter", "space.filter", "Filter the tree"),
        Binding("escape", "back", "back", show=False, tooltip="Back to the tree, clear the filter"),
        bind("o", "open", "space.open", "Open a .uvl file, or load saved choices"),
        bind("e", "save", "space.export", "Save the choices to a file"),
        bind("y", "copy_choices", "space.copy", "Copy the choices as options"),
        bind("W", "warnings", "space.warnings", "Warnings of the model's reader"),
    ]

    def compose(self) -> Iterable[Widget]:
        """Tree, reasons, figures, and the line about the toggle under the cursor."""
        self.view = View()
        self.parts = SpaceParts()
        self.features, self.why_rows = self.parts.features, self.parts.why
        yield self.parts.body
        yield self.parts.toggle_line

    def on_mount(self) -> None:
        """Load in the reasoning thread."""
        self.desk: Desk
        self.space: Space | None = None
        self._reasons: Reasons | None = None
        self._evidence: dict[str, str] = {}
        self._touching: dict[str, list[Constraint]] = {}
        self._back: Mapping[str, Any] = {}
        self._load()

    @work(group="load")
    async def _load(self) -> None:
        try:
            self.desk, view = await self.workspace.desk_and_view()
        except UserError as error:
            self._failed(error)
            return
        space = self.desk.space
        outline = await self.desk.do(lambda: Outline(space.model))
        self._touching = await self.desk.do(lambda: about.touching_of(space.model))
        self.space = space
        self.features.load(outline, view)
        self.show_view(view)
        self._go_back()
        if view.note:
            self.say(view.note, "warn")
        elif space.warnings:
            self.say(f"{counted(len(space.warnings), 'warning')} on this model: W shows", "warn")
        if not view.note:
            self._find_evidence(view)
        await asyncio.to_thread(import_module, "pimp_tui.tui.widgets.prompt")  # before / needs it
        await self.desk.compile()
        self._count()

    def _failed(self, error: UserError) -> None:
        self.parts.tree_part.set_rule(right="! not loaded")
        if self.session_path is None:
            self.workspace.pimp.leave_with(error)
        else:
            self.say_error(error)
            self.features.set_rows([[(line, "bad")] for line in error.lines()])

    @work(group="host")
    async def _find_evidence(self, view: View) -> None:
        """What the host fixes; one feature at a time, so that keys come between."""
        space = self.desk.space
        facts = await self.desk.do(lambda: host.facts_of(space))
        width = self.parts.host.size.width
        self.parts.host.set_rows(host_lines(space, width, self.marks.more))
        self._evidence = facts
        self.features.show_host(dict(facts))
        core = {name: view.states[name] for name in space.features if name in view.core}
        for name in host.candidates(space, core):
            said = await self.desk.do(lambda name=name: host.evidence_for(space, name))  # type: ignore[misc]
            if said:
                self._evidence[name] = said
        self.features.show_host(dict(self._evidence))
        self._at_feature()

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """Of the tree, or of what stands beside it."""
        if self.screen.focused is self.why_rows:
            return keys.why_keys(bool(self._to_clear()))
        if isinstance(self.screen.focused, Rows) and self.screen.focused is not self.features:
            return keys.BESIDE
        return keys.tree_keys(self.features.filtered, bool(self.view.clash))

    def help_keys(self) -> Sequence[tuple[str, str]]:
        """The footer's, and those that stand on one screen only."""
        warnings = len(self.space.warnings) if self.space else 0
        return keys.help_keys(warnings)

    def place(self) -> dict[str, Any]:
        """Filter and feature under the cursor."""
        if self.space is None:
            return dict(self._back)
        return {"filter": self.features.filtered, "feature": self.features.name_at}

    def put_back(self, place: Mapping[str, Any]) -> None:
        """Now, or once the model is read."""
        self._back = place
        self._go_back()

    def _go_back(self) -> None:
        back, known = self._back, self.space
        if known is None or not back:
            return
        if text := str(back.get("filter") or ""):
            self._narrow(text)
        if (name := str(back.get("feature") or "")) in known.model.features:
            self.features.go_to(name)
        self._back = {}

    def session_changed(self, snapshot: Snapshot) -> None:
        """The space of a session does not change."""

    # Showing.

    def show_view(self, view: View) -> None:
        """A view after a change: marks at once, count when it is there."""
        self.view = view
        self.features.show_view(view)
        self._show_rule()
        self._at_feature()
        self._count()
        self.refresh_footer()

    @work(group="count", exclusive=True)
    async def _count(self) -> None:
        if self.space is None or not self.desk.compiled or not self.view.settled:
            return
        if not self.desk.quick:
            await asyncio.sleep(_QUIET_S)
        view = await self.desk.count(self.view)
        if view.chosen != self.view.chosen:
            return
        self.view = view
        self._show_rule()
        self._at_feature()
        if self.parts.very_wide and self.desk.counts and not view.clash:
            space = self.space
            lines = await self.desk.do(lambda: preview(space, view))
            self.parts.sample_part.set_rule(right=f"{len(lines)} uniform")
            room, more = max(self.parts.sample.size.width - 1, 20), self.marks.more
            self.parts.sample.set_rows([[(fit(line, room, more), "")] for line in lines])

    def _show_rule(self) -> None:
        view = self.view
        if view.count is not None:
            count = f"{count_words(view.count)} of all valid"
        elif (
            self.space is not None
            and self.desk.compiled
            and view.settled
            and not (self.desk.counts)
        ):
            count = "no exact count"
        elif view.note:
            count = "not settled"
        else:
            count = "counting…"
        self.parts.show_rule(self.space, view, count, self.marks.dot)

    def on_feature_tree_at(self, _: FeatureTree.At) -> None:
        """Another feature under the cursor."""
        self._at_feature()

    @work(group="about", exclusive=True)
    async def _at_feature(self) -> None:
        """Reasons and conditional counts of the feature under the cursor."""
        space, name, view = self.space, self.features.name_at, self.view
        if space is None or not name:
            return
        await asyncio.sleep(0.02)  # a held key moves on before reasons are asked
        asks = view.is_fixed(name) and view.settled and not view.clash
        if asks:
            soon = asyncio.ensure_future(self.desk.why(name))
            done, _ = await asyncio.wait([soon], timeout=0.15)
            if not done:
                self._show_about(space, name, None)
            self._show_about(space, name, await soon)
        else:
            self._show_about(space, name, Reasons() if view.settled else None)
        after: tuple[int | None, int | None] | None = None
        note = ""
        if self.desk.compiled and not self.desk.counts:
            note = "no exact count: too large a model to compile"
        elif self.desk.compiled and view.settled and not view.clash:
            after = await self.desk.count_if(name)
        touching = len(self._touching.get(name, ()))
        total = len(space.model.constraints)
        self.parts.show_counts(view, after, note, touching, total, self.marks.dot)

    def _show_about(self, space: Space, name: str, reasons: Reasons | None) -> None:
        self._reasons = reasons
        touching, fixed = self._touching.get(name, []), self._evidence.get(name)
        self.parts.show_about(space, name, self.view, reasons, fixed, touching)
        self.refresh_footer()

    # Keys.

    def on_feature_tree_toggle(self) -> None:
        """Space: cycle; on a forced feature open its reasons."""
        name, view = self.features.name_at, self.view
        if self.space is None or not name:
            return
        if view.clash and name not in view.chosen:
            self.say("settle the contradiction first: n walks its choices, u drops them", "warn")
        elif view.is_fixed(name):
            self.say(f"{name} is {about.state_words(name, view, name in self._evidence)}")
            self.action_why()
        else:
            guess = None if view.clash or self.desk.quick else view.toggled(name)
            if guess is not None:
                self.view = guess
                self.features.show_view(guess)
                self._show_rule()
            self._toggle(name)

    @work(group="toggle")
    async def _toggle(self, name: str) -> None:
        marks, words = await self.desk.toggle(name)
        if not self.desk.quick or words:
            self.view = marks
            self.features.show_view(marks)
            self.say(words, "warn" if words else "info")
        view = marks if marks.settled else await self.desk.settle()
        if view is not None:
            self.show_view(view)
            words = words or view.note
            self.say(words, "warn" if words else "info")

    def on_feature_tree_open(self) -> None:
        """Enter on a leaf."""
        self.action_why()

    def action_why(self) -> None:
        """Go to the reasons."""
        self.add_class("-why")
        self.why_rows.focus()
        self.call_after_refresh(self._at_feature)  # wrapped anew where the part was hidden

    def on_resize(self) -> None:
        """Too narrow for two parts: the reasons come in place of the tree."""
        self.set_class(self.size.width < _SLIM, "-slim")
        self.call_after_refresh(self._at_feature)
        self.call_after_refresh(self._show_rule)
        self.call_after_refresh(self._count)

    def on_descendant_focus(self) -> None:
        """The tree is back as soon as it has the focus again."""
        if self.screen.focused is not self.why_rows:
            self.remove_class("-why")

    def _to_tree(self) -> None:
        self.remove_class("-why")
        self.features.focus()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Enter at the reasons: clear the choices that force the feature."""
        if event.rows is self.why_rows:
            event.stop()
            self._clear()

    def _to_clear(self) -> tuple[str, ...]:
        name = self.features.name_at
        if self.view.clash:
            return (name,) if name in self.view.chosen else ()
        return self._reasons.to_clear if self._reasons else ()

    @work(group="toggle")
    async def _clear(self) -> None:
        names = self._to_clear()
        if not names:
            self.say("none of your choices forces it")
            return
        if self.view.clash:
            view, _ = await self.desk.toggle(names[0])
        else:
            view = await self.desk.clear(names)
        self.show_view(view)
        self._to_tree()
        if view.note:
            self.say(view.note, "warn")
        else:
            self.say(f"cleared {', '.join(names)}; u brings it back", "good")

    def action_undo(self) -> None:
        """Undo."""
        self._step(False)

    def action_redo(self) -> None:
        """Redo."""
        self._step(True)

    @work(group="toggle")
    async def _step(self, forward: bool) -> None:
        if self.space is None:
            return
        if not self.desk.quick:
            self.say("working it out…")
        view = await self.desk.step_back(forward)
        if view is None:
            self.say("nothing to redo" if forward else "nothing to undo")
        else:
            self.show_view(view)
            said = "redone" if forward else "undone; U does it again"
            self.say(view.note or said, "warn" if view.note else "info")

    def action_next(self, forward: bool) -> None:
        """Step through matches, choices that clash, or forced features."""
        if self.view.clash:
            self._to_tree()
        if not self.features.next_of(forward):
            self.say(
                "no match" if self.features.filtered else "no choice of yours forces a feature"
            )

    @work
    async def action_filter(self) -> None:
        """Narrow the tree while typing."""
        text = await self.prompt("/", self.features.filtered, live=self._narrow)
        self._narrow(text or "")
        self._to_tree()

    def _narrow(self, text: str) -> None:
        self.features.narrow(text)
        self._show_rule()
        self.refresh_footer()

    def action_back(self) -> None:
        """Escape: from beside the tree to the tree, then clear the filter."""
        if not self.features.has_focus:
            self._to_tree()
        elif self.features.filtered:
            self._narrow("")
