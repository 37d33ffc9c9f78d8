"""What Results remembers of a visit: filter, sort, columns and the row under the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.results.levels import Level
from pimp_tui.tui.panes.results.view import TableView


def of(view: TableView) -> dict[str, Any]:
    """The first level's place as JSON."""
    level = view.stack[0]
    if len(view.stack) > 1:
        row = view.stack[1].of.get("config_id")
    else:
        here = view.table.row()
        row = here[level.key] if here else None
    return {
        "filter": level.where_text,
        "sort": [list(key) for key in level.keys],
        "columns": list(level.names) if level.chosen else None,
        "row": row,
    }


def restore(level: Level, place: Mapping[str, Any]) -> object:
    """Set a level as it was left, as far as its columns still exist; returns the row's key."""
    known = set(level.names) | set(level.offered)
    columns = place.get("columns")
    if isinstance(columns, list) and columns and set(map(str, columns)) <= known:
        level.offered = [n for n in [*level.names, *level.offered] if n not in columns]
        level.names = [str(name) for name in columns]
        level.chosen = True
    sort = place.get("sort")
    if isinstance(sort, list):
        pairs = [key for key in sort if isinstance(key, list) and len(key) == 2]
        level.keys = [(str(n), bool(down)) for n, down in pairs if n in level.frame.columns]
    text = place.get("filter")
    if isinstance(text, str) and text:
        from pimp_tui.session.where import compile_where

        try:
            level.where = compile_where(text, level.frame.schema)
            level.where_text = text
        except UserError:
            pass  # it names a column that is gone
    return place.get("row")
