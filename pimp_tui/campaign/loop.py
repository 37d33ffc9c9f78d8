"""The campaign's loop: load, idle baseline, run after run, until the plan or the patience ends."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.campaign.attempt import Attempt
from pimp_tui.campaign.baselines import MeterLog
from pimp_tui.campaign.board import Board
from pimp_tui.campaign.budget import NOT_REPEATED, Budget
from pimp_tui.campaign.clock import SessionClock
from pimp_tui.campaign.gpu_journal import GpuJournal
from pimp_tui.campaign.growth import Growth
from pimp_tui.campaign.keeping import Keeper
from pimp_tui.campaign.precision import Repeats
from pimp_tui.campaign.schedule import Planned, order
from pimp_tui.campaign.settings import Settings
from pimp_tui.campaign.worker_link import Interrupted, WorkerDied, WorkerHung, WorkerLink
from pimp_tui.learning.verification.control import control_of
from pimp_tui.metering.device_settings import SettingRefused
from pimp_tui.session.compact import committed_keys
from pimp_tui.session.status import read_status

#: A stop waits this long for the run in progress before it drops it, seconds.
STOP_GRACE_S = 30.0
#: So many configurations failing in a row from the start end a campaign.
HOPELESS = 5
_ATTEMPTS = 2
#: A worker that somebody killed says less against its configuration than one that crashed.
_ATTEMPTS_KILLED = 5
#: A run beside somebody else's load is repeated until the last of so many attempts.
_ATTEMPTS_SPOILT = 3


@dataclass(frozen=True)
class Outcome:
    """How a campaign ended: ``state`` done or stopped, and why."""

    state: str
    reason: str


class CampaignLoop:
    """Runs what is left of a plan.

    Attributes:
        runs_done, runs_failed: committed runs, those of earlier sittings included.
    """

    def __init__(
        self,
        session: Path,
        manifest: dict[str, Any],
        settings: Settings,
        planned: list[Planned],
        board: Board,
        clock: SessionClock,
        log: Callable[..., None],
        budget: Budget,
        mark: Callable[..., None],
        keeper: Keeper,
        growth: Growth | None = None,
    ) -> None:
        self._growth = growth
        self._settings, self._planned, self._board = settings, planned, board
        self._log, self._budget, self._mark = log, budget, mark
        self._session, self._keeper = session, keeper
        status = read_status(session)
        self.runs_done, self.runs_failed = status["runs_done"], status["runs_failed"]
        self._attempt = Attempt(manifest, settings, board, clock, keeper)
        self._link = WorkerLink(
            session, manifest["engine"], settings.gpus, self._attempt.on_message,
            session / "log.txt", self._must_drop,
        )  # fmt: skip
        self._gpus = GpuJournal(session, settings.gpus)
        control = control_of(manifest.get("named"), planned[0].config_id if planned else None)
        self._repeats = Repeats(settings.precision, control[1] if control else None)
        self._left_out = 0
        self._stop_asked_at: float | None = None
        self._durations: list[float] = []
        self._broken = broken_before(session)
        self._broken_now = 0
        self._meter_log = MeterLog(manifest, clock, mark, log)

    def run(self) -> Outcome:
        """Run to the end of the plan, a stop, the budget, or hopelessness."""
        recorded = [(config, repetition) for config, repetition, _ in committed_keys(self._session)]
        waiting = order(self._planned, self._settings.repeats, self._settings.seed, recorded)
        self._total = len(self._planned) * self._settings.repeats
        self._repeats.read(self._session)
        if self._settings.precision is not None:
            self._mark("running", repeats_left_out=0)
        self._update(state="running", phase="load")
        self._log(f"{len(waiting)} of {self._total} runs to do")
        try:
            for item, repetition in self._as_it_grows(waiting):
                if self._repeats.enough(item.config_id):
                    self._leave_out()
                    continue
                if outcome := self._before(item, repetition):
                    return outcome
                self._one(item, repetition)
                if self._hopeless():
                    return Outcome("stopped", self._why_hopeless())
            may_grow = self._growth is not None and not self._growth.why
            if self._board.stop.is_set() and (may_grow or self._left() > 0):
                return Outcome("stopped", self._board.stop_reason)
            told = f"{self.runs_done} runs ok, {self.runs_failed} failed"
            if self._left_out:
                told += f", {self._left_out} repeats left out: known well enough"
            if self._growth is not None:
                told += f"; {self._growth.why}"
            return Outcome("done", told)
        finally:
            self._link.close()

    def _as_it_grows(self, waiting: list[tuple[Planned, int]]) -> Iterator[tuple[Planned, int]]:
        """The runs of the plan, then those of what is added to it as long as it grows."""
        yield from waiting
        while self._growth and (fresh := self._growth()):
            self._planned = [*self._planned, *fresh]
            self._total += len(fresh) * self._settings.repeats
            self._update()
            yield from order(fresh, self._settings.repeats, self._settings.seed)

    def _leave_out(self) -> None:
        self._left_out += 1
        self._total -= 1
        self._mark("running", repeats_left_out=self._left_out)
        self._update()

    def _before(self, item: Planned, repetition: int) -> Outcome | None:
        """Obey pause, stop and budget between two runs."""
        if self._board.pause.is_set() and not self._board.stop.is_set():
            self._update(state="paused", phase=None)
            self._mark("paused")
            while self._board.pause.is_set() and not self._board.stop.is_set():
                time.sleep(0.1)
            self._mark("running")
            self._update(state="running")
        if self._board.stop.is_set():
            return Outcome("stopped", self._board.stop_reason)
        self._keeper.look()
        if self._budget.exhausted:
            return Outcome("stopped", f"{self._budget}, {self._left_of_budget()}")
        self._board.skip.clear()
        self._update(config_id=item.config_id, position=item.position, repetition=repetition)
        return None

    def _left_of_budget(self) -> str:
        measured = {config_id for config_id, _, _ in committed_keys(self._session)}
        never = sum(item.config_id not in measured for item in self._planned)
        told = f"{self._left()} runs left out"
        which = f"{never} of {len(self._planned)} configurations not measured at all"
        return f"{told}, {which}" if never else told

    def _one(self, item: Planned, repetition: int) -> None:
        """One run, recorded whatever happens, unless it is dropped by a stop."""
        begun = time.monotonic()
        if reason := self._broken.get(item.config_id):
            self._attempt.commit_failure(item, repetition, 1, f"{NOT_REPEATED}{reason}")
            self.runs_failed += 1
            self._update()
            return
        for number in range(1, _ATTEMPTS_KILLED + 1):
            try:
                with self._gpus.applied(item.device):
                    answer = self._measure(item, repetition)
            except SettingRefused as error:
                self._fail(item, repetition, number, str(error), begun)
                return
            except Interrupted:
                if self._board.stop.is_set():
                    return
                self._fail(item, repetition, number, "skipped by the user", begun)
                return
            except WorkerHung as error:
                self._fail(item, repetition, number, str(error), begun)
                return
            except WorkerDied as error:
                self._keeper.look()  # a worker finds no session where the folder was moved
                self._log(f"#{item.position}: {error}; a new worker takes over", "warning")
                if number >= (_ATTEMPTS_KILLED if error.by_hand else _ATTEMPTS):
                    self._fail(item, repetition, number, str(error), begun)
                    return
                continue
            if answer["type"] == "failed":
                if answer["kind"] in ("memory", "device"):
                    self._link.kill()
                self._fail(item, repetition, number, answer["reason"], begun)
                return
            self._meter_log.remarks(item, repetition, answer["reading"]["notes"])
            if (spoilt := self._spoilt(answer)) and number < _ATTEMPTS_SPOILT:
                row = self._attempt.commit_result(item, repetition, number, answer, spoilt)
                self._budget.spend(energy_j=row["energy_j"])
                self._log(f"#{item.position} is repeated: {spoilt}", "warning")
                continue
            row = self._attempt.commit_result(item, repetition, number, answer)
            self._budget.spend(energy_j=row["energy_j"])
            if self._budget.unit == "J" and row["energy_j"] is None:
                self._log(
                    f"#{item.position} has no energy: nothing of the budget is used", "warning"
                )
            self._repeats.add(item.config_id, row)
            self.runs_done += 1
            self._count(item, "ok", begun)
            return

    def _measure(self, item: Planned, repetition: int) -> dict[str, Any]:
        """The worker's answer to one run: ``result``, or ``failed``."""
        self._attempt.begin(item, repetition)
        settings = self._settings
        patience_s = settings.timeout_s + 3 * settings.cool_down_s + settings.idle_s
        answer = self._link.ask(self._attempt.settle(item), patience_s)
        if answer["type"] == "failed":
            return answer
        self._meter_log.settled(item, answer)
        self._attempt.begin(item, repetition)
        seed = random.Random(f"{settings.seed}/{repetition}").randrange(2**31)
        return self._link.ask(self._attempt.command(item, seed), settings.timeout_s)

    def _spoilt(self, answer: dict[str, Any]) -> str | None:
        """Foreign load on our GPUs during the window, unless the user accepted that."""
        foreign = answer.get("foreign")
        if not foreign or self._settings.shared_gpu:
            return None
        return f"contaminated: {'; '.join(foreign)}"

    def _fail(self, item: Planned, repetition: int, number: int, reason: str, begun: float) -> None:
        self._attempt.commit_failure(item, repetition, number, reason)
        self._log(f"#{item.position} repetition {repetition} failed: {reason}", "error")
        self._broken[item.config_id] = reason
        self._broken_now += 1
        self._count(item, "failed", begun)

    def _count(self, item: Planned, status: str, begun: float) -> None:
        took_s = time.monotonic() - begun
        if status == "failed":
            self.runs_failed += 1
        else:
            self._durations.append(took_s)
        self._budget.spend(seconds=took_s, runs=1)
        if self._budget.unit == "s":
            self._mark("running", spent_s=round(self._budget.spent, 3))
        self._update()

    def _update(self, **fields: Any) -> None:
        self._board.update(
            **fields,
            runs_done=self.runs_done,
            runs_failed=self.runs_failed,
            runs_planned=self._total,
            eta_s=self._eta_s(),
        )

    def _eta_s(self) -> float | None:
        """Estimated seconds to the end: runs left times the mean time of a run so far."""
        if not self._durations:
            return None
        return round(self._left() * sum(self._durations) / len(self._durations), 1)

    def _left(self) -> int:
        return self._total - self.runs_done - self.runs_failed

    def _hopeless(self) -> bool:
        """Whether nothing has worked so far, and enough of this sitting was tried."""
        return self.runs_done == 0 and self._broken_now >= min(HOPELESS, len(self._planned))

    def _why_hopeless(self) -> str:
        reasons = Counter(self._broken.values())
        told = "; ".join(f"{n} x {why}" if n > 1 else why for why, n in reasons.most_common(3))
        whole = len(self._broken) >= len(self._planned)
        which = "every configuration" if whole else f"the first {len(self._broken)} configurations"
        return f"{which} failed ({told}), {self._left()} runs left out"

    def _must_drop(self) -> bool:
        if self._board.skip.is_set():
            self._board.skip.clear()
            return True
        if not self._board.stop.is_set():
            return False
        now = time.monotonic()
        self._stop_asked_at = self._stop_asked_at or now
        return now - self._stop_asked_at > STOP_GRACE_S


def broken_before(session: Path) -> dict[str, str]:
    """config_id -> reason of the configurations that failed in an earlier sitting.

    They are not tried again. Runs that were measured beside somebody else's load do not count.
    """
    import polars as pl

    if not any((session / "runs").glob("*.parquet")):
        return {}
    failed = pl.scan_parquet(session / "runs" / "*.parquet").filter(
        (pl.col("status") == "failed") & pl.col("duration_s").is_null()
    )
    rows = failed.sort("started_at").select("config_id", "reason").collect().iter_rows()
    return {config: str(why or "").removeprefix(NOT_REPEATED) for config, why in rows}
