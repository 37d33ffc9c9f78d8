"""An engine with known rules: what a check of a space over it must find is known too."""

import os
import time
import warnings
from typing import Any


class FakeEngine:
    """Options alpha, beta, gamma, delta, kind; see ``_obey`` for what clashes."""

    peak_memory_bytes = None

    def load(self, model: str, deployment: dict[str, Any], *, trust_remote_code: bool):
        if model == "none":
            raise RuntimeError("no such weights")
        if deployment.get("kind") == "heavy":
            raise ImportError("the package heavy is not installed")
        return {}

    def reset(self) -> None:
        pass

    def generate(self, prompts, options, *, seed, on_batch=None):
        self._obey(options, seed)
        return []

    def probe(self, prompts, options, seed):
        self._obey(options, seed)
        ignored = []
        if options["gamma"] is not None and options["alpha"] == 1:
            warnings.warn("`gamma` is only used with alpha above 1", stacklevel=1)
            ignored.append("gamma")
        elif options["gamma"] is not None and options["delta"] == "dull":
            ignored.append("gamma")
        if options["delta"] == "faint":
            ignored += ["delta"] if seed % 2 == 0 else []
        return ignored

    def close(self) -> None:
        pass

    def _obey(self, options, seed) -> None:
        alpha, beta, delta = options["alpha"], options["beta"], options["delta"]
        if alpha > 1 and beta > 1:
            raise ValueError(f"alpha {alpha} takes beta 1, not {beta}")
        if delta == "exit" and beta == 1:
            os._exit(7)
        if delta == "memory":
            raise MemoryError("no room")
        if delta == "hang" and options["gamma"] == 5:
            time.sleep(60)
