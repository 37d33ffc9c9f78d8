"""A plan that grows: while a campaign runs, what was measured suggests what to measure next."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.budget import Budget
from pimp_tui.campaign.keeping import Keeper
from pimp_tui.campaign.planned import read_planned
from pimp_tui.campaign.schedule import Planned
from pimp_tui.campaign.settings import Settings
from pimp_tui.errors import UserError
from pimp_tui.session import segments
from pimp_tui.session.bundle import Session, open_session
from pimp_tui.session.picks import campaign_rows

if TYPE_CHECKING:
    from pimp_tui.learning.suggestion.warm_start import WarmStart

SUGGEST = "suggest"
#: Configurations that are suggested together: they are measured interleaved and share loads.
TOGETHER = 3
#: Suggested configurations in a row that did not move the front, after which a campaign ends.
PATIENCE = 12
#: Configurations of a campaign without ``-n`` and without a budget.
MOST = 40
_EXPENSE = {"s": "duration_s", "J": "energy_j"}


def grows(settings: Settings) -> bool:
    """Whether the campaign's plan grows while it runs."""
    return SUGGEST in [name.strip() for name in (settings.method or "").split("+")]


class Growth:
    """Appends suggested configurations to a session's plan; only the holder of the lock may.

    Attributes:
        why: why the plan grows no more; empty while it may.
    """

    def __init__(
        self,
        settings: Settings,
        keeper: Keeper,
        board: Board,
        budget: Budget,
        log: Callable[..., None],
    ) -> None:
        self._settings, self._keeper, self._board = settings, keeper, board
        self._budget, self._log = budget, log
        self.why = ""
        self._start_failed = False
        self._told: list[str] = []  # by the latest suggestions, of how the start helped

    def __call__(self) -> list[Planned]:
        """The configurations added to the plan after what was measured by now; none at its end.

        Raises:
            UserError: the plan cannot be written.
        """
        if self._board.stop.is_set():
            return []
        begun = time.monotonic()
        self._board.update(phase="suggest", config_id=None)
        try:
            return self._more(Session(self._keeper.session))
        finally:
            self._budget.spend(seconds=time.monotonic() - begun)

    def _more(self, session: Session) -> list[Planned]:
        from pimp_tui.learning.fronts.front_history import still_since
        from pimp_tui.learning.suggestion.next_runs import suggest

        rows = session.configurations().collect()
        ran = rows.filter(rows["runs_ok"] + rows["runs_failed"] > 0)["config_id"]
        rows = campaign_rows(rows, ran)  # picks are no configurations of the campaign
        count = min(TOGETHER, self._most() - rows.height)
        if count < 1:
            return self._end(f"all {rows.height} configurations are measured")
        if self._budget.exhausted:
            return self._end(str(self._budget))
        still = still_since(rows, session.default_objectives)
        if still >= PATIENCE:
            return self._end(f"the front did not move in the last {still} configurations")
        seed = self._settings.seed + rows.height
        self._told.clear()
        try:
            found = suggest(
                session, n=count, seed=seed, expense=_EXPENSE.get(self._budget.unit),
                warm=self._warm(session), told=self._tell,
            )  # fmt: skip
        except UserError as error:
            return self._end(error.what)
        names = ", ".join(session.default_objectives)
        self._log(f"{found.height} configurations suggested for {names}")
        plan = session.plan.collect()
        grown = plan.vstack(found.select(plan.columns).cast(plan.schema))
        self._keeper.keep(lambda folder: _write(folder, grown))
        added = set(found["config_id"])
        return [item for item in read_planned(session) if item.config_id in added]

    def _warm(self, session: Session) -> WarmStart | None:
        """What the session asked for as a start teaches; None without one that can be learnt."""
        folder = self._settings.warm_from
        if folder is None or self._start_failed:
            return None
        from pimp_tui.learning.suggestion.warm_start import WarmStart

        try:
            source = open_session(folder)
            return WarmStart(source, session.options, session.default_objectives)
        except UserError as error:
            self._start_failed = True
            self._log(f"{folder} is no start: {error.what}", "warning")
            return None

    def _most(self) -> int:
        limit = self._settings.configurations
        return limit or (10**9 if self._budget.unit else MOST)

    def _tell(self, line: str) -> None:
        self._log(line)
        self._told.append(line)

    def _end(self, why: str) -> list[Planned]:
        self.why = why
        if self._settings.warm_from:
            for line in self._told:
                self._log(line, "note")
        return []


def growth_of(
    settings: Settings, keeper: Keeper, board: Board, budget: Budget, log: Callable[..., None]
) -> Growth | None:
    """The growth of a campaign's plan; None where the plan stays as it is."""
    return Growth(settings, keeper, board, budget, log) if grows(settings) else None


def _write(folder: Path, grown: object) -> None:
    segments.write_frame(folder / "plan.parquet", grown)  # type: ignore[arg-type]
