"""The control socket: commands in, answers and events out (contracts.md, Processes)."""

from __future__ import annotations

import os
import queue
import socket
import threading
from pathlib import Path
from typing import Any

from pimp_tui.campaign.board import Board
from pimp_tui.session.control import COMMANDS, VERSION, decode, encode, socket_path

#: Events a slow reader may lag behind before it loses the oldest.
_BACKLOG = 512


class ControlServer:
    """Listens on the session's socket in threads of its own; mode 0600.

    If the socket cannot be made the campaign goes on without: ``path`` is None then.
    """

    def __init__(self, session: Path, board: Board) -> None:
        self._board = board
        self.path: Path | None = socket_path(session)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        old_mask = os.umask(0o177)
        try:
            self.path.unlink(missing_ok=True)
            self._socket.bind(str(self.path))
            self._socket.listen(16)
        except OSError:
            self.path = None
            return
        finally:
            os.umask(old_mask)
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def close(self) -> None:
        """Stop listening and remove the socket file."""
        self._socket.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        outbox: queue.Queue[dict[str, Any] | None] = queue.Queue(_BACKLOG)

        def post(message: dict[str, Any]) -> None:
            while True:
                try:
                    return outbox.put_nowait(message)
                except queue.Full:
                    try:
                        outbox.get_nowait()
                    except queue.Empty:
                        continue

        threading.Thread(target=_drain, args=(connection, outbox), daemon=True).start()
        try:
            with connection.makefile("rb") as lines:
                for line in lines:
                    answer, wants_events = self._answer(line)
                    post(answer)
                    if wants_events:
                        self._board.listen(post)
                        post(self._board.snapshot())
        except OSError:
            pass
        finally:
            self._board.forget(post)
            connection.close() if outbox.full() else outbox.put(None)

    def _answer(self, line: bytes) -> tuple[dict[str, Any], bool]:
        try:
            message = decode(line)
        except ValueError as error:
            return {"id": None, "ok": False, "error": f"not a message: {error}"}, False
        identity, command = message.get("id"), message.get("cmd")
        if message.get("v") != VERSION:
            return _refusal(identity, f"this runner speaks version {VERSION}"), False
        if command not in COMMANDS:
            return _refusal(identity, f"no command {command!r}; commands: {COMMANDS}"), False
        board = self._board
        if command == "pause":
            board.pause.set()
        elif command == "resume":
            board.pause.clear()
        elif command == "skip":
            board.skip.set()
        elif command == "stop":
            board.stop_reason = "stopped by the user"
            board.stop.set()
        answer: dict[str, Any] = {"id": identity, "ok": True, "error": None}
        if command == "status":
            answer |= {"status": board.state}
        return answer, command == "subscribe"


def _refusal(identity: Any, error: str) -> dict[str, Any]:
    return {"id": identity, "ok": False, "error": error}


def _drain(connection: socket.socket, outbox: queue.Queue[dict[str, Any] | None]) -> None:
    while (message := outbox.get()) is not None:
        try:
            connection.sendall(encode(message))
        except OSError:
            break
    connection.close()
