"""A campaign as it is being asked for, and the command line that says the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from pimp_tui.session.paths import resolve

DEFAULT_N = 16
#: The sampler that measures and learns in turn, and how far its plan grows.
GROWING, DEFAULT_GROWN = "suggest", 40
#: Goal -> objectives of Trade-offs; none are the session's own.
GOALS: dict[str, dict[str, str]] = {
    "usual": {},
    "energy": {"energy_j": "min", "pass_at_1": "max"},
    "time": {"duration_s": "min", "pass_at_1": "max"},
    "all": {"energy_j": "min", "pass_at_1": "max", "duration_s": "min"},
}


def _new_name() -> str:
    """``campaign-1129-2345``, or with a number where that one is taken."""
    name = f"campaign-{datetime.now():%m%d-%H%M}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in names if not resolve(one).exists())


@dataclass(frozen=True)
class Draft:
    """What was typed; every value is text, "" means the default.

    Attributes:
        models: references separated by commas.
        workload_file: used where ``workload`` is ``file``.
        holdout: share of the problems kept out of the campaign.
        goal: what Trade-offs opens with (``GOALS``); no part of the command line.
        baseline: the user's own configuration, a JSON file or a command line.
        n: configurations; "" lets covering samplers and budgets decide, and is 16 for the others.
    """

    models: str = "micro-coder"
    engine: str = "transformers"
    workload: str = "micro-coder"
    workload_file: str = ""
    limit: str = ""
    holdout: str = ""
    goal: str = "usual"
    space: str = "transformers"
    select: str = ""
    deselect: str = ""
    baseline: str = ""
    method: str = GROWING
    n: str = str(DEFAULT_GROWN)
    seed: str = "0"
    preset: str = "quick"
    repeats: str = ""
    batch: str = ""
    max_new_tokens: str = ""
    budget: str = "60min"
    name: str = field(default_factory=_new_name)

    def within(self, chosen: Mapping[str, bool]) -> Draft:
        """The draft within a partial configuration."""
        return replace(
            self,
            select=",".join(name for name, on in chosen.items() if on),
            deselect=",".join(name for name, on in chosen.items() if not on),
        )

    @property
    def model_list(self) -> list[str]:
        """Model references."""
        return [_home(part) for part in split(self.models)]

    @property
    def workload_name(self) -> str:
        """The workload as the command line takes it."""
        return _home(self.workload_file) if self.workload == "file" else self.workload

    def arguments(self) -> list[str]:
        """Arguments of ``pimp-tui`` that run this campaign."""
        found = ["run", self.name]
        for model in self.model_list:
            found += ["--model", model]
        if self.engine != "transformers":
            found += ["--engine", self.engine]
        found += ["--workload", self.workload_name, "--space", _home(self.space)]
        for name in split(self.select):
            found += ["--select", name]
        for name in split(self.deselect):
            found += ["--deselect", name]
        if self.baseline.strip():
            found += ["--baseline", _home(self.baseline)]
        found += ["--method", self.method]
        for flag, value in (
            ("-n", self.n), ("--seed", self.seed), ("--limit", self.limit),
            ("--holdout", self.holdout),
            ("--preset", self.preset), ("--repeats", self.repeats), ("--batch", self.batch),
            ("--max-new-tokens", self.max_new_tokens), ("--budget", self.budget),
        ):  # fmt: skip
            if value.strip():
                found += [flag, value.strip()]
        return found

    def command(self) -> str:
        """The same as one line to copy."""
        return "pimp-tui " + shlex.join(self.arguments())


def split(text: str) -> list[str]:
    """Names separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _home(path: str) -> str:
    return str(Path(path.strip()).expanduser()) if path.strip().startswith("~") else path.strip()
