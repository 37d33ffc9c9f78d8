"""A thread that reads all meters at a steady rate into a ring buffer."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from .base import Meter, Sample, Tick

PERIOD_S = 0.09  # a tick that comes late must not bring the rate below 10 Hz
T = TypeVar("T")
KEPT_TICKS = 6_000  # nine minutes; windows integrate as they go and do not need them


@dataclass(frozen=True)
class Counters:
    """Counters of all meters, read one after the other.

    Attributes:
        at_s: the moment before the first, monotonic.
        by_meter: name of a meter -> device -> joules, None where it does not tell.
        read_s: name of a meter -> the middle of its reading, monotonic.
    """

    at_s: float
    by_meter: dict[str, Mapping[str, float | None]]
    read_s: dict[str, float]


class Trace:
    """Ticks of all meters, every `PERIOD_S` seconds and whenever somebody asks.

    Args:
        meters: read one after the other, always by one thread at a time.
        period_s: time between ticks.
    """

    def __init__(self, meters: Sequence[Meter], period_s: float = PERIOD_S) -> None:
        self._meters, self._period_s = meters, period_s
        self._ticks: deque[Tick] = deque(maxlen=KEPT_TICKS)
        self._listeners: list[Callable[[Tick], None]] = []
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meters", daemon=True)
        self._faults: list[str] = []

    def start(self) -> None:
        """Begins to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; ticks kept so far stay readable."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def tick(self) -> Tick:
        """Reads every meter now."""
        with self._lock:
            tick = Tick(time.monotonic(), merge(self._read()))
            self._ticks.append(tick)
            for listener in self._listeners:
                listener(tick)
            return tick

    def counters(self) -> Counters:
        """Every counter now.

        Waits for a tick in progress: meters keep state between readings, that of a counter's
        wrap-around for one.
        """
        with self._lock:
            found = Counters(time.monotonic(), {}, {})
            before_s = found.at_s
            for meter in self._meters:
                found.by_meter[meter.name] = self._guard(meter, meter.counters_j, {})
                after_s = time.monotonic()
                found.read_s[meter.name] = (before_s + after_s) / 2
                before_s = after_s
            return found

    def take_faults(self) -> list[str]:
        """Meters that raised since the last call, one line each."""
        with self._lock:
            faults, self._faults = self._faults, []
            return faults

    def listen(self, listener: Callable[[Tick], None]) -> None:
        """Has every tick from now on handed to a listener, in the thread that reads."""
        with self._lock:
            self._listeners.append(listener)

    def unlisten(self, listener: Callable[[Tick], None]) -> None:
        """Ends `listen`."""
        with self._lock:
            self._listeners.remove(listener)

    def latest(self) -> Sequence[Sample]:
        """Every device at the last tick."""
        with self._lock:
            return self._ticks[-1].samples if self._ticks else ()

    def rows(self, since: float) -> list[dict[str, Any]]:
        """Rows of the power table later than a monotonic time, oldest first.

        Each has the columns of the table but for ``t_s`` and ``at``, which the session's clock
        gives, and beside them ``monotonic_s``, and ``estimated_power_w`` and
        ``memory_total_bytes`` for the live display.
        """
        with self._lock:
            ticks = []
            for tick in reversed(self._ticks):
                if tick.monotonic_s <= since:
                    break
                ticks.append(tick)
        return [
            {
                "monotonic_s": tick.monotonic_s,
                **asdict(sample),
            }
            for tick in reversed(ticks)
            for sample in tick.samples
        ]

    def _read(self) -> list[Sample]:
        nothing: Sequence[Sample] = ()
        return [
            sample
            for meter in self._meters
            for sample in self._guard(meter, meter.samples, nothing)
        ]

    def _guard(self, meter: Meter, read: Callable[[], T], otherwise: T) -> T:
        """What a meter tells; a broken sensor must end neither the trace nor a run."""
        try:
            return read()
        except Exception as error:
            fault = f"{meter.name}: {type(error).__name__}: {error}"
            if fault not in self._faults:
                self._faults.append(fault)
            return otherwise

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            self.tick()
            due = max(due + self._period_s, time.monotonic())
            self._stop.wait(due - time.monotonic())


def merge(samples: Sequence[Sample]) -> list[Sample]:
    """One sample per device: what several meters say of the same one, joined."""
    joined: dict[str, dict[str, Any]] = {}
    for sample in samples:
        told = {key: value for key, value in asdict(sample).items() if value is not None}
        joined.setdefault(sample.device, {}).update(told)
    return [Sample(**values) for values in joined.values()]
