"""The control socket seen from outside: framing and a client (contracts.md, Processes).

One JSON object a line: ``{"v":1,"id":..,"cmd":..}`` is answered by
``{"id":..,"ok":..,"error":..}``; after ``subscribe`` events ``{"event":..,"t_s":..}`` follow.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from pimp_tui.errors import UserError

VERSION = 1
FILE = "control.sock"
COMMANDS = ("ping", "status", "pause", "resume", "skip", "stop", "subscribe")
#: A Unix socket's path holds 108 bytes, the last one a NUL.
_LONGEST_PATH = 107
_LIMIT_BYTES = 4 * 1024 * 1024


def socket_path(session: Path) -> Path:
    """Where the session's socket is: in its folder, or in the runtime folder if too long."""
    path = session.resolve() / FILE
    if len(str(path).encode()) <= _LONGEST_PATH:
        return path
    from platformdirs import user_runtime_path

    folder = user_runtime_path("pimp-tui", ensure_exists=True)
    return folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.sock"


def encode(message: dict[str, Any]) -> bytes:
    """One message as a line."""
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """A line as a message.

    Raises:
        ValueError: it is no JSON object.
    """
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("a message is a JSON object")
    return value


class ControlClient:
    """A blocking client, for commands.

    Raises:
        ConnectionError: no runner listens.
    """

    def __init__(self, session: Path, timeout_s: float = 5.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(socket_path(session)))
        except OSError as error:
            self._socket.close()
            raise ConnectionError(str(error)) from error
        self._lines = self._socket.makefile("rb")
        self._next_id = 0

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; events that arrive before it are dropped.

        Raises:
            UserError: the runner refused, with its reason.
            ConnectionError: the runner went away.
        """
        self._next_id += 1
        message = {"v": VERSION, "id": self._next_id, "cmd": command} | arguments
        try:
            self._socket.sendall(encode(message))
            for line in self._lines:
                answer = decode(line)
                if answer.get("id") == self._next_id:
                    if not answer.get("ok"):
                        raise UserError(str(answer.get("error")))
                    return answer
        except OSError as error:
            raise ConnectionError(str(error)) from error
        raise ConnectionError("the runner closed the connection")

    def events(self) -> Iterator[dict[str, Any]]:
        """Events after ``subscribe``, until the runner closes; waits without limit."""
        self.request("subscribe")
        self._socket.settimeout(None)
        for line in self._lines:
            message = decode(line)
            if "event" in message:
                yield message

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> ControlClient:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _v: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.close()


async def subscribe(session: Path) -> AsyncIterator[dict[str, Any]]:
    """Events of a running campaign, for the app; ends when the runner goes away.

    Raises:
        ConnectionError: no runner listens.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(
            str(socket_path(session)), limit=_LIMIT_BYTES
        )
    except OSError as error:
        raise ConnectionError(str(error)) from error
    try:
        writer.write(encode({"v": VERSION, "id": 0, "cmd": "subscribe"}))
        await writer.drain()
        while line := await reader.readline():
            message = decode(line)
            if "event" in message:
                yield message
    finally:
        writer.close()


async def send(session: Path, command: str, **arguments: Any) -> dict[str, Any]:
    """One command over its own connection, off the event loop's thread."""

    def ask() -> dict[str, Any]:
        with ControlClient(session) as client:
            return client.request(command, **arguments)

    return await asyncio.to_thread(ask)
