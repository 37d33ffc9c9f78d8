"""Asking for a file and writing a table to it: what ``e`` does on Results and Predictions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.base import Pane
from pimp_tui.tui.words import counted

if TYPE_CHECKING:
    import polars as pl

    Table = tuple[pl.DataFrame, list[str], pl.Series | None]


async def save_table(pane: Pane, name: str, make: Callable[[], Table]) -> None:
    """Ask for a file, ``name`` offered, and write a table by its suffix. Await it in a worker.

    Args:
        make: gives the frame, its columns and its rows (None: all); called in a thread.
    """
    from pimp_tui.tui.panes.results.export import export, fault

    text = await pane.prompt("export to", name, fault)
    if text is None:
        return
    path = Path(text.strip()).expanduser()
    if path.exists() and not await pane.ask(f"{path} exists: write over it?"):
        return

    def write() -> int:
        frame, names, order = make()
        export(frame, names, order, path)
        return frame.height if order is None else len(order)

    try:
        count = await asyncio.to_thread(write)
    except UserError as error:
        pane.say_error(error)
    else:
        pane.say(f"{counted(count, 'row')} in {path.resolve()}", "good")
