"""JSON lines over a socket pair: how runner and worker talk.

Standard output is no channel: libraries print to it.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from typing import Any


class Closed(Exception):
    """The other side is gone."""


class Channel:
    """One end of the pair; ``send`` may be called from several threads."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._buffer = bytearray()
        self._lock = threading.Lock()

    @classmethod
    def from_descriptor(cls, descriptor: int) -> Channel:
        """The end that a parent passed on by number."""
        return cls(socket.socket(fileno=descriptor))

    def send(self, message: dict[str, Any]) -> None:
        """Send one message.

        Raises:
            Closed: nobody reads any more.
        """
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        try:
            with self._lock:
                self._socket.sendall(line)
        except OSError as error:
            raise Closed from error

    def receive(self, timeout_s: float | None = None) -> dict[str, Any] | None:
        """The next message; None when none came within ``timeout_s`` seconds.

        Raises:
            Closed: the other side hung up or died.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._socket], [], [], wait)[0]:
                return None
            try:
                data = self._socket.recv(1 << 20)
            except OSError as error:
                raise Closed from error
            if not data:
                raise Closed
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
