"""The child process of a check: holds the engine and runs one configuration at a time.

Started as ``python -m pimp_tui.mining.child --channel N --parent PID --engine NAME``; it dies with
the check. What a configuration breaks, it breaks here.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pimp_tui.campaign.channel import Channel, Closed
from pimp_tui.campaign.worker import PROBES, die_with_parent, fault_kind

_SHORT = 500


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(_one_line(record.getMessage()))


@contextmanager
def listening() -> Iterator[list[str]]:
    """Yield what is warned of meanwhile, by logging or by ``warnings``, each once, in order."""
    ear = _Ear()
    named = [x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)]
    apart = [logging.root, *(logger for logger in named if not logger.propagate)]
    for logger in apart:
        logger.addHandler(ear)
    found: list[str] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield found
    finally:
        for logger in apart:
            logger.removeHandler(ear)
        said = [*ear.heard, *(_one_line(str(one.message)) for one in caught)]
        found.extend(dict.fromkeys(said))


class Child:
    """Obeys the check's commands: load, probe, exit."""

    def __init__(self, channel: Channel, engine: str) -> None:
        from pimp_tui.engine.registry import open_engine
        from pimp_tui.workload import load_workload

        self._channel = channel
        self._prompts = [task.prompt for task in load_workload("micro-coder").tasks][:PROBES]
        # A failure may hang on the length of a prompt: the shortest and the longest are run too.
        by_length = sorted(self._prompts, key=len)
        self._generated = [by_length[0], by_length[-1], *self._prompts[:2]]
        self._engine = open_engine(engine)

    def serve(self) -> None:
        """Obey until told to exit or the check is gone."""
        self._channel.send({"type": "ready"})
        commands = {"load": self._load, "probe": self._probe}
        try:
            while (message := self._channel.receive()) is not None:
                if message["cmd"] == "exit":
                    return
                try:
                    answer = commands[message["cmd"]](message)
                except Exception as error:
                    answer = {
                        "type": "failed", "kind": fault_kind(error), "reason": _reason(error)
                    }  # fmt: skip
                self._channel.send(answer)
        except Closed:
            return
        finally:
            self._engine.close()

    def _load(self, message: dict[str, Any]) -> dict[str, Any]:
        trust = message["trust_remote_code"]
        self._engine.load(message["model"], message["deployment"], trust_remote_code=trust)
        return {"type": "loaded"}

    def _probe(self, message: dict[str, Any]) -> dict[str, Any]:
        options, seed = message["options"], message["seed"]
        with listening() as heard:
            self._engine.reset()
            ignored = self._engine.probe(self._prompts, options, seed)
            self._engine.reset()
            self._engine.generate(self._generated, options, seed=seed)
        return {"type": "result", "ignored": ignored, "warnings": heard}


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_SHORT]


def _reason(error: Exception) -> str:
    return _one_line(f"{type(error).__name__}: {error}")


def main() -> int:
    """Entry point of ``python -m pimp_tui.mining.child``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--engine", default="transformers")
    arguments = parser.parse_args()
    die_with_parent(arguments.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Child(Channel.from_descriptor(arguments.channel), arguments.engine).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
