"""Columns of the tables: which, in which order, with which headings and units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pimp_tui.tui.widgets.frame_table import GUTTER, Column
from pimp_tui.tui.widgets.numbers import ENERGY, option_text, scale_of

if TYPE_CHECKING:
    import polars as pl

#: Metrics in the order of interest; the objectives of the session come before them.
_INTEREST = (
    "duration_s",
    "energy_j",
    "latency_s",
    "pass_at_1",
    "tokens_per_s",
    "energy_above_idle_j",
    "latency_p95_s",
    "ttft_s",
    "j_per_token",
    "peak_memory_bytes",
)
_SCALE_ROWS = 2000
#: Option columns that stand before the metrics at most; the others follow behind them.
_OPTIONS_BEFORE = {"narrow": 3, "wide": 5, "very wide": 9}
#: Metrics that must be on the screen beside them, and the rows that tell how wide a column is.
_KEY_METRICS, _WIDTH_ROWS = 2, 100
_SHORT = {"position": "#", "repetition": "rep"}
#: How Boolean columns read that are no options, which are on or off.
_ANSWERS = frozenset({"passed", "contaminated", "energy_estimated"})


def with_status(frame: pl.DataFrame, repeats: int) -> pl.DataFrame:
    """Add ``status``: ok, 3/10, oom or another reason of a failure, ``-`` where nothing ran."""
    import polars as pl

    ok, failed = pl.col("runs_ok"), pl.col("runs_failed")
    told = pl.col("reason").str.to_lowercase()
    reason = (
        pl.when(told.str.contains("out of memory"))
        .then(pl.lit("oom"))
        .when(told.str.contains("timeout|timed out"))
        .then(pl.lit("timeout"))
        .otherwise(pl.col("reason").str.split(":").list.first().str.slice(0, 16))
    )
    status = (
        pl.when(ok >= repeats)
        .then(pl.lit("ok"))
        .when(ok > 0)
        .then(pl.concat_str([ok.cast(pl.String), pl.lit(f"/{repeats}")]))
        .when(failed > 0)
        .then(reason.fill_null("failed"))
        .otherwise(pl.lit("-"))
    )
    return frame.with_columns(status.alias("status"))


def differing(frame: pl.DataFrame, options: Iterable[str]) -> list[str]:
    """Options that take more than one value, in order."""
    sample = frame if frame.height <= 100_000 else frame.head(100_000)
    return [name for name in options if sample[name].n_unique() > 1]


def measured(frame: pl.DataFrame, metrics: Iterable[str]) -> list[str]:
    """Metrics that any row has."""
    return [m for m in metrics if m in frame.columns and frame[m].null_count() < frame.height]


def ranked(metrics: Iterable[str], objectives: Iterable[str]) -> list[str]:
    """Metrics, the objectives first, then by interest, then the rest in order."""
    metrics = list(metrics)
    wanted = [*objectives, *_INTEREST]
    return list(dict.fromkeys([m for m in wanted if m in metrics] + metrics))


def heading_cells(width: int) -> int:
    """How long the heading of an option may be in a table of this width."""
    return 8 if width < 110 else (14 if width < 240 else 20)


def all_names(
    frame: pl.DataFrame, options: list[str], metrics: list[str], width: int
) -> tuple[list[str], list[str]]:
    """(columns shown by default, those that the chooser offers besides them).

    The options that differ come first, as many as leave room for the key metrics within
    ``width`` cells; the others stand behind the metrics, one scroll away.
    """
    vary = differing(frame, options) or (options if frame.height else [])
    kind = "narrow" if width < 110 else ("wide" if width < 160 else "very wide")
    spread = [f"{m}_std" for m in metrics if _has_values(frame, f"{m}_std")]
    numbers: list[str] = []
    for n, metric in enumerate(metrics):
        numbers.append(metric)
        if n < (1 if kind == "narrow" else 2) and f"{metric}_std" in spread:
            numbers.append(f"{metric}_std")
    few = {"narrow": 3, "wide": 5, "very wide": 10}[kind]
    head = [m for m in numbers if m.removesuffix("_std") in metrics[:few]]
    # The status is what a narrow table must not lose.
    cut = head.index(metrics[2]) if kind == "narrow" and len(metrics) > 2 else len(head)
    key = head[: head.index(metrics[_KEY_METRICS])] if len(metrics) > _KEY_METRICS else head
    before = vary[: _OPTIONS_BEFORE[kind]]
    while before and _cells(frame, ["position", *before, *key, "status"], metrics, width) > width:
        before.pop()
    after = [name for name in vary if name not in before]
    shown = ["position", *before, *head[:cut], "status", *head[cut:], *after]
    more = ("sampler", "runs_ok", "runs_failed", "contaminated", "energy_source", "config_id")
    rest = [n for n in [*numbers, *spread, *options, *more] if n not in shown]
    present = set(frame.columns)
    return [n for n in shown if n in present], [n for n in dict.fromkeys(rest) if n in present]


def _cells(frame: pl.DataFrame, names: list[str], metrics: list[str], width: int) -> int:
    """Cells that columns take side by side, the table's gutter among them."""
    present = [name for name in names if name in frame.columns]
    made = [column_for(frame, name, metrics, heading_cells(width)) for name in present]
    rows = frame.head(_WIDTH_ROWS).select(present).to_dicts()
    return GUTTER + sum(column.cells(rows) for column in made) + 2 * (len(made) - 1)


def _has_values(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and frame[name].null_count() < frame.height


def column_for(frame: pl.DataFrame, name: str, metrics: Iterable[str], heading: int = 14) -> Column:
    """How a column of any of our frames is shown; option names are cut to ``heading`` cells."""
    metrics = set(metrics)
    base = name.removesuffix("_std")
    if name in _SHORT:
        return Column(name, _SHORT[name], option_text)
    if name in metrics or (name.endswith("_std") and base in metrics):
        values = frame[base].head(_SCALE_ROWS).to_list() if base in frame.columns else []
        scale = scale_of(base, values)
        if name.endswith("_std"):
            return Column(name, f"sd {scale.unit}".strip(), scale.number)
        flag = "energy_estimated" if base in ENERGY and _estimated(frame) else ""
        label = f"~{scale.label}" if flag and frame[flag].all() else scale.label
        return Column(name, label, scale.number, estimate=flag)
    dtype = str(frame.schema[name])
    if dtype.startswith("Datetime"):
        return Column(name, name.removesuffix("_at"), _clock)
    if dtype.startswith("List"):
        return Column(name, name, lambda v: ", ".join(map(str, v)) if v else "-", right=False)
    if name in _ANSWERS and dtype == "Boolean":
        return Column(name, name, _answer, right=False)
    number = frame.schema[name].is_numeric()
    return Column(name, _short(name, heading), option_text, right=number, longest=40 if name in
                  ("reason", "task_id", "status") else 16, full=name)  # fmt: skip


def _short(name: str, most: int) -> str:
    """A heading of at most ``most`` cells: long option names lose the ends of their words."""
    words = name.split("_")
    while len("_".join(words)) > most and any(len(word) > 3 for word in words):
        longest = max(range(len(words)), key=lambda i: len(words[i]))
        words[longest] = words[longest][:-1]
    return "_".join(words)[:most]


def _estimated(frame: pl.DataFrame) -> bool:
    return "energy_estimated" in frame.columns and bool(frame["energy_estimated"].any())


def _answer(value: Any) -> str:
    return "-" if value is None else "yes" if value else "no"


def _clock(value: Any) -> str:
    return value.astimezone().strftime("%H:%M:%S") if isinstance(value, datetime) else "-"
