"""What the manifest keeps of metering: idle baselines with their times, and what meters said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pimp_tui.campaign.clock import SessionClock
from pimp_tui.campaign.schedule import Planned

Mark = Callable[..., None]


class MeterLog:
    """Notes baselines and remarks in log and manifest.

    Args:
        manifest: as it is at the start of this sitting.
        mark: writes fields into the manifest.
        log: gets a line, and its level.
    """

    def __init__(
        self, manifest: dict[str, Any], clock: SessionClock, mark: Mark, log: Callable[..., None]
    ) -> None:
        self._clock, self._mark, self._log = clock, mark, log
        self._baselines: list[dict[str, Any]] = list(manifest.get("idle_baselines") or [])
        self._meters: list[dict[str, Any]] | None = manifest.get("meters")
        self._remarks: list[dict[str, Any]] = list(manifest.get("meter_remarks") or [])
        self._known = {_kind(remark["text"]): remark for remark in self._remarks}

    def settled(self, item: Planned, answer: dict[str, Any]) -> None:
        """Keep a new idle baseline; say when a run begins on a device that is still hot.

        What is metered, each device with its meter and UUID, stands in the manifest too.
        """
        if answer.get("meters") not in (None, self._meters):
            self._meters = answer["meters"]
            self._mark("running", meters=self._meters)
        wait = answer["cool_down"]
        if not wait["cooled"]:
            self._log(
                f"#{item.position} begins at {wait['temperature_c']:.0f} C: "
                f"{wait.get('slowed') or 'warmer than at the idle baseline'} after "
                f"{wait['waited_s']:.0f} s of waiting",
                "warning",
            )
        if (idle := answer["idle"]) is None:
            return
        taken = idle.get("taken_s")
        at = None if taken is None else self._clock.utc(taken).isoformat()
        t_s = None if taken is None else round(self._clock.t_s(taken), 3)
        kept = {key: value for key, value in idle.items() if key != "taken_s"}
        kept |= {"at": at, "t_s": t_s, "device_settings": item.device}
        self._baselines.append(kept)
        self._mark("running", idle=kept, idle_baselines=self._baselines)
        drifted = str(idle["reason"]).startswith("drift")
        self._log(told(idle), "warning" if drifted else "info")

    def remarks(self, item: Planned, repetition: int, notes: list[str]) -> None:
        """Say what the meters remarked on a run, each kind of remark once a session, and count."""
        for text in dict.fromkeys(notes):
            if known := self._known.get(_kind(text)):
                known["runs"] = known.get("runs", 1) + 1
                continue
            self._log(f"meters, #{item.position} repetition {repetition}: {text}", "warning")
            where = {"config_id": item.config_id, "repetition": repetition, "runs": 1}
            self._remarks.append({"text": text} | where)
            self._known[_kind(text)] = self._remarks[-1]
        if notes:
            self._mark("running", meter_remarks=self._remarks)


def told(idle: dict[str, Any]) -> str:
    """An idle baseline as a line for people."""
    if idle["power_w"] is None:
        return "; ".join(idle["notes"]) or "no idle baseline"
    parts = [f"idle baseline {idle['power_w']:.1f} W over {idle['duration_s']:.0f} s"]
    if idle["power_cv"] is not None:
        parts.append(f"coefficient of variation {idle['power_cv']:.3f}")
    if idle["reason"] != "start":
        parts.append(f"taken again for {idle['reason']}")
    return ", ".join(parts + idle["notes"])


def _kind(text: str) -> str:
    """A remark without its figures, so that it is said once and not at every run."""
    return re.sub(r"\d+(\.\d+)?(?=\s*(J|W|s|%)\b)", "", text)
