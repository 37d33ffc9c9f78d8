"""What the runner shows to the world and what the world asks of it, shared between threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

#: What of the state tells one phase of one run from another.
_PHASE = ("config_id", "repetition", "phase")


class Board:
    """State of a running campaign plus the requests of its users.

    Attributes:
        state: the last ``state`` event, without its time; its ``since_t_s`` is when the phase of
            this run began, for those that come in the middle of it.
        stop, pause: set while asked for; ``skip`` is cleared by the runner once obeyed.
    """

    def __init__(self, now_t_s: Callable[[], float]) -> None:
        self._now_t_s = now_t_s
        self._lock = threading.Lock()
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        self.state: dict[str, Any] = {}
        self.stop = threading.Event()
        self.pause = threading.Event()
        self.skip = threading.Event()
        self.stop_reason = "stopped by the user"

    def listen(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Call ``listener`` with every event from now on; it must not block."""
        with self._lock:
            self._listeners.append(listener)

    def forget(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Stop calling ``listener``."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def tell(self, event: str, **fields: Any) -> None:
        """Send an event to every listener; ``t_s`` is added where it is missing."""
        message = {"event": event, "t_s": round(self._now_t_s(), 3)} | fields
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(message)

    def snapshot(self) -> dict[str, Any]:
        """The state as an event, for a listener that has just come."""
        return {"event": "state", "t_s": round(self._now_t_s(), 3)} | self.state

    def update(self, **fields: Any) -> None:
        """Change the state and tell it."""
        state = self.state | fields
        if any(state.get(name) != self.state.get(name) for name in _PHASE):
            state["since_t_s"] = round(self._now_t_s(), 3)
        self.state = state
        self.tell("state", **self.state)
