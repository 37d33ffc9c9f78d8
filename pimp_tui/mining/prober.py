"""Runs option settings for real, each once, whatever becomes of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pimp_tui.campaign.worker_link import WorkerDied, WorkerHung
from pimp_tui.errors import UserError
from pimp_tui.mining.link import ProbeLink
from pimp_tui.mining.verdict import Verdict
from pimp_tui.space.ids import canonical

Options = dict[str, Any]
_LOAD_TIMEOUT_S = 600.0
_LEAST_TIMEOUT_S = 10.0
_PATIENCE = 30.0
"""A probe hangs when it takes so many times as long as the slowest good one."""
_KNOWN_PACE = 10


class OutOfTime(Exception):
    """The budget of the phase in progress is spent."""


class Prober:
    """Asks a child process to run options; remembers every answer.

    Args:
        engine: name of the engine.
        model: reference of the model.
        is_deployment: tells options that need a reload of the model when they change.
        log: where the child's output goes.
        seed: of the first run of each configuration; a second run takes the next one.
        timeout_s: the most that one probe may take.

    Attributes:
        probes: how many were really run.
        deadline: ``time.monotonic`` at which probing ends, None for never.
        history: all options that were run with the first seed, with what came of them.
    """

    def __init__(
        self,
        engine: str,
        model: str,
        is_deployment: Callable[[str], bool],
        log: Path,
        seed: int = 0,
        timeout_s: float = 120.0,
        trust_remote_code: bool = False,
    ) -> None:
        self._link = ProbeLink(engine, log)
        self._model, self._is_deployment, self._log = model, is_deployment, log
        self._seed, self._timeout_s, self._trust = seed, timeout_s, trust_remote_code
        self._known: dict[tuple[str, int], Verdict] = {}
        self._loaded: Options | None = None
        self._good_s: list[float] = []
        self.probes = 0
        self.deadline: float | None = None
        self.history: list[tuple[Options, Verdict]] = []

    def start(self, options: Options) -> None:
        """Load the model for the first time.

        Raises:
            UserError: the engine or the model cannot be had.
        """
        reason = self._load(options)
        if reason is not None:
            raise UserError(f"the model {self._model} cannot be loaded: {reason}")

    def probe(self, options: Mapping[str, Any], again: bool = False) -> Verdict:
        """Run options, or recall what came of them.

        Args:
            again: the second run of these options, under another seed.

        Raises:
            OutOfTime: nothing more may be run.
        """
        key = (canonical(dict(options)), int(again))
        if key not in self._known:
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise OutOfTime
            verdict = self._run(dict(options), self._seed + again)
            self._known[key] = verdict
            if not again:
                self.history.append((dict(options), verdict))
        return self._known[key]

    def renew(self) -> None:
        """Have the next probe start in a fresh child."""
        self._link.kill()

    def close(self) -> None:
        """End the child."""
        self._link.kill()

    def _run(self, options: Options, seed: int) -> Verdict:
        self.probes += 1
        began = time.monotonic()
        reason = self._load(options)
        if reason is not None:
            return Verdict(reason, seconds=time.monotonic() - began)
        started = time.monotonic()
        command = {"cmd": "probe", "options": options, "seed": seed}
        try:
            answer = self._link.ask(command, self._patience_s())
        except (WorkerDied, WorkerHung) as error:
            return Verdict(str(error), seconds=time.monotonic() - began)
        took = time.monotonic() - started
        if answer["type"] == "failed":
            if answer["kind"] == "memory" or "CUDA error" in answer["reason"]:
                self._link.kill()  # what it holds may be what is missing, or broken for good
            return Verdict(answer["reason"], seconds=took)
        self._good_s.append(took)
        return Verdict(None, tuple(answer["ignored"]), tuple(answer["warnings"]), took)

    def _patience_s(self) -> float:
        """Generous while the pace is unknown, then a multiple of the slowest good probe."""
        if len(self._good_s) < _KNOWN_PACE:
            return self._timeout_s
        return min(self._timeout_s, max(_LEAST_TIMEOUT_S, _PATIENCE * max(self._good_s)))

    def _load(self, options: Options) -> str | None:
        """Load the model for these options where that is due; the reason when it fails."""
        deployment = {name: v for name, v in options.items() if self._is_deployment(name)}
        if self._link.alive and deployment == self._loaded:
            return None
        command = {
            "cmd": "load", "model": self._model, "deployment": deployment,
            "trust_remote_code": self._trust,
        }  # fmt: skip
        self._loaded = None
        try:
            answer = self._link.ask(command, _LOAD_TIMEOUT_S)
        except (WorkerDied, WorkerHung) as error:
            return f"{error}{self._last_words()}"
        if answer["type"] == "failed":
            return str(answer["reason"])
        self._loaded = deployment
        return None

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f": {lines[-1].strip()[:200]}" if lines else ""
