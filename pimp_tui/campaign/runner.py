"""The runner process of a campaign: ``python -m pimp_tui.campaign.runner SESSION [--picks-only]``.

It lives in a process session of its own, holds the session's lock, writes every segment, and
supervises the worker. SIGTERM, SIGINT and the ``stop`` command end it after the run in progress
is recorded or dropped whole; SIGHUP does nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.budget import Budget
from pimp_tui.campaign.clock import SessionClock, last_t_s
from pimp_tui.campaign.gpu_left import put_back_stale
from pimp_tui.campaign.growth import growth_of
from pimp_tui.campaign.keeping import Keeper
from pimp_tui.campaign.loop import CampaignLoop, Outcome
from pimp_tui.campaign.planned import read_planned
from pimp_tui.campaign.server import ControlServer
from pimp_tui.campaign.settings import Settings
from pimp_tui.campaign.start import PICKS_ONLY
from pimp_tui.campaign.verification import Verification, with_verification
from pimp_tui.errors import UserError
from pimp_tui.session import segments
from pimp_tui.session.bundle import Session
from pimp_tui.session.compact import compact, repair
from pimp_tui.session.damage import set_aside
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest
from pimp_tui.session.status import read_status

EXIT_OK, EXIT_FAULT, EXIT_USER, EXIT_FAILED_RUNS, EXIT_STOPPED = 0, 1, 2, 3, 130


class Runner:
    """Wires lock, log, clock, socket and loop for one session folder (absolute).

    Args:
        picks_only: verify the picks that wait; of the campaign nothing more is run.
    """

    def __init__(self, session: Path, picks_only: bool = False) -> None:
        self.session, self._picks_only = session, picks_only
        self.manifest = read_manifest(session)
        self.settings = Settings.from_json(self.manifest["settings"])
        self._log = (session / "log.txt").open("a", buffering=1, encoding="utf-8")

    def log(self, text: str, level: str = "info") -> None:
        """A line for the log, stamped in UTC, and for whoever listens."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with contextlib.suppress(OSError):  # a full disk must not end a campaign here
            print(f"{now} {level:7} {text}", file=self._log)
        self.board.tell("log", level=level, text=text)

    def run(self) -> int:
        """Run what is left of the plan; returns the exit code."""
        with SessionLock.acquire(self.session) as lock:
            self._where = lock.folder
            try:
                repair(self.session)
                broken = set_aside(self.session)
                swept = segments.sweep(self.session)
            except UserError as error:
                print("\n".join(error.lines()), file=self._log)
                return self._broken_off(" ".join(error.lines()), EXIT_USER)
            self.clock = SessionClock(self.manifest["created"], last_t_s(self.session))
            self.board = Board(self.clock.t_s)
            self.keeper = Keeper(self.session, lock.folder, self.board, self.log)
            server = ControlServer(self.session, self.board)
            try:
                socket_file = str(server.path or "") or None
                fresh = {"outcome": None, "exit_code": None}
                self._mark("running", runner=_runner(), socket=socket_file, **fresh)
                self._catch_signals()
                self._put_back_gpus()
                for sentence in broken:
                    self.log(sentence, "error")
                if swept:
                    self.log(f"removed {len(swept)} files that no finished run owns", "warning")
                return self._campaign()
            except UserError as error:
                self.log(" ".join(error.lines()), "error")
                return self._broken_off(" ".join(error.lines()), EXIT_USER)
            except Exception as error:
                self.log(traceback.format_exc(), "error")
                told = f"a fault of pimp-tui: {type(error).__name__}: {error}; log.txt tells more"
                return self._broken_off(told, EXIT_FAULT)
            finally:
                server.close()

    def _broken_off(self, why: str, code: int) -> int:
        self.session = self._where() or self.session
        ended = {"status": "stopped", "socket": None, "outcome": why, "exit_code": code}
        with contextlib.suppress(OSError):
            write_manifest(self.session, self.manifest | ended)
        return code

    def _put_back_gpus(self) -> None:
        """Undo GPU settings that a killed runner left behind."""
        done, faults = put_back_stale()
        for sentence in done:
            self.log(sentence, "warning")
        for sentence in faults:
            self.log(f"GPU settings not put back: {sentence}", "error")

    def _campaign(self) -> int:
        session = Session(self.session)
        budget = Budget(self.settings.budget, session)
        outcome, failed = self._as_left() if self._picks_only else self._own_runs(session, budget)
        checking = Verification(self.session, self._where, self.board, self.log, budget)
        through = outcome.state == "done" or self._picks_only or budget.exhausted
        if through and not self.board.stop.is_set():
            outcome = with_verification(outcome, checking.run())
        self.log(f"{outcome.state}: {outcome.reason}")
        if outcome.state == "done":
            try:
                compact(self.session)
            except OSError as fault:  # the segments are as good as the merged files
                self.log(f"segments stay as they are: {fault.strerror}", "warning")
        code = EXIT_FAILED_RUNS if failed or checking.runs_failed else EXIT_OK
        if outcome.state != "done" and self.board.stop.is_set():
            code = EXIT_STOPPED
        self._mark(outcome.state, socket=None, outcome=outcome.reason, exit_code=code)
        self.board.update(state=outcome.state)
        time.sleep(0.2)  # let the last events reach slow readers before the socket closes
        return code

    def _own_runs(self, session: Session, budget: Budget) -> tuple[Outcome, int]:
        """Run what is left of the campaign; how it ended, and its failed runs."""
        growth = growth_of(self.settings, self.keeper, self.board, budget, self.log)
        loop = CampaignLoop(
            self.session, self.manifest, self.settings, read_planned(session), self.board,
            self.clock, self.log, budget, self._mark, self.keeper, growth,
        )  # fmt: skip
        return loop.run(), loop.runs_failed

    def _as_left(self) -> tuple[Outcome, int]:
        """The campaign as the last sitting left it; nothing of it is run now."""
        status = read_status(self.session)
        ended = status["runs_done"] + status["runs_failed"]
        left = status["runs_planned"] - ended
        if left > 0:
            told = f"{left} of {status['runs_planned']} runs of the campaign are left"
            return Outcome("stopped", told), 0
        told = f"{status['runs_done']} runs ok, {status['runs_failed']} failed"
        return Outcome("done", told), 0

    def _mark(self, status: str, **fields: Any) -> None:
        self.manifest |= {"status": status} | fields
        self.keeper.keep(lambda session: write_manifest(session, self.manifest))

    def _catch_signals(self) -> None:
        def stop(number: int, _frame: object) -> None:
            self.board.stop_reason = f"stopped by {signal.Signals(number).name}"
            self.board.stop.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _runner() -> dict[str, Any]:
    job = os.environ.get("SLURM_JOB_ID")
    return {"host": socket.gethostname(), "pid": os.getpid()} | ({"job": job} if job else {})


def main() -> int:
    """Entry point of ``python -m pimp_tui.campaign.runner``."""
    try:
        return Runner(Path(sys.argv[1]).resolve(), PICKS_ONLY in sys.argv[2:]).run()
    except UserError as error:
        print("\n".join(error.lines()), file=sys.stderr)
        return EXIT_USER


if __name__ == "__main__":
    sys.exit(main())
