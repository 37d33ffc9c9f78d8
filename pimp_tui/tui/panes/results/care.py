"""Which results are to be read with care: contaminated runs, devices slowed by heat, meters."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pimp_tui.learning.verification.control import change, control_of
from pimp_tui.tui.widgets.cells import Line, line, wrap
from pimp_tui.tui.widgets.numbers import scale_of

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session.bundle import Session

RunKey = tuple[str, int, int]


@dataclass(frozen=True)
class Care:
    """What a session's bundle says beside its figures.

    Attributes:
        contaminated: config_id -> runs, failed ones too, with other people's processes on the
            device.
        spoilt: config_ids with a contaminated run that counts, so that it is in the means.
        hot: runs in which a device was slowed by heat.
        meters: config_id -> (repetition, remark of the meters), where it was first seen.
        control, drift: config_id of the control, and its last run against its first in words.
    """

    contaminated: dict[str, int] = field(default_factory=dict)
    spoilt: frozenset[str] = frozenset()
    hot: frozenset[RunKey] = frozenset()
    meters: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    control: str = ""
    drift: str = ""

    def mark(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add ``contaminated``, a count of runs, where there is any, and say it in ``status``."""
        if not self.contaminated:
            return frame
        import polars as pl

        counts = pl.DataFrame(
            {"config_id": list(self.contaminated), "contaminated": list(self.contaminated.values())}
        )
        frame = frame.join(counts, on="config_id", how="left", maintain_order="left")
        counts_in = pl.col("config_id").is_in(list(self.spoilt))
        status = pl.when(counts_in).then(pl.col("status") + " !shared").otherwise(pl.col("status"))
        return frame.with_columns(status.alias("status"), pl.col("contaminated").fill_null(0))

    def of_configuration(self, config_id: str, width: int) -> list[Line]:
        """What is to be known of all its runs."""
        told = []
        if count := self.contaminated.get(config_id):
            told.append(f"contaminated: others used the device in {count} of its runs")
            if config_id not in self.spoilt:
                told[-1] += ", none of which counts"
        if repeats := sorted({key[1] for key in self.hot if key[0] == config_id}):
            told.append(f"slowed by heat in repeat {', '.join(map(str, repeats))}")
        told += [f"meters, rep {number}: {text}" for number, text in self.meters.get(config_id, ())]
        lines = _warned(told, width)
        if self.drift and config_id == self.control:
            lines += [line(("  " + part, "dim")) for part in wrap(self.drift, width - 4)]
        return lines

    def of_run(self, row: dict[str, Any], width: int) -> list[Line]:
        """The same of one attempt."""
        told = []
        if row.get("contaminated"):
            told.append("contaminated: another process used the device")
        if (row["config_id"], row["repetition"], row["attempt"]) in self.hot:
            told.append("a device was slowed by heat; its clocks are in power/*.parquet")
        told += [
            f"meters: {text}"
            for number, text in self.meters.get(row["config_id"], ())
            if number == row["repetition"]
        ]
        return _warned(told, width)


def _warned(told: list[str], width: int) -> list[Line]:
    return [line(("  " + part, "warn")) for text in told for part in wrap(f"! {text}", width - 4)]


def read_care(session: Session) -> Care:
    """Read it; blocking, for a thread."""
    import polars as pl

    good = (pl.col("status") == "ok").sum().alias("good")
    runs = session.runs.filter(pl.col("contaminated")).group_by("config_id")
    counts = runs.agg(pl.len().alias("runs"), good).collect()
    meters: dict[str, list[tuple[int, str]]] = {}
    for remark in session.manifest.get("meter_remarks") or []:
        found = meters.setdefault(str(remark.get("config_id")), [])
        found.append((int(remark.get("repetition") or 0), str(remark.get("text"))))
    control, drift = _drift(session)
    spoilt = frozenset(counts.filter(counts["good"] > 0)["config_id"])
    counted = dict(counts.select("config_id", "runs").iter_rows())
    return Care(counted, spoilt, _hot(session), meters, control, drift)


def _drift(session: Session) -> tuple[str, str]:
    """Of the control: its config_id, and ``control: 1.20 to 1.25 s (+4.2%), energy +3.0%``."""
    import polars as pl

    first = session.plan.select("config_id").head(1).collect()["config_id"].to_list()
    found = control_of(session.manifest.get("named"), first[0] if first else None)
    if found is None:
        return "", ""
    mine = (pl.col("config_id") == found[1]) & (pl.col("status") == "ok")
    names = ["duration_s", "energy_j", "energy_estimated"]
    runs = session.runs.filter(mine).sort("ended_at").select(names).collect()
    lasted = change(runs["duration_s"].to_list())
    if lasted is None:
        return found[1], ""
    scale = scale_of("duration_s", lasted[:2])
    told = f"{scale.number(lasted[0])} to {scale.text(lasted[1])} ({lasted[2]:+.1%})"
    counted = runs.filter(~pl.col("energy_estimated").fill_null(True))["energy_j"].to_list()
    energy = change(counted)
    more = "" if energy is None else f", energy {energy[2]:+.1%}"
    return found[1], f"control of drift, first run to last: {told}{more}"


def _hot(session: Session) -> frozenset[RunKey]:
    import polars as pl

    heat = pl.col("throttle_reasons").str.contains("thermal|hw_")
    moments = session.power.filter(heat).select("at").sort("at").collect()["at"].to_list()
    if not moments:
        return frozenset()
    names = ["config_id", "repetition", "attempt", "started_at", "ended_at"]
    found = set()
    for config_id, repetition, attempt, begun, ended in session.runs.select(names).collect().rows():
        first = bisect_left(moments, begun) if begun and ended else len(moments)
        if first < len(moments) and moments[first] <= ended:
            found.add((config_id, repetition, attempt))
    return frozenset(found)
