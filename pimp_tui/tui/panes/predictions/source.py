"""What Predictions reads of the session before anything is learnt; for threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.tui.panes.plan_info import PlanInfo
from pimp_tui.tui.panes.predictions.whatif import Desk, SpaceDesk, TableDesk

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session.bundle import Session

#: The predictor whose learning curve is shown: the child's default.
_PREDICTOR = "blend"
_SHOWN = ("energy_j", "latency_s", "pass_at_1")


@dataclass
class Source:
    """Measured configurations and what can be learnt from them.

    Attributes:
        measured: configurations with at least one good run.
        metrics: those that can be predicted, the objectives first.
        shown_metrics: those that What-if predicts.
        values: metric -> its measured values.
        varying: options that took more than one value.
        start: row that What-if starts from.
        names: config_id -> ``#position``.
        records: evaluation of ``learning.json``, if it rests on the runs there are.
        curves: metric -> its learning curve as ``learning.json`` has it, on the same condition.
    """

    frame: pl.DataFrame
    measured: int
    metrics: list[str]
    shown_metrics: list[str]
    values: dict[str, list[float | None]]
    varying: list[str]
    start: dict[str, Any] | None
    names: dict[str, str]
    records: list[dict[str, Any]]
    curves: dict[str, list[dict[str, Any]]]
    plan: PlanInfo

    def make_desk(self, session: Session) -> Desk:
        """What-if on the feature model, or on the table of an imported session."""
        if session.manifest.get("imported_metrics"):
            return TableDesk(self.plan.plan, self.plan.options)
        return SpaceDesk(session.space())

    def fault_of(self, text: str) -> str | None:
        """Why a position cannot be started from."""
        try:
            self.row_of(text)
        except UserError as error:
            return str(error)
        return None

    def row_of(self, text: str) -> dict[str, Any]:
        """The measured row at a position.

        Raises:
            UserError: no such position.
        """
        number = text.strip().lstrip("#")
        if not number.isdigit():
            raise UserError("a position in the plan: a number")
        found = self.frame.filter(self.frame["position"] == int(number))
        if not found.height:
            raise UserError(f"the plan has no #{number}")
        return found.row(0, named=True)


def read_source(session: Session) -> Source:
    """Read it; blocking."""
    plan = PlanInfo.of(session)
    frame = session.configurations().collect(engine="in-memory")
    ok = frame.filter(frame["runs_ok"] > 0)
    objectives = session.default_objectives
    known = [m for m in session.metrics if m in ok.columns and ok[m].drop_nulls().n_unique() > 1]
    first = [m for m in objectives if m in known]
    imported = session.manifest.get("imported_metrics")
    learnt = known if imported else [m for m in (*first, "duration_s", *_SHOWN) if m in known]
    metrics = list(dict.fromkeys([*first, *learnt]))
    default = ok.filter(ok["config_id"] == plan.default_id) if plan.default_id else ok.head(0)
    best = default if default.height else ok.head(1)
    runs = int(ok["runs_ok"].sum())
    learning = session.learning() or {}
    return Source(
        frame=frame,
        measured=ok.height,
        metrics=metrics,
        shown_metrics=metrics[:4],
        values={m: ok[m].to_list() for m in metrics},
        varying=plan.varying,
        start=best.row(0, named=True) if best.height else None,
        names={row[0]: f"#{row[1]}" for row in frame.select("config_id", "position").iter_rows()},
        records=list(learning.get("evaluation") or []) if learning.get("runs") == runs else [],
        curves=_curves(learning.get("curve") or {}, runs),
        plan=plan,
    )


def _curves(record: dict[str, Any], runs: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for point in record.get("points") or [] if record.get("runs") == runs else []:
        if point.get("predictor") == _PREDICTOR:
            found.setdefault(str(point.get("metric")), []).append(point)
    return found
