"""Asks what an estimate needs: the plan by a dry run, the cost by an earlier session or a pilot."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.tui import launch
from pimp_tui.tui.screens.wizard.draft import GROWING, Draft
from pimp_tui.tui.screens.wizard.estimate import (
    Basis,
    Counts,
    basis_of,
    earlier,
    told,
    within_budget,
)
from pimp_tui.tui.words import counted
from pimp_tui.tui.words import told as words_of

_DRY_S, _PILOT_S = 120.0, 900.0
_PILOT_PROBLEMS = _BATCH = 32
#: The library's default and others far from it.
_PILOT_N = 3
#: Tenths of a second that a pilot's runner has to end by itself.
_PATIENCE = 30
#: Warm-ups and repeats of the presets.
_PASSES = {"quick": (1, 2), "paper": (6, 10), "paper-2": (6, 30)}


class Forecast:
    """What is known of the campaign a draft describes.

    Attributes:
        busy: what is being worked out, for people; "" when nothing is.
        fault: why the campaign cannot be, as the dry run says.
        plan: the first rows of the plan, of the last dry run.
    """

    def __init__(self) -> None:
        self.busy = self.fault = ""
        self._counts: Counts | None = None
        self._open = False
        self._basis: Basis | None = None
        self._piloted: Basis | None = None
        self._for: tuple[str, ...] = ()
        self._tried: tuple[str, ...] | None = None
        self.plan: list[dict[str, Any]] = []

    async def look(self, draft: Draft) -> None:
        """Count by a dry run, find an earlier session; nothing where both are known."""
        wanted = _what(draft)
        if wanted == self._for:
            return
        if self._cost(draft) != self._cost_of(self._for):
            self._piloted = None
        self._counts, self.fault, self.busy, self.plan = None, "", "counting…", []
        try:
            said = await launch.run_command([*draft.arguments(), "--dry-run", "--json"], _DRY_S)
            answer = json.loads(said)
            self._counts = counts_of(answer)
            self.plan = answer.get("plan") or []
            self._open = "grows_to" in answer and answer["grows_to"] is None
            self._basis = await asyncio.to_thread(earlier, draft.model_list, draft.workload_name)
            self._for = wanted
        except UserError as error:
            self.fault = words_of(_without_place(error))
        except (ValueError, KeyError, TypeError):
            self.fault = "the dry run gave no answer"
        finally:
            self.busy = ""

    async def wants_pilot(self, draft: Draft) -> bool:
        """Whether only a pilot can tell the cost, none was tried, and it would disturb nobody."""
        known = self._counts is None or self._basis or self._piloted
        if known or self.busy or self._tried == self._cost(draft) or self._for != _what(draft):
            return False
        return not await asyncio.to_thread(_campaign_runs)

    async def pilot(self, draft: Draft, stops: str = "esc") -> None:
        """Measure a few configurations once, in a throw-away session.

        Args:
            stops: the key that ends it, for the words meanwhile.

        Raises:
            UserError: it could not be measured.
        """
        folder = Path(tempfile.mkdtemp(prefix="pimp-tui-pilot-"))
        session = folder / "pilot"
        limit = draft.limit.strip()
        problems = min(int(limit), _PILOT_PROBLEMS) if limit.isdigit() else _PILOT_PROBLEMS
        small = replace(
            draft, name=str(session), method="diverse", n=str(_PILOT_N), repeats="1",
            preset="quick", limit=str(problems), budget="", baseline="", holdout="",
            max_new_tokens=draft.max_new_tokens or ("512" if draft.preset == "paper" else ""),
        )  # fmt: skip
        self._tried = self._cost(draft)
        self.busy = f"measuring… a pilot of {_PILOT_N} configurations; {stops} stops it"
        try:
            await launch.run_command(small.arguments(), _PILOT_S)
            words = f"a pilot of {_PILOT_N} configurations, once each"
            self._piloted = await asyncio.to_thread(basis_of, session, words, _passes(draft))
            if self._piloted is None:
                raise UserError("the pilot measured nothing")
        finally:
            self.busy = ""
            await asyncio.shield(asyncio.ensure_future(_clear(session)))

    def lines(self, draft: Draft) -> list[tuple[str, str]]:
        """(what, how much) for the review."""
        if self.busy:
            return [("estimate", self.busy)]
        if self.fault:
            return [("estimate", f"! {self.fault}")]
        if self._counts is None or self._for != _what(draft):
            return []
        counts, basis = self._counts, self._piloted or self._basis
        if self._open:
            return [("runs", f"{counts.configurations} configurations, then more until the budget"
                     f" of {draft.budget.strip()} ends")]  # fmt: skip
        each = counts.runs // counts.configurations
        size = (
            f"{counted(counts.configurations, 'configuration')} x {each} "
            f"x {counted(counts.problems, 'problem')}"
        )
        if basis is None:
            return [("runs", size), ("estimate", "not known yet: tab, then P runs a pilot")]
        lines = [("runs", size), *told(counts, basis, _batch(draft))]
        if ends := within_budget(draft.budget, counts, basis, _batch(draft)):
            lines.append(("budget", ends))
        return [*lines, ("from", basis.words)]

    def rest(self, draft: Draft) -> str:
        """How many configurations come after those of ``plan``; "" where there are none."""
        more = self._counts.configurations - len(self.plan) if self._counts else 0
        if more <= 0:
            return ""
        how = ", chosen by what was measured" if draft.method == GROWING else ""
        return f"{more} more{how}"

    @staticmethod
    def _cost(draft: Draft) -> tuple[str, ...]:
        return Forecast._cost_of(_what(draft))

    @staticmethod
    def _cost_of(what: tuple[str, ...]) -> tuple[str, ...]:
        """What a run's cost hangs on: model, workload, batch, tokens."""
        flags = ("--model", "--workload", "--batch", "--max-new-tokens", "--engine")
        return tuple(v for f, v in pairwise(what) if f in flags)


def counts_of(answer: dict[str, Any]) -> Counts:
    """What a dry run counts; of a plan that grows, at its full size.

    Raises:
        KeyError, TypeError, ValueError: the answer is not of that form.
    """
    configurations, runs, requests = (
        int(answer[name]) for name in ("configurations", "runs", "requests")
    )
    grown = max(int(answer.get("grows_to") or configurations), configurations)
    share = grown / configurations if configurations else 1
    return Counts(grown, round(runs * share), round(requests * share))


def _what(draft: Draft) -> tuple[str, ...]:
    """The campaign but for its name."""
    return tuple(draft.arguments()[2:])


def _passes(draft: Draft) -> float:
    """Passes over the workload for each run that counts, in the campaign to be."""
    warmups, repeats = _PASSES[draft.preset]
    text = draft.repeats.strip()
    return 1 + warmups / (int(text) if text.isdigit() and int(text) else repeats)


def _batch(draft: Draft) -> int:
    """Requests at once: as fixed, or the preset's; 1 where it is sampled."""
    text = draft.batch.strip()
    if text.isdigit() and int(text) > 0:
        return int(text)
    return 1 if draft.preset == "paper-2" else _BATCH


def _without_place(error: UserError) -> UserError:
    """Without the name of the command that said it."""
    return UserError(error.what, mend=error.mend)


def _campaign_runs() -> bool:
    """Whether a campaign under the sessions' folder runs on this machine."""
    from pimp_tui.session import lock
    from pimp_tui.session.paths import list_sessions

    return any(lock.is_held(path) for path in list_sessions())


async def _clear(session: Path) -> None:
    """End the pilot's runner if it is alive, then remove its folder."""
    from pimp_tui.session import lock
    from pimp_tui.session.manifest import read_manifest

    if session.exists() and lock.is_held(session):
        with suppress(UserError):
            await launch.steer(session, "stop")
        for _ in range(_PATIENCE):
            if not lock.is_held(session):
                break
            await asyncio.sleep(0.1)
        else:  # it ends with the run in progress, which may take long: nothing here is kept
            with suppress(UserError, OSError, KeyError, TypeError):
                os.kill(int(read_manifest(session)["runner"]["pid"]), signal.SIGKILL)
                await asyncio.sleep(0.5)
    shutil.rmtree(session.parent, ignore_errors=True)
