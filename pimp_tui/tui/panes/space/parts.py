"""The parts of the Space screen: tree, what is said of a feature, figures where there is room."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Container

from pimp_tui.tui.panes.space import about
from pimp_tui.tui.panes.space.figures import choice_lines, count_lines
from pimp_tui.tui.panes.space.tree import FeatureTree
from pimp_tui.tui.panes.space.view import Reasons, View
from pimp_tui.tui.widgets.line import Line
from pimp_tui.tui.widgets.painted import Spans
from pimp_tui.tui.widgets.rows import Rows
from pimp_tui.tui.widgets.section import Section
from pimp_tui.tui.words import count_words

if TYPE_CHECKING:
    from pimp_tui.space.model import Constraint
    from pimp_tui.space.space import Space

After = tuple[int | None, int | None]
_WIDE_RULE = 56
#: Cells of a rule beside its title.
_RULE_ENDS = 6


class SpaceParts:
    """The widgets, and how each is filled."""

    def __init__(self) -> None:
        self.features = FeatureTree()
        self.why = Rows(cursor_mark=False, id="why")
        self.touch = Rows(cursor_mark=False, cursor_over=False, id="touch")
        self.doc = Rows(cursor_mark=False, cursor_over=False, id="doc")
        self.counts, self.choices, self.host, self.sample = (
            Rows(cursor_mark=False, cursor_over=False) for _ in range(4)
        )
        for rows in (self.counts, self.choices, self.host, self.sample):
            rows.can_focus = False
        self.tree_part = Section(self.features, title="Features", right="loading…", id="tree-part")
        self.why_part = Section(self.why, id="why-part")
        self.touch_part = Section(self.touch, title="Constraints on it", id="touch-part")
        self.doc_part = Section(self.doc, title="What it is", id="doc-part")
        self.sample_part = Section(self.sample, title="Sample preview", id="sample-part")
        self.about_part = Container(
            self.why_part, self.touch_part, self.doc_part, id="space-about", classes="divided"
        )
        self.count_part = Section(self.counts, title="Count", id="count-part")
        figures = Container(
            self.count_part,
            Section(self.choices, title="Your choices", right="u undo", id="choices-part"),
            Section(self.host, title="Host", right="detected", id="host-part"),
            self.sample_part,
            id="figures",
            classes="divided",
        )
        self.body = Container(self.tree_part, self.about_part, figures, id="space-body")
        self.toggle_line = Line(id="toggle-line")

    @property
    def very_wide(self) -> bool:
        """Whether every part has a place of its own."""
        return self.sample.is_attached and self.sample.screen.has_class("-very-wide")

    def show_rule(self, space: Space | None, view: View, count: str, dot: str) -> None:
        """How much is chosen, how much follows, how many configurations are left."""
        if view.clash:
            parts = ["! contradiction", f"{len(view.clash)} of {len(view.chosen)} choices"]
        else:
            forced = view.forced if view.settled else "…"
            parts = [f"{len(view.chosen)} set", f"{forced} forced", count]
        wide = self.features.size.width >= _WIDE_RULE
        if self.features.filtered:
            parts = [self.features.match_words, *(parts if wide or view.clash else parts[-1:])]
        total = f" of {count_words(view.total)}" if view.total is not None else ""
        text = f" {dot} ".join(parts)
        self.tree_part.set_rule(right=text.replace(" of all", total if wide else ""))
        self.count_part.set_rule(right=count.replace(" of all", total))
        self.choices.set_rows(choice_lines(space, view))

    def show_about(
        self, space: Space, name: str, view: View, reasons: Reasons | None, fixed: str | None,
        touching: Sequence[Constraint],
    ) -> None:  # fmt: skip
        """Everything about a feature: in one part, or in three where there is room."""
        width = self.why.size.width - 1
        title, state = about.title_of(space, name), about.state_words(name, view, bool(fixed))
        room = max(width, 10)
        head: list[Spans] = [[(part, "bright")] for part in textwrap.wrap(state, room)]
        if name != title:
            head.append([(f"feature {name}", "dim")])
        elif cell_len(name) > self.why_part.size.width - _RULE_ENDS:  # nowhere else is it whole
            head = [*([(part, "bright")] for part in textwrap.wrap(name, room)), *head]
        total = len(space.model.constraints)
        parts = about.reason_parts(view, name, reasons, fixed)
        doc, touch = about.doc_part(space, name), about.touch_part(touching, total)
        self.why_part.set_rule(title=title)
        if self.very_wide:
            self.why.set_rows(about.lines_of(head, parts, width), cursor=0)
            self.touch_part.set_rule(right=f"{len(touching)} of {total}")
            self.touch.set_rows(about.wrapped(touch[1] if touch else ["none"], width), cursor=0)
            self.doc.set_rows(about.wrapped(doc[1] if doc else [], width), cursor=0)
        else:
            self.why.set_rows(about.lines_of(head, [*parts, doc, touch], width), cursor=0)

    def show_counts(
        self, view: View, after: After | None, note: str, touching: int, total: int, dot: str
    ) -> None:
        """What a toggle would leave; ``note`` in its place where there are no counts."""
        if view.clash:
            note = "space takes a choice back; n goes to the next of the contradiction"
        lines = [[(note, "dim")]] if note else count_lines(after)
        right = f"{touching} of {total} constraints touch it " if total else ""
        text = f" {dot} ".join("".join(t for t, _ in line).strip() for line in lines)
        fits = len(text) + len(right) + 3 <= self.toggle_line.size.width
        self.toggle_line.show([(f" {text}", "")], [(right, "dim")] if fits else ())
        self.counts.set_rows(lines)
