"""The Space pane: tree at the left, reasons beside it, counts where there is room."""

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
from pimp_tui.tui.panes.base import FooterKey, Pane
from pimp_tui.tui.panes.space import about, actions
from pimp_tui.tui.panes.space.desk import Desk, Reasons, View
from pimp_tui.tui.panes.space.figures import choice_lines, count_lines, host_lines
from pimp_tui.tui.panes.space.painting import count_words
from pimp_tui.tui.panes.space.tree import FeatureTree
from pimp_tui.tui.snapshot import Snapshot
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section

if TYPE_CHECKING:
    from pimp_tui.space.space import Space

_TREE_KEYS = (
    FooterKey("space", "toggle"),
    FooterKey("w", "why"),
    FooterKey("n/N", "forced"),
    FooterKey("u", "undo"),
    FooterKey("U", "redo", drop=3),
    FooterKey("/", "filter"),
    FooterKey("o", "open .uvl", drop=2),
    FooterKey("e", "save choices", drop=2),
    FooterKey("r", "run", "plan & run"),
)
_WHY_KEYS = (
    FooterKey("enter", "clear what forces it"),
    FooterKey("esc", "back to the tree"),
    FooterKey("y", "copy choices"),
)
_SLIM = 76


class SpacePane(Pane):
    """The space of the session, or a feature model alone."""

    title = "Space"
    help_text = (
        "The feature model: what can be tuned, and what follows from each choice. Selecting or "
        "deselecting narrows the space; what is forced by it shows at once, with its reasons."
    )
    help_words: ClassVar[dict[str, str]] = {
        "[x] [-]": "selected, deselected by you",
        "<x> <->": "forced on, off by your choices or by the model; w says why",
        "{x} {-}": "fixed by this host, with what says so",
        "one of": "exactly one of the features below",
        "any of": "at least one of the features below",
        "valid": "configurations that satisfy the tree and all constraints, counted exactly",
        "/! /+": "filter: only forced, only chosen features",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "why", show=False, tooltip="Why is this feature forced", id="why"),
        Binding("n", "next(True)", "next", show=False, tooltip="Next match or forced feature"),
        Binding("N", "next(False)", "previous", show=False, tooltip="Previous match or forced"),
        Binding("u", "undo", "undo", show=False, tooltip="Undo the last choice", id="undo"),
        Binding("U", "redo", "redo", show=False, tooltip="Redo the choice", id="redo"),
        Binding("slash", "filter", "filter", show=False, tooltip="Filter the tree"),
        Binding("escape", "back", "back", show=False, tooltip="Back to the tree, clear the filter"),
        Binding("o", "open", "open", show=False, tooltip="Open another .uvl file"),
        Binding("e", "save", "save choices", show=False, tooltip="Save the choices to a file"),
        Binding("y", "copy_choices", "copy", show=False, tooltip="Copy the choices as options"),
    ]

    def compose(self) -> Iterable[Widget]:
        """Tree, reasons, figures, and the line about the toggle under the cursor."""
        self.view = View()
        self.features = FeatureTree()
        self.why_rows = Rows(cursor_mark=False, id="why")
        self.count_rows = Rows(cursor_mark=False)
        self.choice_rows = Rows(cursor_mark=False)
        self.host_rows = Rows(cursor_mark=False)
        for rows in (self.count_rows, self.choice_rows, self.host_rows):
            rows.can_focus = False
        self.tree_part = Section(self.features, title="Features", right="loading…", id="tree-part")
        self.why_part = Section(self.why_rows, id="why-part", classes="divided")
        self.toggle_line = Line(id="toggle-line")
        figures = Container(
            Section(self.count_rows, title="Count", id="count-part"),
            Section(self.choice_rows, title="Your choices", right="u undo", id="choices-part"),
            Section(self.host_rows, title="Host", right="detected", id="host-part"),
            id="figures",
            classes="divided",
        )
        yield Container(self.tree_part, self.why_part, figures, id="space-body")
        yield self.toggle_line

    def on_mount(self) -> None:
        """Load in the reasoning thread."""
        self.desk: Desk
        self.space: Space | None = None
        self._reasons = Reasons()
        self._evidence: dict[str, str] = {}
        self._load()

    @work(group="load")
    async def _load(self) -> None:
        try:
            self.desk, view = await self.workspace.desk_and_view()
        except UserError as error:
            self.tree_part.set_rule(right="! not loaded")
            if self.session_path is None:
                self.workspace.pimp.leave_with(error)
            else:
                self.say_error(error)
                self.features.set_rows([[(line, "bad")] for line in error.lines()])
            return
        self.space = self.desk.space
        self.features.load(self.space.model, view)
        self._show(view)
        space = self.space
        evidence = await self.desk.do(lambda: actions.fixed_by_host(space, view.core, view.states))
        self._evidence = evidence
        self.features.show_host(evidence)
        self.host_rows.set_rows(host_lines(space))
        await self.desk.compile()
        self._count()

    @property
    def pane_keys(self) -> Sequence[FooterKey]:
        """Of the tree, or of the reasons."""
        if self.screen.focused is self.why_rows:
            return [key for key in _WHY_KEYS if key.label != "enter" or self._reasons.to_clear]
        return _TREE_KEYS

    def help_keys(self) -> Sequence[tuple[str, str]]:
        """The footer's, and those that stand on one screen only."""
        return [
            *((key.label, key.wide or key.text) for key in _TREE_KEYS),
            ("h l", "fold, unfold; step between values in one row"),
            ("y", "copy the choices as --select and --deselect options"),
        ]

    def session_changed(self, snapshot: Snapshot) -> None:
        """The space of a session does not change."""

    # Showing.

    def _show(self, view: View) -> None:
        """A view after a change: marks at once, count when it is there."""
        self.view = view
        self.features.show_view(view)
        self._show_rule()
        self._at_feature()
        self._count()

    @work(group="count", exclusive=True)
    async def _count(self) -> None:
        if self.space is None or not self.desk.compiled:
            return
        view = await self.desk.count(self.view)
        if view.chosen == self.view.chosen:
            self.view = view
            self._show_rule()
            self._at_feature()

    def _show_rule(self) -> None:
        view, dot = self.view, self.marks.dot
        parts = [f"{len(view.chosen)} set", f"{view.forced} forced"]
        if view.count is not None or view.total is not None:
            total = f" of {count_words(view.total)}" if self.features.size.width >= 56 else ""
            parts.append(f"{count_words(view.count)}{total} valid")
        elif self.desk.compiled:
            parts.append("valid: no exact count")
        else:
            parts.append("counting…")
        right = f" {dot} ".join(parts)
        if self.features.filtered:
            right = f"/{self.features.filtered} {dot} {right}"
        self.tree_part.set_rule(right=right)
        self.choice_rows.set_rows(choice_lines(view))

    def on_feature_tree_at(self, _: FeatureTree.At) -> None:
        """Another feature under the cursor."""
        self._at_feature()

    @work(group="about", exclusive=True)
    async def _at_feature(self) -> None:
        """Reasons and conditional counts of the feature under the cursor."""
        space, name = self.space, self.features.name_at
        if space is None or not name:
            return
        await asyncio.sleep(0.02)  # a held key moves on before reasons are asked
        self._reasons = await self.desk.why(name)
        self.why_part.set_rule(title=about.title_of(space, name))
        self._show_about(space, name)
        after: tuple[int | None, int | None] | None = None
        if self.desk.compiled:
            after = await self.desk.count_if(name)
        self._show_counts(space, name, after)

    def _show_about(self, space: Space, name: str) -> None:
        width = self.why_rows.size.width - 1
        lines = about.lines_about(
            space, name, self.view, self._reasons, self._evidence.get(name), width
        )
        self.why_rows.set_rows(lines, cursor=0)
        self.refresh_footer()

    def _show_counts(
        self, space: Space, name: str, after: tuple[int | None, int | None] | None
    ) -> None:
        lines = count_lines(after)
        touching = len(about.constraints_on(space, name))
        total = len(space.model.constraints)
        right = f"{touching} of {total} constraints touch it " if total else ""
        text = f" {self.marks.dot} ".join("".join(t for t, _ in line).strip() for line in lines)
        fits = len(text) + len(right) + 3 <= self.size.width
        self.toggle_line.show([(f" {text}", "")], [(right, "dim")] if fits else ())
        self.count_rows.set_rows(lines)

    # Keys.

    @work(group="toggle")
    async def on_feature_tree_toggle(self) -> None:
        """Space: cycle; on a forced feature open its reasons."""
        name = self.features.name_at
        if self.space is None or not name:
            return
        if name not in self.view.chosen and self.view.states.get(name) != "undecided":
            self.say(f"{name} is {about.state_words(name, self.view, name in self._evidence)}")
            self.action_why()
            return
        view, words = await self.desk.toggle(name)
        self._show(view)
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

    @work(group="toggle")
    async def _clear(self) -> None:
        names = self._reasons.to_clear
        if not names:
            self.say("none of your choices forces it")
            return
        view = await self.desk.clear(names)
        self._show(view)
        self._to_tree()
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
        view = await self.desk.step_back(forward)
        if view is None:
            self.say("nothing to redo" if forward else "nothing to undo")
        else:
            self._show(view)
            self.say("redone" if forward else "undone; U does it again")

    def action_next(self, forward: bool) -> None:
        """Step through matches or forced features."""
        if not self.features.next_of(forward):
            self.say(
                "no match" if self.features.filtered else "no choice of yours forces a feature"
            )

    @work
    async def action_filter(self) -> None:
        """Narrow the tree while typing."""
        text = await self.prompt("/", self.features.filtered, live=self._narrow)
        self._narrow(text or "")
        self.features.focus()

    def _narrow(self, text: str) -> None:
        self.features.narrow(text)
        self._show_rule()

    def action_back(self) -> None:
        """Escape: from the reasons to the tree, then clear the filter."""
        if self.why_rows.has_focus:
            self._to_tree()
        elif self.features.filtered:
            self._narrow("")

    @work
    async def action_open(self) -> None:
        """Another model in a workspace of its own."""
        text = await self.prompt("open .uvl", validate=actions.uvl_fault)
        if text:
            self.workspace.pimp.open_space(Path(text).expanduser())

    @work
    async def action_save(self) -> None:
        """Choices as JSON."""
        target = await self.prompt("save choices to", "choices.json")
        if not target:
            return
        try:
            await asyncio.to_thread(actions.save_choices, Path(target), self.view.chosen)
        except UserError as error:
            self.say_error(error)
        else:
            self.say(f"{len(self.view.chosen)} choices written to {target}", "good")

    def action_copy_choices(self) -> None:
        """As command-line options."""
        self.copy(actions.as_options(self.view.chosen), f"{len(self.view.chosen)} choices")
