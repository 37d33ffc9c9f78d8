"""The stack that Results drills through: configurations, repeats, requests; or groups."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pimp_tui.session.where_tokens import column_word
from pimp_tui.tui.panes.results.care import Care
from pimp_tui.tui.panes.results.columns import (
    all_names,
    column_for,
    heading_cells,
    measured,
    ranked,
    with_status,
)
from pimp_tui.tui.panes.results.ordering import Key
from pimp_tui.tui.widgets.cells import middle
from pimp_tui.tui.widgets.frame_table import Column
from pimp_tui.tui.widgets.numbers import ENERGY

if TYPE_CHECKING:
    import polars as pl

_RUN_COLUMNS = (
    "repetition", "attempt", "status", "duration_s", "latency_s", "energy_j", "pass_at_1",
    "reason", "tokens_per_s", "energy_above_idle_j", "j_per_token", "j_per_solved",
    "latency_p95_s", "ttft_s", "peak_memory_bytes", "power_mean_w", "started_at", "device",
    "contaminated", "ignored_options",
)  # fmt: skip
_REQUEST_COLUMNS = (
    "task_id", "passed", "latency_s", "ttft_s", "tokens_in", "tokens_out", "reason", "sample",
    "started_at",
)  # fmt: skip


@dataclass
class Level:
    """One table of the stack, with everything that ``Esc`` brings back.

    Attributes:
        kind: configurations, group, repeats, requests.
        title: its part of the path in the rule.
        frame: all rows; ``key`` identifies one.
        names: columns shown; ``offered``: those that the chooser has besides.
        of: what it is about: config_id, repetition, attempt, option.
        where_text, where: the filter; ``keys``: the sort.
        heading: cells of an option's heading at most.
        options: of the plan, on the first level.
        chosen: whether the user chose the columns, so that no other width does.
    """

    kind: str
    title: str
    frame: pl.DataFrame
    names: list[str]
    offered: list[str]
    key: str
    metrics: list[str]
    of: dict[str, Any] = field(default_factory=dict)
    where_text: str = ""
    where: pl.Expr | None = None
    keys: list[Key] = field(default_factory=list)
    place: tuple[int, int, int, int] = (0, 0, 0, 0)
    heading: int = 14
    options: list[str] = field(default_factory=list)
    chosen: bool = False

    def columns(self) -> list[Column]:
        """How the shown columns look."""
        made = [column_for(self.frame, name, self.metrics, self.heading) for name in self.names]
        headings = [column.heading for column in made]
        return [
            replace(column, heading=middle(column.name, self.heading))
            if column.heading != column.name and headings.count(column.heading) > 1
            and column.name not in self.metrics and not column.name.endswith("_std")
            else column
            for column in made
        ]  # fmt: skip


def configurations(
    frame: pl.DataFrame,
    options: list[str],
    metrics: list[str],
    objectives: list[str],
    repeats: int,
    width: int,
    care: Care,
) -> Level:
    """The first level: one row per planned configuration."""
    frame = care.mark(with_status(frame, repeats))
    shown = ranked(measured(frame, metrics), objectives)
    level = Level(
        "configurations", "Configurations", frame, [], [], "config_id", shown, options=options
    )
    fit_to(level, width)
    return level


def fit_to(level: Level, width: int) -> None:
    """The columns that a first level shows in ``width`` cells, unless the user chose them."""
    level.heading = heading_cells(width)
    if not level.chosen:
        level.names, level.offered = all_names(level.frame, level.options, level.metrics, width)


def repeats_of(runs: pl.DataFrame, config_id: str, name: str, metrics: list[str]) -> Level:
    """Every attempt of one configuration."""
    import polars as pl

    frame = runs.filter(pl.col("config_id") == config_id).sort("repetition", "attempt")
    frame = frame.with_row_index("row")
    present = [n for n in _RUN_COLUMNS if n in frame.columns and _told(frame, n)]
    extra = [m for m in metrics if m in frame.columns and m not in present and _told(frame, m)]
    rest = [n for n in frame.columns if n not in (*present, *extra, "row", "config_id")]
    return Level(
        "repeats", name, frame, [*present, *extra], rest, "row", metrics, {"config_id": config_id}
    )


def requests_of(requests: pl.DataFrame, run: dict[str, Any]) -> Level:
    """Every request of one run."""
    import polars as pl

    of = {name: run[name] for name in ("config_id", "repetition", "attempt")}
    frame = requests.filter(*(pl.col(name) == value for name, value in of.items()))
    frame = frame.with_row_index("row")
    present = [n for n in _REQUEST_COLUMNS if _told(frame, n)]
    rest = [n for n in frame.columns if n not in (*present, "row", *of)]
    title = f"rep {run['repetition']}"
    return Level(
        "requests", title, frame, present, rest, "row",
        ["latency_s", "ttft_s", "tokens_in", "tokens_out"], of,
    )  # fmt: skip


def groups(level: Level, option: str) -> Level:
    """Means over the configurations, of those the filter keeps, that share a value of ``option``.

    Energy is the mean over measured configurations where a group has any, over estimates else.
    """
    import polars as pl

    metrics = [m for m in level.metrics if m in level.frame.columns]
    guessed = pl.col("energy_estimated").fill_null(False)
    real = ~guessed & pl.col("energy_j").is_not_null()
    alike = pl.when(real.any()).then(real).otherwise(~real)
    frame = level.frame if level.where is None else level.frame.filter(level.where)
    frame = (
        frame.group_by(option, maintain_order=True)
        .agg(
            pl.len().alias("configurations"),
            (pl.col("runs_ok") > 0).sum().alias("measured"),
            (guessed.any() & ~real.any()).alias("energy_estimated"),
            *(
                (pl.col(name).filter(alike) if name in ENERGY else pl.col(name)).mean()
                for name in metrics
            ),
        )
        .sort(option, nulls_last=True)
        .with_row_index("row")
    )
    names = [option, "configurations", "measured", *metrics]
    of = {"option": option, "where": level.where_text}
    return Level("group", f"by {option}", frame, names, [], "row", metrics, of)


def value_filter(option: str, value: Any, where: str = "") -> str:
    """The filter that keeps the configurations of one group, of those that ``where`` keeps."""
    if value is None:
        literal = "null"
    elif isinstance(value, bool):
        literal = "true" if value else "false"
    elif isinstance(value, int | float):
        literal = str(value)
    else:
        literal = '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    before = f"({where}) and " if " or " in where else f"{where} and " if where else ""
    return f"{before}{column_word(option)} = {literal}"


def _told(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and frame[name].null_count() < frame.height
