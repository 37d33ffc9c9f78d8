"""What the keys of Results do to the table: filter, sort, columns, marks, copy, export."""

from __future__ import annotations

from textual import work
from textual.binding import Binding

from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.panes.results import columns
from pimp_tui.tui.panes.results.completing import Completer
from pimp_tui.tui.panes.results.export import with_flag
from pimp_tui.tui.panes.results.levels import Level
from pimp_tui.tui.panes.results.lower import Lower
from pimp_tui.tui.panes.results.view import TableView
from pimp_tui.tui.panes.saving import save_table
from pimp_tui.tui.widgets.chooser import Chooser

_MOST_COMPARED = 4
OF_THE_TABLE = frozenset(
    ("sort", "sort_also", "filter", "columns", "group", "mark", "compare", "copy_row", "export")
)


def key(keys: str, action: str, name: str, tooltip: str) -> Binding:
    """A binding of Results, in the palette and rebindable."""
    return Binding(keys, action, name, show=False, tooltip=tooltip,
                   id=f"results.{name.replace(' ', '-')}")  # fmt: skip


class TableActions(Pane):
    """Keys that mean the same on every level of the stack."""

    view: TableView
    lower: Lower

    BINDINGS = [  # noqa: RUF012
        key("down,j", "move(1)", "down", ""),
        key("up,k", "move(-1)", "up", ""),
        key("pagedown", "page(1)", "page down", ""),
        key("pageup", "page(-1)", "page up", ""),
        key("g,home", "go(0)", "first", ""),
        key("G,end", "go(-1)", "last", ""),
        key("right,l", "column(1)", "next column", ""),
        key("left,h", "column(-1)", "previous column", ""),
        key("s", "sort", "sort", "Sort by this column"),
        key("S", "sort_also", "sort also", "Add this column to the sort"),
        key("slash", "filter", "filter", "Filter rows by an expression"),
        key("c", "columns", "columns", "Choose the columns"),
        key("b", "group", "group by", "Group by an option"),
        key("m", "mark", "mark", "Mark this configuration"),
        key("equals_sign", "compare", "compare", "Compare the marked configurations"),
        key("y", "copy_cell", "copy cell", "Copy the cell"),
        key("Y", "copy_row", "copy row", "Copy the row"),
        key("e", "export", "export", "Export the visible table"),
    ]

    @property
    def very_wide(self) -> bool:
        """Whether comparison and details stand side by side."""
        return self.size.width >= 160

    def _known(self) -> Level | None:
        """The level on top; says so where the table is not read yet."""
        if self.view.level is None:
            self.say("the table is still being read")
        return self.view.level

    def action_move(self, by: int) -> None:
        """Rows."""
        self.view.table.go(self.view.table.cursor + by)

    def action_page(self, by: int) -> None:
        """Pages."""
        self.view.table.go(self.view.table.cursor + by * self.view.table.page)

    def action_go(self, index: int) -> None:
        """First or last row."""
        self.view.table.go(index if index >= 0 else self.view.table.row_count - 1)

    def action_column(self, by: int) -> None:
        """Columns."""
        self.view.table.go_column(self.view.table.column + by)

    def action_sort(self) -> None:
        """By this column alone; again: the other way round."""
        self._known()
        self.view.sort(further=False)

    def action_sort_also(self) -> None:
        """By this column where the others are equal."""
        self.view.sort(further=True)

    @work(exclusive=True, group="results-filter")
    async def action_filter(self) -> None:
        """Ask for an expression; rows follow while it is typed, and stay where it is wrong."""
        level = self._known()
        if level is None:
            return
        before = level.where_text
        known = [*level.names, *level.offered, *level.frame.columns]
        complete = Completer(level.frame, [n for n in dict.fromkeys(known) if n != "row"])
        text = await self.prompt(
            "/", before, self.view.check_filter, self.view.try_filter, complete
        )
        self.view.set_filter(before if text is None else text)

    def action_columns(self) -> None:
        """Open the chooser of columns."""
        level = self._known()
        if level is None:
            return
        names = [*level.names, *level.offered]
        self._choosing = "columns"
        self.lower.styles.height = "50%"
        self.lower.open_chooser(
            "Columns", "space shows or hides · enter closes",
            lambda chooser: chooser.offer(names, level.names),
        )  # fmt: skip

    def action_group(self) -> None:
        """Open the chooser of options to group by."""
        level = self._known()
        if level is None:
            return
        if level.kind != "configurations":
            self.say("esc goes back to the configurations, which can be grouped")
            return
        options = columns.differing(level.frame, self._options())
        if not options:
            self.say("no option differs, so there is nothing to group by")
            return
        self._choosing = "group"
        self.lower.styles.height = "50%"
        self.lower.open_chooser(
            "Group by", "enter groups · esc closes",
            lambda chooser: chooser.offer(options, several=False),
        )  # fmt: skip

    def _options(self) -> list[str]:
        return self.lower.plan.options if self.lower.plan else []

    def on_chooser_toggled(self, event: Chooser.Toggled) -> None:
        """Show or hide a column."""
        level = self.view.level
        if level is None:
            return
        event.stop()
        level.chosen = True
        if event.on and event.name not in level.names:
            level.names.append(event.name)
            level.offered = [n for n in level.offered if n != event.name]
        elif not event.on and event.name in level.names and len(level.names) > 1:
            level.names.remove(event.name)
            level.offered.insert(0, event.name)
        self.view.columns_changed()

    def action_mark(self) -> None:
        """Mark the configuration under the cursor, or of the level the cursor is in."""
        level = self._known()
        if level is None:
            return
        if level.kind != "configurations":
            self.say("marks stand on configurations; esc goes back to them")
            return
        self.view.table.toggle_mark()
        self.view.tell()

    def action_compare(self) -> None:
        """Open or close the comparison of the marked configurations."""
        if self.lower.compared:
            self.lower.show_compare([], self.very_wide)
            self.fit_lower()
            return
        marked = self.view.table.marked if self.view.stack else set()
        if not 2 <= len(marked) <= _MOST_COMPARED:
            self.say(f"{len(marked)} marked; m marks two to {_MOST_COMPARED} to compare", "warn")
            return
        frame = self.view.stack[0].frame
        rows = frame.filter(frame["config_id"].is_in(list(marked))).to_dicts()
        default = self.lower.plan.default_id if self.lower.plan else None
        rows.sort(key=lambda row: row["config_id"] != default)
        self.lower.show_compare(rows, self.very_wide)
        self.fit_lower()

    def fit_lower(self) -> None:
        """Another part is open below: the pane gives it its height."""

    def action_copy_cell(self) -> None:
        """The cell as shown."""
        text = self.view.table.cell_text()
        self.copy(text, f"cell {text}")

    def action_copy_row(self) -> None:
        """The row's shown columns with their names, tab-separated, in raw units."""
        row, level = self.view.table.row(), self.view.level
        if row is None or level is None:
            self.say("no row to copy")
            return
        names = with_flag(level.frame, level.names)
        head = "\t".join(names)
        cells = "\t".join("" if row[n] is None else str(row[n]) for n in names)
        self.copy(f"{head}\n{cells}", "1 row")

    @work(exclusive=True, group="results-export")
    async def action_export(self) -> None:
        """Ask for a file and write the visible table."""
        level = self._known()
        if level is None:
            return
        name = self.session_path.name if self.session_path else "session"
        order = self.view.table.order
        await save_table(
            self,
            f"{name}-{level.kind}.csv",
            lambda: (level.frame, with_flag(level.frame, level.names), order),
        )
