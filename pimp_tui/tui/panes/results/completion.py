"""The last level: one completion, its prompt and the verdict of its test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.tui.panes.results import details
from pimp_tui.tui.widgets.cells import Line, line, printable, wrap
from pimp_tui.tui.widgets.scrolled import Scrolled

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


class CompletionView(Scrolled):
    """Prompt (dim), completion and verdict of a request; or why a run failed."""

    def __init__(self) -> None:
        super().__init__()
        self.completion = ""

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
        self.set_lines(lines)

    def show_why(self, runs: list[dict[str, Any]], width: int) -> None:
        """Show the reasons of failed runs in full; ``y`` copies them."""
        lines: list[Line] = []
        for row in runs:
            title = f"  rep {row['repetition']}, attempt {row['attempt']}"
            lines.append(line((title, "bright")))
            for part in (row["reason"] or "no reason was kept").splitlines():
                lines += [line(("    " + w, "bad")) for w in wrap(printable(part), width - 6)]
            lines.append(())
        self.completion = "\n".join(str(row["reason"] or "") for row in runs)
        self.set_lines(lines)
