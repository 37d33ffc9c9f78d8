"""Idle baselines through a campaign: which one holds for the run that comes next.

The idle power is looked at before every run. Where it differs from the baseline by more than its
noise, and stays so, the baseline is taken again, so that what a run draws above idle is told from
the idle power of its own time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from . import idle as idle_module
from .idle import Idle
from .meters import MeterSet
from .thermal import CoolDown

#: Two looks at the idle power that differ by no more than this share: it has come down.
_CALM = 0.02


class Baselines:
    """One baseline for each device setting (locked clocks draw more), taken when it is needed.

    Args:
        meters: of the process that generates, its model loaded.
        seconds: length of a baseline.
        settle_s: so long power may take to come down after a load before it counts as drift.
    """

    def __init__(
        self,
        meters: MeterSet,
        seconds: float,
        settle_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._meters, self._seconds, self._settle_s = meters, seconds, settle_s
        self._clock = clock
        self._known: dict[str, Idle] = {}
        self._last: Idle | None = None

    def cool_down(self, settings: Mapping[str, float], most_s: float) -> CoolDown:
        """Wait until temperature and clocks are as at the baseline that holds for the next run."""
        known = self._known.get(_key(settings))
        return self._meters.cool_down(most_s, known or self._last, known is not None)

    def renew(self, settings: Mapping[str, float]) -> dict[str, Any] | None:
        """Make the baseline for the next run the meters' own, and tell it where it is new.

        Returns:
            The fields of `Idle` and ``reason``; None where the known one still holds.
        """
        key = _key(settings)
        known = self._known.get(key) or self._last
        if known is None:
            self._come_down()
            return self._take(key, "start")
        drifted = self._drifted(known)
        if drifted is not None:
            fresh = key not in self._known
            return self._take(key, f"device settings {key}" if fresh else drifted)
        self._known[key] = self._last = known
        self._meters.use_idle(known)
        return None

    def _take(self, key: str, reason: str) -> dict[str, Any]:
        taken = self._meters.idle(self._seconds)
        self._known[key] = self._last = taken
        return asdict(taken) | {"reason": reason}

    def _come_down(self) -> None:
        """Wait until the power no longer changes: loading a model warms the devices."""
        deadline = self._clock() + self._settle_s
        length_s = idle_module.look_s(self._seconds)
        before_w = self._meters.idle_look(length_s)
        while before_w is not None and self._clock() < deadline:
            now_w = self._meters.idle_look(length_s)
            if now_w is None or abs(now_w - before_w) <= _CALM * before_w:
                return
            before_w = now_w

    def _drifted(self, known: Idle) -> str | None:
        """How the idle power left the baseline, or None where it did not, or cannot be told."""
        if known.samples_w is None or known.noise_w is None:
            return None
        deadline = self._clock() + self._settle_s
        while True:
            now_w = self._meters.idle_look(idle_module.look_s(known.duration_s))
            if now_w is None or abs(now_w - known.samples_w) <= known.noise_w:
                return None
            # What has just worked comes down by itself; what draws less than idle does not.
            if now_w < known.samples_w or self._clock() >= deadline:
                return (
                    f"drift: {now_w:.1f} W idle, {known.samples_w:.1f} W at the baseline "
                    f"(noise {known.noise_w:.1f} W)"
                )


def _key(settings: Mapping[str, float]) -> str:
    return json.dumps(settings, sort_keys=True)
