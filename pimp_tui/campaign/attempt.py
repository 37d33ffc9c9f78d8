"""One attempt at one run: what the worker tells of it, and its commit to the bundle."""

from __future__ import annotations

import socket
from typing import Any

from pimp_tui.campaign import record
from pimp_tui.campaign.board import Board
from pimp_tui.campaign.clock import SessionClock
from pimp_tui.campaign.keeping import Keeper
from pimp_tui.campaign.neighbours import Neighbours
from pimp_tui.campaign.schedule import Planned
from pimp_tui.campaign.scoring import judge, not_scored
from pimp_tui.campaign.settings import Settings
from pimp_tui.session.segments import RunKey, add_prompts, commit_run
from pimp_tui.workload import load_recorded

_LIVE_REQUESTS = 64


class Attempt:
    """Collects the trace between commits and turns answers into segments.

    Args:
        board: gets the live events.
        keeper: writes into the session's folder.
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        settings: Settings,
        board: Board,
        clock: SessionClock,
        keeper: Keeper,
    ) -> None:
        self._settings, self._board, self._clock, self._keeper = settings, board, clock, keeper
        self._workload = load_recorded(manifest["workload"], settings.limit)
        self._task_ids = [task.task_id for task in self._workload.tasks]
        self._base = {"engine": manifest["engine"], "host": socket.gethostname()}
        self._power: list[dict[str, Any]] = []
        self._started = self._clock.utc()
        self._current: dict[str, Any] = {}
        self._neighbours = Neighbours()

    def begin(self, item: Planned, repetition: int) -> None:
        """Note that an attempt starts now."""
        self._started = self._clock.utc()
        self._neighbours.begin()
        self._current = {"config_id": item.config_id, "repetition": repetition}

    def settle(self, item: Planned) -> dict[str, Any]:
        """The worker's ``settle`` command: load, cool down, see that the idle baseline holds."""
        return {
            "cmd": "settle",
            "model": item.model,
            "deployment": item.deployment,
            "device": item.device,
            "cool_down_s": self._settings.cool_down_s,
            "idle_s": self._settings.idle_s,
        }

    def command(self, item: Planned, seed: int) -> dict[str, Any]:
        """The worker's ``run`` command for a configuration."""
        return {
            "cmd": "run",
            "model": item.model,
            "deployment": item.deployment,
            "options": item.options,
            "seed": seed,
            "warmups": self._settings.warmups,
        }

    def on_message(self, message: dict[str, Any]) -> None:
        """Pass live news of the worker on to whoever watches."""
        if message["type"] == "samples":
            self._neighbours.poll()
            for row in message["rows"]:
                self._sample(row)
        elif message["type"] == "phase":
            self._board.update(phase=message["phase"])
        elif message["type"] == "foreign":
            self._board.update(foreign=message["processes"])
        elif message["type"] == "progress":
            news = {key: value for key, value in message.items() if key != "type"}
            self._board.tell("progress", **self._current, **news)

    def commit_result(
        self,
        item: Planned,
        repetition: int,
        number: int,
        answer: dict[str, Any],
        spoilt: str | None = None,
    ) -> dict[str, Any]:
        """Score and record a finished run; returns its runs row.

        Args:
            spoilt: why the run does not count, although all of it is kept.
        """
        self._board.update(phase="score")
        judged = judge(
            self._workload, answer["completions"], self._settings.unsafe_sandbox, answer["chat"]
        )
        base = self._base | {"model": item.model}
        row = record.run_row(answer, [passed for passed, _ in judged], base, self._clock)
        if unscored := not_scored(judged):
            row |= unscored | {"reason": record.joined(unscored["reason"], row["reason"])}
        if self._neighbours.end():
            row = record.without_cpu(row, answer["reading"])
        if spoilt:
            row |= {"status": "failed", "reason": spoilt}
        hashes = [record.text_hash(prompt) for prompt in answer["prompts"]]
        requests = record.request_rows(answer, judged, self._task_ids, hashes, self._clock)
        sent = dict(zip(hashes, answer["prompts"], strict=True))
        self._keeper.keep(lambda session: add_prompts(session, sent))
        self._commit(RunKey(item.config_id, repetition, number), row, requests)
        for request in requests[:_LIVE_REQUESTS]:
            shown = {key: request[key] for key in ("task_id", "latency_s", "ttft_s", "tokens_out")}
            self._board.tell("request", **shown)
        return row

    def commit_failure(self, item: Planned, repetition: int, number: int, reason: str) -> None:
        """Record a failed run with its reason."""
        base = self._base | {"model": item.model}
        row = record.failed_row(reason, self._started, self._clock.utc(), base)
        self._commit(RunKey(item.config_id, repetition, number), row, [])

    def _commit(self, key: RunKey, row: dict[str, Any], requests: list[dict[str, Any]]) -> None:
        power, self._power = self._power, []
        self._keeper.keep(lambda session: commit_run(session, key, row, requests, power))
        names = (
            "status", "reason", "duration_s", "energy_j", "energy_above_idle_j", "energy_source",
            "energy_estimated", "idle_power_w", "pass_at_1", "contaminated", "ignored_options",
        )  # fmt: skip
        self._board.tell("run", **key._asdict(), **{name: row.get(name) for name in names})

    def _sample(self, row: dict[str, Any]) -> None:
        at = row.pop("monotonic_s")
        shown = {name: row.pop(name, None) for name in ("estimated_power_w", "memory_total_bytes")}
        t_s = round(self._clock.t_s(at), 4)
        self._power.append(row | {"t_s": t_s, "at": self._clock.utc(at)})
        live = {key: value for key, value in row.items() if key not in ("t_s", "at")}
        self._board.tell("sample", **live | {"t_s": t_s} | shown)
