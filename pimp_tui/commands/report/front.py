"""The report's Pareto fronts: of all and of each model, how sure they are, and honest accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pimp_tui.commands.output import cell
from pimp_tui.commands.report.document import Document
from pimp_tui.commands.report.protocol import energy_kind
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session import Session

_INTERVAL, _SURE = "accuracy_interval", "pass_at_1 (95 %)"
_COLUMNS = 6  # of options that a table holds


def front(document: Document, session: Session, margin: float) -> None:
    """The measured front: chart, table, and what may be said of each point's accuracy."""
    import polars as pl

    from pimp_tui.commands.accuracy import accuracy_rows, accuracy_title, with_accuracy
    from pimp_tui.learning import pareto
    from pimp_tui.learning.fronts.front_marks import front_volume, marked
    from pimp_tui.learning.fronts.measured_front import comparable

    objectives = session.default_objectives
    document.heading("Pareto front, measured")
    try:
        found = pareto(session, objectives).with_columns(estimated=pl.lit(False))
        rows = comparable(session, objectives)
    except UserError as error:
        document.text(f"{error.what}.")
        return
    if found.is_empty():
        document.text("No configuration has all objectives measured.")
        return
    own = _own_fronts(session, rows, objectives)
    on_front = set(found["config_id"])
    _front_chart(document, session, objectives, rows, on_front, own)
    compared = with_accuracy(marked(found, session, objectives).to_dicts(), session, margin)
    options = _differing(compared, session.options)
    scored = any(_INTERVAL in row for row in compared)
    table = [_told(row, session, objectives, options, scored) for row in compared]
    document.table(table, _caption(compared, objectives, table[0]))
    volume = front_volume(found, objectives) if len(objectives) > 1 else None
    if volume is not None:
        bounds = ", ".join(f"{name} {cell(value)}" for name, value in volume[1].items())
        document.text(
            f"Hypervolume of the front: {volume[0]:.4g}, of logarithms where a metric is positive, "
            f"bounded by {bounds}."
        )
    if told := accuracy_rows(compared):
        document.table(told, f"{accuracy_title(compared)}.")
        together = f"; that one of these {len(told)} is, is up to {len(told)} times as likely"
        document.text(
            "A reading by itself is wrong in about one of forty comparisons, in up to one of "
            "twenty where few runs differ much as a whole"
            f"{together if len(told) > 1 else ''}."
        )
    for name, ids in own.items():
        alone = rows.filter(pl.col("config_id").is_in(list(ids))).sort(next(iter(objectives)))
        document.table(
            [
                {column: row[column] for column in ("position", "config_id", *objectives)}
                | {"on the front of all": row["config_id"] in on_front}
                for row in alone.iter_rows(named=True)
            ],
            f"Front of {name} alone.",
        )


def _own_fronts(
    session: Session, rows: pl.DataFrame, objectives: dict[str, str]
) -> dict[str, set[str]]:
    """Model -> config_ids on its front; nothing where one model was measured only."""
    from pimp_tui.learning.fronts.measured_front import costs
    from pimp_tui.learning.fronts.nondominated import nondominated

    if "model" not in session.options:
        return {}
    names = rows["model"].drop_nulls().unique().sort().to_list()
    found = {}
    for name in names if len(names) > 1 else ():
        own = rows.filter(rows["model"] == name)
        found[str(name)] = set(own.filter(nondominated(costs(own, objectives)))["config_id"])
    return found


def _told(
    row: dict[str, Any], session: Session, objectives: dict[str, str], options: list[str],
    scored: bool,
) -> dict[str, Any]:  # fmt: skip
    """A point of the front as a row of the table."""
    from pimp_tui.commands.accuracy import interval_words
    from pimp_tui.commands.quality import with_interval

    told: dict[str, Any] = {"position": row["position"], "config_id": row["config_id"]}
    for name in objectives:
        lower, upper = row.get(f"{name}_lower"), row.get(f"{name}_upper")
        title = f"{name}{energy_kind(session, name)}"
        # pass@1 of scored problems has a better interval
        if lower is None or upper is None or (scored and name == "pass_at_1"):
            told[title] = row[name]
            continue
        if not session.manifest.get("imported_metrics"):
            lower = max(lower, 0.0)  # no time and no energy is less
        told[title] = with_interval(row[name], (lower, upper))
    if scored:
        told[_SURE] = interval_words(row)
    if row.get("front_probability") is not None:
        told["front_probability"] = row["front_probability"]
    if len(objectives) > 1 and row.get("knee") is not None:
        told["knee"] = row["knee"]
    return told | _options(row, options)


def _caption(rows: list[dict[str, Any]], objectives: dict[str, str], shown: dict[str, Any]) -> str:
    """What the table's columns are, as far as they are there."""
    ends = any(row.get(f"{name}_lower") is not None for row in rows for name in objectives)
    about = {
        _SURE: "its interval over problems and repeats",
        "front_probability": "how often nothing beats the configuration when all are drawn within "
        "such intervals",
        "knee": "the point furthest inside",
    }
    return (
        "The measured front: means over repeats, best first by the first objective"
        + (", with their 90 % t intervals over repeats" if ends else "")
        + ", and the options that differ on it."
        + "".join(f" {name}: {words}." for name, words in about.items() if name in shown)
    )


def _differing(rows: list[dict[str, Any]], options: list[str]) -> list[str]:
    return [name for name in options if len({str(row[name]) for row in rows}) > 1]


def _options(row: dict[str, Any], options: list[str]) -> dict[str, Any]:
    """A column an option, or one of all where so many would not fit on paper."""
    if len(options) <= _COLUMNS:
        return {name: row[name] for name in options}
    told = [f"{name}={cell(row[name])}" for name in options if row[name] is not None]
    return {"options": ", ".join(told)}


def _front_chart(
    document: Document,
    session: Session,
    objectives: dict[str, str],
    rows: pl.DataFrame,
    on_front: set[str],
    own: dict[str, set[str]],
) -> None:
    from pimp_tui.commands.report.charts_front import Point, front_chart
    from pimp_tui.learning.verification.outcomes import control_of_session

    if len(objectives) < 2:
        return
    first, second = list(objectives)[:2]
    control = control_of_session(session)
    points = [
        Point(
            f"#{row['position']}", row[first], row[second], row["config_id"] in on_front,
            control is not None and row["config_id"] == control[1],
            str(row["model"]) if own else "",
            any(row["config_id"] in ids for ids in own.values()),
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip
    labels = [f"{name}{energy_kind(session, name)}" for name in (first, second)]
    of_models = "; dashed: the front of each model alone" if own else ""
    document.chart(
        f"{labels[1]} against {labels[0]}: means over the repeats, a point a configuration, "
        f"{len(points)} in all, without intervals; the front is joined, # is the place in the "
        f"plan{of_models}.",
        front_chart(
            points, labels[0], labels[1], *(objectives[name] == "max" for name in (first, second))
        ),
    )
