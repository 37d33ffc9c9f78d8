"""The runner's last act: measuring the picks of a campaign anew, batch after batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.budget import Budget
from pimp_tui.campaign.clock import SessionClock, last_t_s
from pimp_tui.campaign.keeping import Keeper
from pimp_tui.campaign.loop import CampaignLoop, Outcome
from pimp_tui.campaign.pick_batches import next_batch
from pimp_tui.campaign.planned import read_planned
from pimp_tui.campaign.settings import Settings
from pimp_tui.errors import UserError
from pimp_tui.session import segments
from pimp_tui.session.bundle import Session
from pimp_tui.session.compact import compact, repair
from pimp_tui.session.damage import set_aside
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.session.picks import planned_picks


@dataclass
class Verification:
    """Verifies what waits in a session whose lock the caller holds.

    Args:
        session: the session's folder; ``where``: where it is by now (``SessionLock.folder``).
        board, log: of the campaign; its stop and pause hold here too.
        budget: the campaign's.

    Attributes:
        runs_failed: of all batches of this sitting.
    """

    session: Path
    where: Callable[[], Path | None]
    board: Board
    log: Callable[..., None]
    budget: Budget
    runs_failed: int = 0

    def run(self) -> Outcome | None:
        """Measure every batch that is not done; None where no pick waits."""
        told: list[str] = []
        while not self.board.stop.is_set():
            try:
                batch = next_batch(Session(self.session), self.budget)
            except UserError as error:
                self.log(" ".join(error.lines()), "warning")
                return Outcome("stopped", error.what)
            if batch is None:
                break
            outcome = self._batch(batch)
            told.append(f"{self._words(batch)}: {outcome.reason}")
            if outcome.state != "done":
                return Outcome(outcome.state, "; ".join(told))
        return Outcome("done", "; ".join(told)) if told else None

    def _batch(self, batch: Path) -> Outcome:
        self.log(f"verifying {self._words(batch)} beside the control")
        self.board.update(verifying=batch.name)
        with SessionLock.acquire(batch):
            repair(batch)
            for sentence in set_aside(batch):
                self.log(sentence, "error")
            segments.sweep(batch)
            manifest = read_manifest(batch)
            keeper = Keeper(batch, lambda: self._moved(batch), self.board, self.log)

            def mark(status: str, **fields: Any) -> None:
                manifest.update({"status": status} | fields)
                keeper.keep(lambda folder: write_manifest(folder, manifest))

            mark("running")
            settings, session = Settings.from_json(manifest["settings"]), Session(batch)
            clock = SessionClock(manifest["created"], last_t_s(batch))
            planned = read_planned(session, picks=True)
            loop = CampaignLoop(
                batch, manifest, settings, planned, self.board, clock, self.log,
                Budget(settings.budget, session), mark, keeper,
            )  # fmt: skip
            outcome = loop.run()
            self.runs_failed += loop.runs_failed
            if outcome.state == "done":
                try:
                    compact(batch)
                except OSError as fault:  # the segments are as good as the merged files
                    self.log(f"segments stay as they are: {fault.strerror}", "warning")
            mark(outcome.state, outcome=outcome.reason)
            return outcome

    def _moved(self, batch: Path) -> Path | None:
        folder = self.where()
        return None if folder is None else folder / batch.relative_to(self.session)

    @staticmethod
    def _words(batch: Path) -> str:
        count = len(planned_picks(batch))
        return f"{count} {'pick' if count == 1 else 'picks'} in {batch.parent.name}/{batch.name}"


def with_verification(campaign: Outcome, verified: Outcome | None) -> Outcome:
    """How a sitting ended: as the campaign did, unless its verification did not come to an end."""
    if verified is None:
        return campaign
    state = campaign.state if verified.state == "done" else verified.state
    return Outcome(state, f"{campaign.reason}; {verified.reason}")
