"""Commands on a session's files: export, import, compact, audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pimp_tui.commands.output import Json, SessionArgument, print_json, print_pairs, say
from pimp_tui.errors import UserError

Option = typer.Option
FORMATS = ("generation-config", "python", "json", "launch")


def export(
    session: SessionArgument,
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="config_id, prefix or #position.")
    ],
    format: Annotated[str, Option("--format", help=", ".join(FORMATS))] = "generation-config",
    partial: Annotated[
        bool, Option("--partial", help="Leave out what the form cannot carry.")
    ] = False,
) -> int:
    """Print a configuration for use elsewhere; what the form cannot carry is said on stderr."""
    if format == "launch":
        from pimp_tui.commands.later import refuse

        raise refuse("export --format launch", "use generation-config, python or json")
    if format not in FORMATS:
        raise UserError(f"no format {format!r}", "--format", f"formats: {', '.join(FORMATS)}")
    from pimp_tui.session import open_session
    from pimp_tui.session.export_forms import render

    opened = open_session(session)
    row = opened.planned(opened.find(config))
    space = opened.space()
    path = opened.model_path(row.get("model"))
    text, left_out = render(format, space, space.from_row(row), path, changed_only=partial)
    if left_out:
        say(f"this form cannot carry: {', '.join(left_out)}")
    print(text)
    return 0


def import_(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV or Parquet.")],
    options: Annotated[list[str], Option("--options", help="Option columns, as a,b,c.")],
    metrics: Annotated[list[str], Option("--metrics", help="Metric columns, as y,z.")],
    session: Annotated[str, Option("--session", help="Folder of the new session.")],
    json: Json = False,
) -> int:
    """Make a session of a table that was measured elsewhere."""
    from pimp_tui.session import resolve
    from pimp_tui.session.table_import import import_table

    answer = import_table(table, options, metrics, resolve(session))
    if count := answer["unmeasured"]:
        say(f"note: {count} without any metric: planned, to be predicted or suggested")
    print_json(answer) if json else print_pairs(answer)
    return 0


def compact(session: SessionArgument) -> int:
    """Merge a session's segments; the rows stay the same."""
    from pimp_tui.session import open_session
    from pimp_tui.session.compact import compact as merge
    from pimp_tui.session.compact import repair
    from pimp_tui.session.lock import SessionLock
    from pimp_tui.session.segments import sweep

    path = open_session(session).path
    with SessionLock.acquire(path):
        repair(path)
        sweep(path)
        say(f"{merge(path)} segments merged")
    return 0


def audit(session: SessionArgument, json: Json = False) -> int:
    """Recompute a session from its bundle alone."""
    from pimp_tui.commands.later import refuse

    raise refuse("audit", "`pimp-tui learn SESSION` refits from the bundle")


COMMANDS = {"export": export, "import": import_, "compact": compact, "audit": audit}
