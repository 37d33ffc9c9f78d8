"""A runner that measures nothing: holds a session's lock and tells a fast campaign's events.

python fake_runner.py SESSION SECONDS [GPUS]
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pimp_tui.session.control import decode, encode, socket_path
from pimp_tui.session.lock import SessionLock
from pimp_tui.session.manifest import read_manifest, write_manifest

_RUN_S, _REQUESTS = 4.0, 32


class FakeRunner:
    """Two GPUs at 10 Hz, a run of 32 requests every four seconds."""

    def __init__(self, session: Path, gpus: int) -> None:
        import polars as pl

        self.session, self.gpus = session, gpus
        self.configs = pl.read_parquet(session / "plan.parquet")["config_id"].to_list()
        self.writers: list[asyncio.StreamWriter] = []
        self.chance = random.Random(1)
        self.started = time.monotonic()
        self.commands: list[str] = []

    async def serve(self, seconds: float) -> None:
        path = socket_path(self.session)
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._client, str(path))
        try:
            await asyncio.wait_for(self._campaign(), seconds)
        except TimeoutError:
            pass
        finally:
            server.close()
            path.unlink(missing_ok=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # an app that was killed
            await self._serve_client(reader, writer)

    async def _serve_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while line := await reader.readline():
            message = decode(line)
            self.commands.append(str(message.get("cmd")))
            writer.write(encode({"v": 1, "id": message.get("id"), "ok": True}))
            if message.get("cmd") == "subscribe":
                self.writers.append(writer)
            if message.get("cmd") == "stop":
                raise SystemExit(0)

    def tell(self, event: str, **fields: object) -> None:
        message = {
            "event": event,
            "t_s": round(1000 + time.monotonic() - self.started, 3),
            **fields,
        }
        for writer in self.writers:
            if not writer.is_closing():
                writer.write(encode(message))

    async def _campaign(self) -> None:
        done = 0
        while True:
            for repetition in (3, 4):  # the first two are in the bundle already
                config = self.configs[(done // 2) % len(self.configs)]
                await self._run(config, repetition, done)
                done += 1

    async def _run(self, config: str, repetition: int, done: int) -> None:
        begun = time.monotonic()
        state = {
            "state": "running", "runs_done": done, "runs_failed": 0, "runs_planned": 400,
            "eta_s": (400 - done) * _RUN_S, "config_id": config, "position": 1 + done // 2,
            "repetition": repetition, "phase": "measure",
        }  # fmt: skip
        requests = 0
        step = 0
        while (gone := time.monotonic() - begun) < _RUN_S:
            if step % 10 == 0:
                self.tell("state", **state)
            for gpu in range(self.gpus):
                busy = 310 + 60 * math.sin(gone * 2) + self.chance.uniform(-8, 8)
                self.tell(
                    "sample", device=f"NVIDIA H100 {gpu}",
                    power_w=busy if gpu == 0 else 58 + self.chance.uniform(-1, 1),
                    estimated_power_w=None, utilisation=97.0 - self.chance.randrange(3) if not gpu
                    else 0.0, memory_bytes=int((31 + self.chance.uniform(0, 0.3)) * 2**30),
                    temperature_c=61.0, sm_clock_mhz=1980.0, memory_clock_mhz=2619.0,
                    throttle_reasons="none",
                )  # fmt: skip
            while requests < _REQUESTS * gone / _RUN_S:
                requests += 1
                self.tell(
                    "request", task_id=f"t/{requests}",
                    latency_s=1.5 + self.chance.uniform(-0.3, 0.3), ttft_s=0.1, tokens_out=80,
                )  # fmt: skip
            self.tell("progress", config_id=config, repetition=repetition,
                      requests_done=requests, requests_planned=_REQUESTS)  # fmt: skip
            step += 1
            await asyncio.sleep(0.1)
        self.tell(
            "run", config_id=config, repetition=repetition, attempt=1, status="ok", reason=None,
            duration_s=_RUN_S, energy_j=310 * _RUN_S, energy_estimated=False, pass_at_1=0.75,
        )  # fmt: skip


@contextmanager
def fake_campaign(session: Path, seconds: float = 600.0, gpus: int = 2) -> Iterator[None]:
    """Such a runner as a process of its own, from when it holds the lock."""
    runner = subprocess.Popen(
        [sys.executable, __file__, str(session), str(seconds), str(gpus)], stdout=subprocess.PIPE
    )
    try:
        assert runner.stdout and runner.stdout.readline()
        yield
    finally:
        runner.kill()
        runner.wait()


def main() -> None:
    session, seconds = Path(sys.argv[1]), float(sys.argv[2])
    gpus = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    with SessionLock.acquire(session):
        manifest = read_manifest(session)
        write_manifest(session, manifest | {"status": "running", "runner": {"pid": 1}})
        print(json.dumps("ready"), flush=True)
        asyncio.run(FakeRunner(session, gpus).serve(seconds))


if __name__ == "__main__":
    main()
