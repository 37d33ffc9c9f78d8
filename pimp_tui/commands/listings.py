"""The screens Sessions and Results as plain text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import Json, SessionArgument, print_json, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session import Session

Option = typer.Option
#: Of a configuration, in the table; JSON has every column.
_METRICS = ("duration_s", "latency_s", "energy_j", "pass_at_1", "tokens_per_s")
_RUN = (
    "repetition", "attempt", "status", "duration_s", "latency_s", "energy_j", "pass_at_1",
    "started_at", "reason",
)  # fmt: skip
_REQUEST = ("task_id", "sample", "passed", "latency_s", "tokens_in", "tokens_out", "reason")


def sessions(json: Json = False) -> int:
    """The sessions there are, newest first."""
    from pimp_tui.tui.catalogue import Catalogue

    catalogue = Catalogue()
    rows = [
        {
            "name": entry.name,
            "made_as": entry.snapshot.manifest.get("name") if entry.snapshot else None,
            "path": str(entry.path.resolve()),
            "state": entry.snapshot.state if entry.snapshot else None,
            "model": entry.snapshot.models if entry.snapshot else None,
            "workload": entry.snapshot.workload if entry.snapshot else None,
            "configurations_done": entry.snapshot.configs_done if entry.snapshot else None,
            "configurations_planned": entry.snapshot.configs_planned if entry.snapshot else None,
            "runs_failed": entry.snapshot.runs_failed if entry.snapshot else None,
            "energy_j": entry.energy_j,
            "estimated": entry.energy_estimated,
            "created": entry.snapshot.manifest.get("created") if entry.snapshot else None,
            "fault": entry.fault or None,
        }
        for entry in catalogue.full()
    ]
    if json:
        print_json(rows)
        return 0
    for row in rows:
        if row["made_as"] not in (None, row["name"]):
            row["name"] = f"{row['name']} (made as {row['made_as']})"
        row["confs"] = f"{row['configurations_done']}/{row['configurations_planned']}"
        row["created"] = str(row["created"] or "")[:16].replace("T", " ") or None
        if row["fault"]:
            row |= {"state": f"! {row['fault']}", "confs": None}
    marked = [_marked(row) for row in rows]
    print_table(marked, ("name", "model", "workload", "confs", "energy_j", "created", "state"))
    if not rows:
        say(
            f"no sessions in {catalogue.root} yet: `pimp-tui demo` or `pimp-tui run NAME` makes one"
        )
    return 0


def results(
    session: SessionArgument,
    config: Annotated[
        str | None,
        typer.Argument(metavar="[CONFIG]", help="Its runs: config_id, prefix or #position."),
    ] = None,
    repetition: Annotated[
        int | None, Option("--repetition", min=1, help="The requests of this run of CONFIG.")
    ] = None,
    where: Annotated[str | None, Option(help="A condition, as latency_s <= 2.")] = None,
    sort: Annotated[
        list[str] | None, Option(help="Column, or column:desc; again for a further key.")
    ] = None,
    group: Annotated[str | None, Option(help="Means by the values of this option.")] = None,
    n: Annotated[int | None, Option("-n", min=1, help="Only the first rows.")] = None,
    json: Json = False,
) -> int:
    """Configurations of a plan with what was measured; of one its runs, of a run its requests."""
    from pimp_tui.session import open_session

    opened = open_session(session)
    if config is None and repetition is not None:
        raise UserError("--repetition is of one configuration", mend="name it: SESSION '#3'")
    if config is not None and group is not None:
        raise UserError("--group is over configurations", mend="leave the configuration out")
    if config is None:
        frame = _configurations(opened)
        shown = ["position", "status", *_METRICS, *_extra(opened), "sampler"]
    elif repetition is None:
        frame = _of(opened.runs, opened.find(config)).sort("repetition", "attempt")
        shown = [*_RUN, *_extra(opened)]
    else:
        frame = _of(opened.requests, opened.find(config), repetition).sort("attempt", "started_at")
        shown = list(_REQUEST)
    frame = _narrowed(frame, where)
    if group is not None:
        frame = _grouped(frame, opened, group)
        shown = [group, "configurations", "measured", *_METRICS, *_extra(opened)]
    rows = _ordered(frame, sort or [], n).to_dicts()
    if json:
        print_json(rows)
        return 0
    told = [name for name in shown if any(row.get(name) is not None for row in rows)]
    if config is None and group is None:
        told += [o for o in opened.options if len({str(row.get(o)) for row in rows}) > 1]
    print_table([_marked(row) for row in rows], told)
    if not rows:
        say("no rows" if where is None else f"no row satisfies {where}")
    return 0


def _configurations(session: Session) -> pl.DataFrame:
    from pimp_tui.tui.panes.results.columns import with_status

    repeats = int((session.manifest.get("settings") or {}).get("repeats") or 1)
    return with_status(session.configurations().collect(), repeats)


def _of(table: pl.LazyFrame, config_id: str, repetition: int | None = None) -> pl.DataFrame:
    import polars as pl

    found = table.filter(pl.col("config_id") == config_id)
    return found.filter(repetition is None or pl.col("repetition") == repetition).collect()


def _narrowed(frame: pl.DataFrame, where: str | None) -> pl.DataFrame:
    from pimp_tui.session.where import compile_where

    return frame if where is None else frame.filter(compile_where(where, frame.schema))


def _grouped(frame: pl.DataFrame, session: Session, option: str) -> pl.DataFrame:
    import polars as pl

    _require(option, session.options, "option")
    return (
        frame.group_by(option, maintain_order=True)
        .agg(
            pl.len().alias("configurations"),
            (pl.col("runs_ok") > 0).sum().alias("measured"),
            pl.col("energy_estimated").any(),
            *(pl.col(name).mean() for name in session.metrics if name in frame.columns),
        )
        .sort(option, nulls_last=True)
    )


def _ordered(frame: pl.DataFrame, sort: list[str], n: int | None) -> pl.DataFrame:
    from pimp_tui.tui.panes.results.ordering import order_of

    keys = []
    for text in sort:
        name, _, way = text.partition(":")
        _require(name, frame.columns, "column")
        if way not in ("", "asc", "desc"):
            raise UserError(f"no order {way!r}", f"--sort {text}", "write column or column:desc")
        keys.append((name, way == "desc"))
    order = order_of(frame, keys=keys, first=n)
    return frame.head(n or frame.height) if order is None else frame[order]


def _require(name: str, known: list[str], what: str) -> None:
    if name not in known:
        from pimp_tui.space.nearest import did_you_mean

        raise UserError(
            f"no {what} {name!r}", mend=did_you_mean(name, known, f"there are {', '.join(known)}")
        )


def _extra(session: Session) -> list[str]:
    return list(session.manifest.get("imported_metrics") or ())


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    """An estimate carries ``~`` in a table, and seconds are enough of a time."""
    from pimp_tui.commands.output import cell

    row = {k: f"{v:%F %T}" if hasattr(v, "strftime") else v for k, v in row.items()}
    is_estimate = row.get("energy_estimated") or row.get("estimated")
    if not is_estimate or row.get("energy_j") is None:
        return row
    return row | {"energy_j": f"~{cell(row['energy_j'])}"}


COMMANDS = {"sessions": sessions, "results": results}
