"""The last level: one completion, its prompt and the verdict of its test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from pimp_tui.tui.panes.results import details
from pimp_tui.tui.widgets.block import Block
from pimp_tui.tui.widgets.cells import Line, line, printable

if TYPE_CHECKING:
    from pimp_tui.session.bundle import Session


def read_completion(session: Session, row: dict[str, Any]) -> tuple[str | None, str | None]:
    """(prompt, completion) of one request; blocking, for a thread."""
    import polars as pl

    names = ("config_id", "repetition", "attempt", "task_id", "sample")
    same = [pl.col(name).eq_missing(pl.lit(row[name])) for name in names]
    found = session.requests.filter(*same).select("completion", "prompt_hash").head(1).collect()
    if found.is_empty():
        return None, None
    completion, prompt_hash = found.row(0)
    prompts = session.prompts.filter(pl.col("prompt_hash") == prompt_hash).collect()
    return (prompts["prompt"][0] if prompts.height else None), completion


class CompletionView(Block, can_focus=True):
    """Prompt (dim), completion and verdict; scrolls by line and page."""

    BINDINGS = [  # noqa: RUF012
        Binding("down,j", "scroll_by(1)", "down", show=False),
        Binding("up,k", "scroll_by(-1)", "up", show=False),
        Binding("pagedown", "scroll_by(10)", "page down", show=False),
        Binding("pageup", "scroll_by(-10)", "page up", show=False),
        Binding("g,home", "scroll_by(-100000)", "top", show=False),
        Binding("G,end", "scroll_by(100000)", "end", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.all_lines: list[Line] = []
        self.completion = ""
        self._top = 0

    def show(self, row: dict[str, Any], prompt: str | None, completion: str | None) -> None:
        """Show one request's row with its texts."""
        self.completion = completion or ""
        lines = details.request(row, self.size.width or 80)
        lines.append(())
        for part in (prompt or "").splitlines():
            lines.append(line((" " + printable(part), "dim")))
        for part in self.completion.splitlines():
            lines.append(line(" " + printable(part)))
        if completion is None:
            lines.append(line((" the completion was not kept", "dim")))
        self.all_lines, self._top = lines, 0
        self.update()

    def body(self, width: int, height: int) -> list[Line]:
        """The lines from the scroll position on."""
        self._top = max(0, min(self._top, len(self.all_lines) - height))
        return self.all_lines[self._top : self._top + height]

    def action_scroll_by(self, by: int) -> None:
        """Scroll by lines."""
        self._top += by
        self.update()
