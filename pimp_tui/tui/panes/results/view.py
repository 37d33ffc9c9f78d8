"""The table of the level on top of the stack: shows it, sorts and filters it in threads."""

from __future__ import annotations

import asyncio

from textual import work
from textual.message import Message

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.results.levels import Level, fit_to
from pimp_tui.tui.panes.results.ordering import next_keys, order_of, words
from pimp_tui.tui.widgets.frame_table import FrameTable
from pimp_tui.tui.widgets.section import Section

#: Longer tables show their first rows by top-k before the whole order is known.
_LONG = 20_000
#: The row that has the cursor when the new order is there: it may have moved meanwhile.
_HERE = object()


class TableView(Section):
    """A section that holds the table and the stack of levels."""

    DEFAULT_CSS = "TableView { height: 1fr; }"

    class LevelChanged(Message):
        """Another level is on top, or its rows changed."""

    def __init__(self) -> None:
        self.table = FrameTable()
        super().__init__(self.table, title="Configurations")
        self.stack: list[Level] = []
        self.busy = ""
        self.moving = False  # rows of a short table are on their way: a key may rest on them

    @property
    def level(self) -> Level | None:
        """The level on top."""
        return self.stack[-1] if self.stack else None

    def push(self, level: Level, key: object = None) -> None:
        """Drill in; the cursor goes to the row with ``key``."""
        self._keep_place()
        self.stack.append(level)
        self.table.cursor = self.table.top = self.table.column = self.table.left = 0
        self._show(level, key)

    def pop(self) -> bool:
        """Back one level with its cursor and scroll; False on the first."""
        if len(self.stack) < 2:
            return False
        self.stack.pop()
        level = self.stack[-1]
        table = self.table
        table.cursor, table.top, table.column, table.left = level.place
        self._show(level)
        return True

    def set_first(self, level: Level, key: object = None) -> None:
        """Put fresh rows into the first level; what the user set there stays."""
        if not self.stack:
            self.push(level, key)
            return
        old = self.stack[0]
        for name in ("where_text", "where", "keys", "place"):
            setattr(level, name, getattr(old, name))
        known = set(level.names) | set(level.offered)
        if set(old.names) | set(old.offered) == known:
            level.names, level.offered, level.chosen = old.names, old.offered, old.chosen
        elif old.chosen and (kept := [name for name in old.names if name in known]):
            every = [*level.names, *level.offered]
            level.names, level.chosen = kept, True
            level.offered = [name for name in every if name not in kept]
        self.stack[0] = level
        if len(self.stack) == 1:
            self._show(level, _HERE)

    def _keep_place(self) -> None:
        if level := self.level:
            table = self.table
            level.place = (table.cursor, table.top, table.column, table.left)

    def _show(self, level: Level, key: object = None) -> None:
        plain = level.where is None and not level.keys
        if plain:
            key = self._here(level, key)
            self.table.note = ""
            self.table.show(level.frame, level.columns(), level.key)
            self._settle(key)
        else:
            self.reorder(key=key)
        self.tell()

    def fit_first(self, width: int) -> None:
        """The first level in a terminal of another width."""
        if not self.stack:
            return
        fit_to(self.stack[0], width)
        if len(self.stack) == 1:
            self.columns_changed()

    def columns_changed(self) -> None:
        """The level shows other columns."""
        if level := self.level:
            self.table.show(level.frame, level.columns(), level.key, self.table.order)

    def sort(self, further: bool) -> None:
        """Sort by the column under the cursor; ``further`` adds it to the keys."""
        level = self.level
        if level is None or not self.table.columns:
            return
        name = self.table.columns[self.table.column].name
        level.keys = next_keys(level.keys, name, further)
        self.table.cursor = self.table.top = 0
        self.reorder()

    def check_filter(self, text: str) -> str | None:
        """What is wrong with a filter, or None."""
        if self.level is None or not text.strip():
            return None
        from pimp_tui.session.where import compile_where

        try:
            compile_where(text, self.level.frame.schema)
        except UserError as error:
            return near(str(error))
        return None

    def try_filter(self, text: str) -> None:
        """Apply a filter that may be half typed: a wrong one leaves the rows as they are."""
        if self.check_filter(text) is None:
            self.set_filter(text)

    def set_filter(self, text: str) -> None:
        """Apply a filter; an empty text clears it.

        Raises:
            UserError: the text is wrong.
        """
        level, text = self.level, text.strip()
        if level is None or text == level.where_text:
            return
        from pimp_tui.session.where import compile_where

        level.where = compile_where(text, level.frame.schema) if text else None
        level.where_text = text
        self.moving = level.frame.height <= _LONG
        self.reorder(key=_HERE)

    def cancel(self) -> bool:
        """Stop a sort that goes on; False where none does."""
        if not self.busy:
            return False
        self.workers.cancel_group(self, "order")
        self.busy = ""
        self.tell()
        return True

    @work(group="order", exclusive=True, exit_on_error=True)
    async def reorder(self, key: object = None) -> None:
        """Apply filter and sort of the level on top, off the event loop."""
        level = self.level
        if level is None:
            return
        frame, where, keys = level.frame, level.where, list(level.keys)
        if frame.height > _LONG:
            self.busy = "sorting…" if keys else "filtering…"
            if keys:
                first = await asyncio.to_thread(
                    order_of, frame, where, keys, self.table.page + self.table.top
                )
                self._put(level, first, key)
            self.tell()
        order = await asyncio.to_thread(order_of, frame, where, keys)
        self.busy = ""
        self._put(level, order, key)
        self.tell()

    def _put(self, level: Level, order: object, key: object) -> None:
        self.moving = False
        if level is not self.level:
            return
        key = self._here(level, key)
        filtered = level.where is not None
        self.table.note = "no row fits the filter; esc clears it" if filtered else ""
        self.table.show(level.frame, level.columns(), level.key, order)  # type: ignore[arg-type]
        self._settle(key)

    def _here(self, level: Level, key: object) -> object:
        """The key of the row under the cursor where that is asked for."""
        if key is not _HERE:
            return key
        row = self.table.row() if self.table.key == level.key else None  # not of another level
        return row[level.key] if row else None

    def _settle(self, key: object) -> None:
        if key is not None and (place := self.table.place_of(key)) is not None:
            self.table.go(place)
        self.post_message(self.LevelChanged())

    def tell(self) -> None:
        """Path and counts in the rule."""
        level = self.level
        if level is None:
            return
        path = " › ".join(part.title for part in self.stack[1:]) or level.title
        counts = (level.frame.height, self.table.row_count)
        total, shown = (f"{count:,}".replace(",", " ") for count in counts)
        if level.where is not None:
            path += f" where {level.where_text}"
        info = [f"{shown} of {total}" if level.where is not None else total]
        if self.table.marked and level.key == "config_id":
            info.append(f"{len(self.table.marked)} marked")
        if level.keys:
            info.append(f"sort {words(level.keys)}")
        if self.busy:
            info.append(self.busy)
        self.set_rule(path, " · ".join(info))


def near(message: str) -> str:
    """A fault with only the last word of the expression before it, unless the fault names it."""
    before, caret, fault = message.rpartition(" ^ ")
    if not caret or not before.strip():
        return message
    word = before.split()[-1]
    return f"^ {fault}" if word in fault.split() else f"{word} ^ {fault}"
