"""How far a session is, cheap enough to look at every second: file names, and new segments only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pimp_tui.session.manifest import read_manifest
from pimp_tui.session.picks import campaign_rows
from pimp_tui.session.replaced import scan_plan
from pimp_tui.session.segments import MERGED, parse_key
from pimp_tui.session.status import state_of

RunId = tuple[str, int]


@dataclass(frozen=True)
class Snapshot:
    """A session at one moment.

    Attributes:
        state: planned, running, paused, done, stopped, lost.
        runs_done: runs with status ok; None until the segments were read.
        runs_failed: runs whose every attempt failed; None until the segments were read.
        configs_done: configurations all of whose repeats have ended, ok or failed.
        configs_planned, runs_planned: None until the plan was read.
        eta_s: estimated seconds to the end, from the runner; None when nothing runs.
        changed: what differs from the snapshot before: state, manifest, plan, runs, space,
            learning.
    """

    path: Path
    manifest: dict[str, Any]
    state: str
    runs_done: int | None = None
    runs_failed: int | None = None
    runs_planned: int | None = None
    configs_done: int | None = None
    configs_planned: int | None = None
    eta_s: float | None = None
    changed: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def name(self) -> str:
        """The folder's name: what SESSION names it by, also where it was copied or renamed."""
        return self.path.name

    @property
    def models(self) -> str:
        """Names of the models, short."""
        return " + ".join(_named(model) for model in self.manifest.get("models") or [])

    @property
    def workload(self) -> str:
        """The workload's id."""
        return _named(self.manifest.get("workload"))

    @property
    def space(self) -> str:
        """The space's name."""
        return _named(self.manifest.get("space"))

    @property
    def active(self) -> bool:
        """Whether a runner works on it."""
        return self.state in ("running", "paused")

    @property
    def words(self) -> str:
        """The state as the header says it: ``running 41/154 runs``, ``done · failed 3``."""
        state = "not started" if self.state == "planned" else self.state
        if self.state == "lost":
            state = "runner gone"
        ended = (self.runs_done or 0) + (self.runs_failed or 0)
        # Runs, not configurations: repeats are interleaved, so these end only in the last round.
        if self.state != "done" and (self.active or ended) and self.runs_planned:
            state += f" {ended}/{self.runs_planned} runs"
        return f"{state} · failed {self.runs_failed}" if self.runs_failed else state


def nothing_measured(snapshot: Snapshot | None) -> str:
    """Why a session has no measurement to show, and what brings one."""
    if snapshot is not None and snapshot.active:
        return "nothing measured yet; the campaign runs"
    if snapshot is not None and snapshot.runs_failed and not snapshot.runs_done:
        return f"nothing measured: all {snapshot.runs_failed} runs failed; Results says why (4, w)"
    return "nothing measured yet; r starts the campaign"


def _named(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("id") or value.get("source") or ""
    return Path(str(value)).name.removesuffix(".uvl") if value else ""


class Surveyor:
    """Takes snapshots of one session; keeps what it read of segments, which never change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._status: dict[RunId, bool] = {}
        self._read: set[str] = set()
        self._stamps: dict[str, int] = {}
        self._plan: tuple[int, int] | None = None

    def quick(self) -> Snapshot:
        """What the manifest, the lock and the names of the files tell, without Polars."""
        manifest = read_manifest(self.path)
        state = state_of(self.path, manifest)
        return Snapshot(self.path, manifest, state, changed=frozenset({"state", "manifest"}))

    def changed(self) -> frozenset[str]:
        """What changed on disk since the last call, by modification times."""
        found = set()
        for name, file in (
            ("manifest", "manifest.json"), ("plan", "plan.parquet"), ("runs", "runs"),
            ("space", "space.uvl"), ("learning", "learning.json"),
        ):  # fmt: skip
            stamp = _stamp(self.path / file)
            if self._stamps.get(name) != stamp:
                self._stamps[name] = stamp
                found.add(name)
        return frozenset(found)

    def full(self, changed: frozenset[str], eta_s: float | None = None) -> Snapshot:
        """Everything; reads only segments that are new. For a thread: it imports Polars."""
        manifest = read_manifest(self.path)
        if "runs" in changed or not self._read:
            self._read_runs()
        if "plan" in changed or self._plan is None:
            self._plan = self._read_plan()
        repeats = int((manifest.get("settings") or {}).get("repeats") or 1)
        ended: dict[str, int] = {}
        for config_id, _ in self._status:
            ended[config_id] = ended.get(config_id, 0) + 1
        ok = sum(self._status.values())
        state = state_of(self.path, manifest)
        configs = self._plan[1] if self._plan else None
        return Snapshot(
            self.path, manifest, state,
            runs_done=ok,
            runs_failed=len(self._status) - ok,
            runs_planned=configs * repeats if configs is not None else None,
            configs_done=sum(count >= repeats for count in ended.values()),
            configs_planned=configs,
            eta_s=eta_s if state == "running" else None,
            changed=changed,
        )  # fmt: skip

    def _read_plan(self) -> tuple[int, int] | None:
        file = self.path / "plan.parquet"
        if not file.exists():
            return None
        plan = scan_plan(file).select("config_id", "sampler").collect()
        ids = campaign_rows(plan, (config_id for config_id, _ in self._status))["config_id"]
        return len(ids), ids.n_unique()

    def _read_runs(self) -> None:
        folder = self.path / "runs"
        names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
        fresh = [name for name in names - self._read if parse_key(name) or name == MERGED]
        if MERGED in names and MERGED not in self._read:
            self._status.clear()
            fresh = [name for name in names if parse_key(name) or name == MERGED]
        if fresh:
            import polars as pl

            columns = ["config_id", "repetition", "status"]
            for config_id, repetition, status in pl.read_parquet(
                [folder / name for name in fresh], columns=columns
            ).iter_rows():
                run = (config_id, repetition)
                self._status[run] = self._status.get(run, False) or status == "ok"
        self._read = names


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
