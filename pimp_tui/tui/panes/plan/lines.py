"""The plan as rows of the screen: made when they are looked at, whatever its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from pimp_tui.session.picks import SAMPLER
from pimp_tui.tui.panes.plan.estimate import estimates, left_s
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.widgets.numbers import Scale, option_text, scale_of
from pimp_tui.tui.widgets.painted import Spans, fit

if TYPE_CHECKING:
    import polars as pl

_KINDS = {"failed": "bad", "ok": "good", "running": "accent"}
_ESTIMATE = 9
#: So many estimates decide in which unit all of them stand.
_SCALE_ROWS = 2000


@dataclass(frozen=True)
class PlanLine:
    """One planned configuration.

    Attributes:
        status: ``ok``, ``failed``, ``1/2`` repeats, ``running``, ``-`` for not measured, or
            ``pick`` for one that is measured in its batch, not in the campaign.
        estimate_s: what one run takes; ``guessed``: told from other configurations.
    """

    config_id: str
    position: int
    sampler: str
    differs: str
    status: str
    estimate_s: float | None = None
    guessed: bool = True

    @property
    def measured(self) -> bool:
        """Whether anything of it was run."""
        return self.status not in ("-", "pick", "running")


class PlanLines(Sequence[PlanLine]):
    """The lines of a plan, kept as columns.

    Attributes:
        frame: config_id, position, sampler, differs, status, estimate_s, guessed.
        left_s: estimated seconds to the end of the plan, None where nothing tells.
    """

    def __init__(self, frame: pl.DataFrame, left_s: float | None = None) -> None:
        self.frame, self.left_s = frame, left_s
        self.scale: Scale | None = None
        if len(told := frame["estimate_s"].head(_SCALE_ROWS).drop_nulls()):
            self.scale = scale_of("duration_s", told.to_list())

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, index: int) -> PlanLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[PlanLine]: ...
    def __getitem__(self, index: int | slice) -> PlanLine | list[PlanLine]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        return PlanLine(*self.frame.row(index))

    @property
    def waiting(self) -> int:
        """Lines of which nothing was run."""
        return int((self.frame["status"] == "-").sum())

    def place_of(self, config_id: str | None) -> int | None:
        """Where a configuration stands."""
        found = (self.frame["config_id"] == (config_id or "")).arg_true()
        return int(found[0]) if len(found) else None

    def matching(self, text: str) -> PlanLines:
        """Lines that hold every word of a filter."""
        import polars as pl

        words = text.lower().split()
        if not words:
            return self
        # Eager strings, not one expression: only as many columns as are looked at.
        whole = self.frame.select(
            pl.format("#{} {} {} {}", "position", "sampler", "status", "differs")
            .str.to_lowercase()
            .alias("whole")
        )["whole"]
        keep = whole.str.contains(words[0], literal=True)
        for word in words[1:]:
            keep &= whole.str.contains(word, literal=True)
        found = PlanLines(self.frame.filter(keep))
        found.scale = self.scale
        return found

    def following(self, index: int, by: int) -> int | None:
        """The next line after (before, for -1) ``index``, round the end, that is not all ok."""
        rest = (self.frame["status"] != "ok").arg_true().to_list()
        rest = [n for n in (rest if by > 0 else rest[::-1]) if n != index]
        after = [n for n in rest if (n > index if by > 0 else n < index)]
        return next(iter([*after, *rest]), None)


class Painted(Sequence[Spans]):
    """Lines painted as they are asked for.

    Args:
        running: the config_id that is measured now.
    """

    def __init__(self, lines: PlanLines, width: int, running: str | None) -> None:
        self._lines, self._width, self._running = lines, width, running

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        return paint(self._lines[index], self._width, self._running, self._lines.scale)


def read_lines(
    plan: pl.DataFrame, runs: pl.DataFrame | None, repeats: int, info: PlanInfo
) -> PlanLines:
    """Lines of a plan with what the runs say of each; for a thread."""
    import polars as pl

    sampler = pl.col("sampler").cast(pl.String)
    frame = plan.select("config_id", "position", sampler, _differs(plan, info))
    if runs is None:
        nothing = {"status": pl.lit("-"), "estimate_s": pl.lit(None, pl.Float64)}
        return PlanLines(frame.with_columns(**nothing, guessed=pl.lit(True)))
    known = estimates(info.plan, runs, info.varying)
    frame = frame.join(status_of(runs, repeats), on="config_id", how="left", maintain_order="left")
    frame = frame.join(known, on="config_id", how="left", maintain_order="left")
    without = pl.when(pl.col("sampler") == SAMPLER).then(pl.lit("pick")).otherwise(pl.lit("-"))
    frame = frame.with_columns(pl.col("status").fill_null(without))
    picks = frame.filter(pl.col("status") == "pick")["config_id"]
    known = known.filter(~pl.col("config_id").is_in(picks.implode()))
    return PlanLines(frame, left_s(known, runs, repeats) if runs.height else None)


def _differs(plan: pl.DataFrame, info: PlanInfo) -> pl.Expr:
    """``cache=static top_k=50``, as ``describe_row`` says it, a column at a time."""
    import polars as pl

    default = info.row(info.default_id) if info.default_id else {}
    parts = []
    for name in info.varying or info.options:
        values = plan[name].unique()
        texts = [
            None if value is None or (default and value == default.get(name))
            else (name if value else f"no {name}") if isinstance(value, bool)
            else f"{name}={option_text(value)}"
            for value in values.to_list()
        ]  # fmt: skip
        told = pl.Series(texts, dtype=pl.String)
        if len(values) < 1000:
            parts.append(pl.col(name).replace_strict(values, told, return_dtype=pl.String))
        else:
            parts.append(pl.lit(plan.select(name).join(
                pl.DataFrame({name: values, "told": told}), on=name, how="left",
                nulls_equal=True, maintain_order="left")["told"]))  # fmt: skip
    words = pl.concat_str(parts, separator=" ", ignore_nulls=True) if parts else pl.lit("")
    is_default = pl.col("config_id") == (info.default_id or "")
    return pl.when(is_default).then(pl.lit("library default")).otherwise(words).alias("differs")


def status_of(runs: pl.DataFrame, repeats: int) -> pl.DataFrame:
    """``config_id``, ``status``: a word by the best attempt of each repeat."""
    import polars as pl

    seen = runs.group_by("config_id", "repetition").agg((pl.col("status") == "ok").any())
    ok, ended = pl.col("ok"), pl.col("ended")
    count = seen.group_by("config_id").agg(
        pl.col("status").sum().alias("ok"), pl.len().alias("ended")
    )
    words = (
        pl.when(ok >= repeats).then(pl.lit("ok"))
        .when((ended >= repeats) & (ok == 0)).then(pl.lit("failed"))
        .when(ended >= repeats).then(pl.format("{}/{} ok", ok, pl.lit(repeats)))
        .otherwise(pl.format("{}/{}", ended, pl.lit(repeats)))
    )  # fmt: skip
    return count.select("config_id", words.alias("status"))


def heading(width: int, has_default: bool, scale: Scale | None) -> Spans:
    """The line over the rows."""
    last = "differs from the default by" if has_default else "options that vary"
    estimate = f"{scale.unit + '/run':>{_ESTIMATE}}  " if scale else ""
    return [(f"     #  {'sampler':<11} {'status':<8} {estimate}{last}"[:width], "dim")]


def paint(line: PlanLine, width: int, running: str | None, scale: Scale | None = None) -> Spans:
    """One row; ``running`` is the config_id that is measured now."""
    status = "running" if line.config_id == running else line.status
    head = f"{line.position:>4}  {fit(line.sampler, 11)} "
    number = f"{scale.number(line.estimate_s, line.guessed):>{_ESTIMATE}}  " if scale else ""
    room = max(width - 2 - len(head) - 9 - len(number), 8)
    return [
        (head, ""),
        (f"{status:<8} ", _KINDS.get(status, "dim" if status in ("-", "pick") else "")),
        (number, "dim" if line.guessed else ""),
        (fit(line.differs, room), ""),
    ]
