"""Keeping what was measured when the disk is full or the session's folder was moved.

A run that cost minutes is never thrown away for want of a place to write it: a full disk is waited
for, and a folder that was moved is followed through the descriptor of its lock.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path

from pimp_tui.campaign.board import Board
from pimp_tui.errors import UserError
from pimp_tui.session.manifest import FILE

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LOOK_S = 1.0


class SessionGone(UserError):
    """The session's folder is no longer where it was."""


class Keeper:
    """Writes into the session's folder, wherever that is by now.

    Args:
        session: the folder as it was when the campaign started, absolute.
        where: the folder as it is now, None where it is gone (``SessionLock.folder``).
        board: told while a full disk is waited for; its ``stop`` ends the waiting.
        log: gets a line when a wait begins and ends.
    """

    def __init__(
        self,
        session: Path,
        where: Callable[[], Path | None],
        board: Board,
        log: Callable[..., None],
    ) -> None:
        self.session, self._where, self._board, self._log = session, where, board, log

    def keep(self, write: Callable[[Path], None]) -> None:
        """Call ``write`` with the session's folder until it succeeds.

        Raises:
            SessionGone: after writing, where the folder was moved; or it is gone altogether.
            UserError: the disk stayed full until the campaign was stopped.
            OSError: any other fault.
        """
        waited = False
        before = dict(self._board.state)
        while True:
            try:
                if self._where() not in (self.session, None):
                    self._follow(write)  # another folder may stand at the old place by now
                write(self.session)
            except FileNotFoundError:
                self._follow(write)
            except OSError as fault:
                if fault.errno not in _FULL:
                    raise
                told = f"cannot write into {self.session}: {fault.strerror}"
                if self._board.stop.is_set():
                    raise UserError(
                        told, mend="make room, then `pimp-tui run` goes on with the session"
                    ) from None
                if not waited:
                    waited = True
                    self._log(f"{told}; waiting for room", "error")
                self._board.update(state="paused", phase="disk full")
                time.sleep(_LOOK_S)
                continue
            if waited:
                self._board.update(**{k: before.get(k) for k in ("state", "phase")})
                self._log("there is room again: going on")
            return

    def look(self) -> None:
        """See that the folder is where it was.

        Raises:
            SessionGone: it was moved, or is gone altogether.
        """
        if self._where() != self.session and not (self.session / FILE).exists():
            self._follow(lambda _: None)

    def _follow(self, write: Callable[[Path], None]) -> None:
        now = self._where()
        if now is None or now == self.session:
            raise SessionGone(
                "the session's folder is gone", str(self.session), "start a new session"
            ) from None
        write(now)
        self.session = now
        raise SessionGone(
            f"the session's folder was moved to {now}; nothing is lost",
            mend=f"go on with `pimp-tui run {now}`",
        ) from None
