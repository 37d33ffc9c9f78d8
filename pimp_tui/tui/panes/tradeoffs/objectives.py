"""The list behind ``c``: metrics with their direction, and constraints."""

from __future__ import annotations

from textual.binding import Binding
from textual.message import Message

from pimp_tui.tui.panes.tradeoffs.problem import Problem
from pimp_tui.tui.widgets.bind import bind
from pimp_tui.tui.widgets.numbers import name_and_unit
from pimp_tui.tui.widgets.painted import Spans
from pimp_tui.tui.widgets.rows import Rows

ADD = "add a constraint…"


class Objectives(Rows):
    """Space steps a metric through off, less and more is better; constraints stand below."""

    BINDINGS = [  # noqa: RUF012
        bind("space", "flip", "objectives.change", "Change this objective or constraint"),
        bind("delete,d", "drop", "objectives.drop", "Drop this constraint"),
        Binding("escape,c", "close", "close", show=False),
    ]

    class Changed(Message):
        """The problem is another one; ``fault`` says why it is not."""

        def __init__(self, fault: str | None) -> None:
            super().__init__()
            self.fault = fault

    class Edit(Message):
        """A constraint is to be typed; ``index`` None is a new one."""

        def __init__(self, index: int | None) -> None:
            super().__init__()
            self.index = index

    class Closed(Message):
        """Done."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = Problem()
        self.metrics: list[str] = []

    def offer(self, problem: Problem, metrics: list[str]) -> None:
        """Show a problem over the metrics that were measured."""
        self.problem, self.metrics = problem, metrics
        self.show_again()

    def show_again(self) -> None:
        """Show the problem as it is now."""
        chosen = list(self.problem.objectives)
        rows: list[Spans] = []
        for metric in self.metrics:
            way = self.problem.objectives.get(metric)
            box = f"[{way}]" if way else "[   ]"
            axis = ("x axis", "y axis", "third")[chosen.index(metric)] if way else ""
            rows.append(((f"{box} {metric:<22} ", ""), (f"{name_and_unit(metric)[0]:<12}", "dim"),
                         (axis, "accent")))  # fmt: skip
        rows += [((f"constraint: {text}", "bright"),) for text in self.problem.constraints]
        rows.append(((ADD, "accent"),))
        self.set_rows(rows)

    def action_flip(self) -> None:
        """Space: the next direction, or edit the constraint."""
        if self.cursor >= len(self.metrics):
            self.action_choose()
            return
        fault = self.problem.cycle(self.metrics[self.cursor])
        self.show_again()
        self.post_message(self.Changed(fault))

    def action_choose(self) -> None:
        """Enter: edit the constraint under the cursor, or be done."""
        if self.cursor < len(self.metrics):
            self.post_message(self.Closed())
            return
        index = self.cursor - len(self.metrics)
        known = index < len(self.problem.constraints)
        self.post_message(self.Edit(index if known else None))

    def action_drop(self) -> None:
        """Take a constraint out."""
        index = self.cursor - len(self.metrics)
        if 0 <= index < len(self.problem.constraints):
            del self.problem.constraints[index]
            self.show_again()
            self.post_message(self.Changed(None))
        else:
            self.post_message(self.Changed("d drops a constraint; space changes an objective"))

    def action_close(self) -> None:
        """Done."""
        self.post_message(self.Closed())
