"""The control socket: commands in, answers and events out (contracts.md, Processes)."""

from __future__ import annotations

import contextlib
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
#: How soon a deleted socket file is made again, seconds.
_LOOK_S = 1.0


class ControlServer:
    """Listens on the session's socket in threads of its own; mode 0600.

    If the socket cannot be made the campaign goes on without: ``path`` is None then. A socket
    file that somebody deleted is made again.
    """

    def __init__(self, session: Path, board: Board) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._closed = False
        place = socket_path(session)
        with contextlib.suppress(OSError):
            place.unlink(missing_ok=True)
        self._socket, self._inode = _listen(place)
        self.path: Path | None = place if self._socket is not None else None
        if self._socket is not None:
            threading.Thread(target=self._accept, name="control", daemon=True).start()

    def close(self) -> None:
        """Stop listening and remove the socket file."""
        with self._lock:
            self._closed = True
            if self._socket is not None:
                self._socket.close()
            if self.path is not None and _inode(self.path) == self._inode:
                self.path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while not self._closed and self._socket is not None:
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                self._see_to_file()
                continue
            except OSError:
                return
            connection.settimeout(None)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _see_to_file(self) -> None:
        """Make the socket file again where it is gone, but not where its folder is gone too."""
        with self._lock:
            if self._closed or self.path is None or _inode(self.path) is not None:
                return
            fresh, inode = _listen(self.path)
            if fresh is not None:
                if self._socket is not None:
                    self._socket.close()
                self._socket, self._inode = fresh, inode

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


def _listen(place: Path) -> tuple[socket.socket | None, int | None]:
    """A socket that listens at ``place`` and its file's inode; None where there can be none."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)
    try:
        listener.bind(str(place))
        listener.listen(16)
    except OSError:
        listener.close()
        return None, None
    finally:
        os.umask(old_mask)
    listener.settimeout(_LOOK_S)
    return listener, _inode(place)


def _inode(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except OSError:
        return None


def _refusal(identity: Any, error: str) -> dict[str, Any]:
    return {"id": identity, "ok": False, "error": error}


def _drain(connection: socket.socket, outbox: queue.Queue[dict[str, Any] | None]) -> None:
    while (message := outbox.get()) is not None:
        try:
            connection.sendall(encode(message))
        except OSError:
            break
    connection.close()
