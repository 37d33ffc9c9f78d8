"""The worker process: holds the model and the meters, does one run at a time.

Started by the runner as ``python -m pimp_tui.campaign.worker SESSION --channel N``; it dies with
the runner. Everything that can hang, crash or run out of memory happens here.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pimp_tui.campaign.channel import Channel, Closed
from pimp_tui.campaign.faults import fault_kind, reason_of
from pimp_tui.campaign.gpu_choice import cards_of_torch, read_gpus, require_same_cards
from pimp_tui.errors import UserError
from pimp_tui.metering.baselines import Baselines
from pimp_tui.visible_gpus import Gpu

_PR_SET_PDEATHSIG = 1
_SAMPLE_PERIOD_S = 0.25
_FOREIGN_PERIOD_S = 1.0
#: Prompts on which the warm-up looks for options without effect.
PROBES = 32


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the runner goes, and go if it already has."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)


class Worker:
    """Obeys the runner's commands: settle, run, exit.

    Args:
        channel: to the runner.
        session: the session's folder.
        engine_name: name of the engine in the registry.
        gpus: those to meter, as in `metering.cards.own_cards`; None for all that are visible.
    """

    def __init__(
        self, channel: Channel, session: Path, engine_name: str, gpus: tuple[Gpu, ...] | None
    ) -> None:
        from pimp_tui.engine.registry import open_engine
        from pimp_tui.metering import open_meters
        from pimp_tui.metering.foreign import ForeignWatch
        from pimp_tui.session.manifest import read_manifest
        from pimp_tui.workload import load_recorded, load_workload

        self._channel = channel
        manifest = read_manifest(session)
        settings = manifest["settings"]
        self._trust = bool(settings.get("trust_remote_code"))
        self._models = {item["name"]: item["path"] for item in manifest["models"]}
        self._chat = {m["name"] for m in manifest["models"] if m.get("prompts") == "chat"}
        self._workload = load_recorded(manifest["workload"], settings.get("limit"))
        # Whether an option has an effect must not hang on a workload of three prompts.
        self._bundled = load_workload("micro-coder").raw_prompts()
        self._meters = open_meters(gpus)
        self._foreign = ForeignWatch(gpus, [os.getppid()])
        self._baselines: Baselines | None = None
        self._engine = open_engine(engine_name)
        self._done = threading.Event()
        self._samples_lock = threading.Lock()
        self._sent_s = time.monotonic()
        self._watcher = threading.Thread(target=self._send_samples, daemon=True)

    def serve(self) -> None:
        """Obey until told to exit or the runner is gone."""
        self._tell("ready", pid=os.getpid())
        self._watcher.start()
        commands = {"settle": self._settle, "run": self._run}
        try:
            while (message := self._channel.receive()) is not None:
                if message["cmd"] == "exit":
                    return
                try:
                    commands[message["cmd"]](message)
                except Closed:
                    raise
                except UserError as error:
                    self._tell("failed", kind="error", reason=str(error))
                except (Exception, SystemExit) as error:
                    traceback.print_exc(file=sys.stderr)
                    self._tell("failed", kind=fault_kind(error), reason=reason_of(error))
        except Closed:
            return
        finally:
            self._done.set()
            self._engine.close()

    def _tell(self, message_type: str, /, **fields: Any) -> None:
        self._channel.send({"type": message_type} | fields)

    def _load(self, message: dict[str, Any]) -> dict[str, Any]:
        facts = self._engine.load(
            self._models[message["model"]], message["deployment"], trust_remote_code=self._trust
        )
        metered = [device["uuid"] for device in self._meters.devices() if device["uuid"]]
        require_same_cards(metered, cards_of_torch())
        return facts

    def _settle(self, message: dict[str, Any]) -> None:
        """Load, let the devices cool down, and see that the idle baseline holds."""
        self._tell("phase", phase="load")
        self._load(message)
        self._baselines = self._baselines or Baselines(
            self._meters, message["idle_s"], message["cool_down_s"]
        )
        self._tell("phase", phase="cool")
        cooled = self._baselines.cool_down(message["device"], message["cool_down_s"])
        self._tell("phase", phase="idle")
        self._foreign.begin()
        idle = self._baselines.renew(message["device"])
        if (others := self._foreign.end()) and idle is not None:
            idle["notes"].append(f"taken beside {'; '.join(others)}")
        meters = self._meters.devices()
        self._tell("settled", cool_down=asdict(cooled), idle=idle, meters=meters)

    def _run(self, message: dict[str, Any]) -> None:
        options, seed = message["options"], message["seed"]
        facts = self._load(message)
        chat = message["model"] in self._chat
        prompts = self._as_sent(chat)
        probes = (prompts + self._bundled)[:PROBES]
        self._tell("phase", phase="warmup")
        batch = prompts[: max(1, int(options.get("batch_size") or 1))]
        ignored: list[str] = []
        for round_number in range(message["warmups"]):
            self._engine.reset()
            if round_number == 0:
                ignored = self._engine.probe(probes, options, seed)
            else:
                self._engine.generate(batch, options, seed=seed)
        self._engine.reset()
        self._tell("phase", phase="measure")
        total = len(prompts)

        def on_batch(requests_done: int) -> None:
            self._tell("progress", requests_done=requests_done, requests_planned=total)

        self._foreign.begin()
        with self._meters.window(sync=getattr(self._engine, "synchronise", None)) as window:
            started = time.monotonic()
            completions = self._engine.generate(prompts, options, seed=seed, on_batch=on_batch)
            ended = time.monotonic()
        self._flush_samples()  # to the end of the window: the run's power is all in its segment
        self._tell(
            "result",
            started=started,
            ended=ended,
            ignored=ignored,
            device=facts.get("device"),
            reading=asdict(window.reading),
            foreign=self._foreign.end(),
            peak_memory_bytes=self._engine.peak_memory_bytes,
            chat=chat,
            prompts=prompts,
            completions=[asdict(completion) for completion in completions],
        )

    def _as_sent(self, chat: bool) -> list[str]:
        """The prompts as the loaded model is sent them."""
        if not chat:
            return self._workload.raw_prompts()
        from pimp_tui.workload import turns

        ask = getattr(self._engine, "chat", None)
        sent: list[str] | None = ask(turns(self._workload)) if ask is not None else None
        if sent is None:
            raise UserError(
                "the model as loaded has no chat template",
                mend="send the prompts as they are with --no-chat-template",
            )
        return sent

    def _send_samples(self) -> None:
        looked = time.monotonic()
        told: list[dict[str, Any]] = []
        while not self._done.wait(_SAMPLE_PERIOD_S):
            try:
                if time.monotonic() - looked > _FOREIGN_PERIOD_S:
                    looked = time.monotonic()
                    self._foreign.poll()
                    if (there := [asdict(one) for one in self._foreign.present]) != told:
                        self._tell("foreign", processes=there)
                        told = there
                self._flush_samples()
            except Closed:
                return

    def _flush_samples(self) -> None:
        with self._samples_lock:
            rows = self._meters.samples(self._sent_s)
            if rows:
                self._sent_s = max(row["monotonic_s"] for row in rows)
                self._tell("samples", rows=rows)


def main() -> int:
    """Entry point of ``python -m pimp_tui.campaign.worker``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("session", type=Path)
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--engine", default="transformers")
    parser.add_argument("--gpus", default="")
    arguments = parser.parse_args()
    die_with_parent(arguments.parent)
    # The runner decides when to stop; a Ctrl+C at the terminal must not end the run halfway.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    channel = Channel.from_descriptor(arguments.channel)
    gpus = read_gpus(arguments.gpus)
    try:
        worker = Worker(channel, arguments.session, arguments.engine, gpus)
    except UserError as error:
        channel.send({"type": "failed", "kind": "start", "reason": str(error)})
        return 2
    worker.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
