"""The feature model on the desk: loading, toggling and counting, all off the event loop.

Solver and diagram are not made for two threads at once, so one thread does all reasoning; only
compiling the diagram is done beside it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from pimp_tui.errors import Contradiction, UserError
from pimp_tui.tui.panes.space.compiler import compiled
from pimp_tui.tui.panes.space.view import Reasons, View

if TYPE_CHECKING:
    from pimp_tui.space.choice import Choice
    from pimp_tui.space.space import Space

T = TypeVar("T")
_COMPILE_S = 120.0
_LISTING_S = 0.2  # for listing configurations where there is no diagram
_SWITCH_S = 0.001  # how long a key waits for the reasoning thread to let go
_SMALL = 2_000  # features, up to which counting lets keys through at once
_LOAD_S = 60.0  # for what is so without any choice
_QUICK_S = 0.03  # propagation that is done before the eye sees that it is not
_PATIENCE_S = 10.0  # for what follows from a key, on a model that is hard to reason about


class Desk:
    """One space and one partial configuration of it."""

    def __init__(self) -> None:
        sys.setswitchinterval(_SWITCH_S)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="space")
        self.space: Space
        self.choice: Choice
        self._core: frozenset[str] = frozenset()
        self._total: int | None = None
        self._compiled = False
        self._took_s = 0.0
        self._waiting = 0
        self._changes = 0
        self._clashing: dict[str, bool] = {}
        self._states: dict[str, str] = {}
        self._own: dict[str, bool] = {}

    async def do(self, work: Callable[[], T], patience_s: float | None = None) -> T:
        """Run ``work`` in the reasoning thread, its questions to the solver bounded in time."""

        def bounded() -> T:
            from pimp_tui.space.solving.budget import settle_within

            with settle_within("what follows from the choices", patience_s or _PATIENCE_S):
                return work()

        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, bounded)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the thread once it is idle."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def chosen(self) -> dict[str, bool]:
        """The choices as they are now."""
        return self.choice.literals() if hasattr(self, "choice") else {}

    @property
    def compiled(self) -> bool:
        """Whether the diagram is there, or known not to be had."""
        return self._compiled

    @property
    def counts(self) -> bool:
        """Whether exact counts are quick."""
        return self._compiled and self.space.reasoner.known is not None

    @property
    def quick(self) -> bool:
        """Whether propagation is so quick that marks can wait for it."""
        small = len(self.space.features) <= _SMALL
        return small and self._took_s < _QUICK_S and not self._waiting

    async def load(self, load: Callable[[], Space], chosen: Mapping[str, bool]) -> View:
        """Load the space and make the given choices, as far as they do not clash.

        Raises:
            UserError: the space cannot be loaded.
        """

        def work() -> View:
            self.space = load()
            self.choice = self.space.configure()
            began = perf_counter()
            view = self._view()
            self._took_s = perf_counter() - began
            states = view.states.items()
            self._core = frozenset(n for n, state in states if state != "undecided")
            wanted = {n: on for n, on in chosen.items() if n in self.space.model.features}
            for name, selected in wanted.items():
                if name not in self._core:
                    self._set(name, selected)
            return self._view() if self._core or wanted else view

        return await self.do(work, _LOAD_S)

    async def toggle(self, name: str) -> tuple[View, str]:
        """Undecided -> selected -> deselected -> undecided; a step that clashes is left out.

        Returns:
            The new choices, whose consequences ``settle`` works out, and words where a step was
            left out.
        """

        def work() -> tuple[View, str]:
            self._changes += 1
            if self._clashing:
                return self._told(lambda: self._drop_clashing(name)), ""
            chosen = self.choice.literals().get(name)
            words = ""
            if chosen is None:
                words = self._set(name, True)
                if words:
                    words = self._set(name, False)
            elif chosen:
                words = self._set(name, False)
                if words:
                    self.choice.clear(name)
            else:
                self.choice.clear(name)
            return self._marks(), words

        return await self.do(work)

    async def settle(self) -> View | None:
        """Everything that follows from the choices; None where they changed again meanwhile."""
        mine = self._changes

        def work() -> View | None:
            if mine != self._changes:
                return None
            began = perf_counter()
            view = self._view()
            self._took_s = perf_counter() - began
            return view

        return await self.do(work)

    async def clear(self, names: Iterable[str]) -> View:
        """Take back choices, as one step of undo."""
        gone = set(names)

        def work() -> View:
            self._changes += 1
            left = {n: on for n, on in self.choice.literals().items() if n not in gone}

            def cleared() -> View:
                self.choice.replace(left)
                return self._view()

            return self._told(cleared)

        return await self.do(work)

    async def put(self, chosen: Mapping[str, bool]) -> View:
        """Other choices in place of these, as one step of undo; they may contradict each other.

        Raises:
            UserError: a feature that the space does not have.
        """

        def work() -> View:
            self._changes += 1
            for name in chosen:
                self.space.variable(name)
            self._clashing = {}
            return self._settled(dict(chosen))

        return await self.do(work)

    async def step_back(self, forward: bool = False) -> View | None:
        """Undo, or redo; None where there is nothing."""

        def work() -> View | None:
            self._changes += 1
            if self._clashing and not forward:
                self._clashing = {}
                return self._view()
            moved = self.choice.redo() if forward else self.choice.undo()
            return self._view() if moved else None

        return await self.do(work)

    async def why(self, name: str) -> Reasons:
        """Why a feature is decided without being chosen."""

        def work() -> Reasons:
            state = self._states.get(name, "undecided")
            if self._clashing or name in self.choice.literals() or state == "undecided":
                return Reasons()
            try:
                words = tuple(self.choice.explain(name))
                clear = tuple(self.choice.to_allow(name))
            except UserError as error:  # not settled in time
                return Reasons((str(error),))
            return Reasons(words, clear, never=bool(words) and not clear)

        return await self.do(work)

    async def compile(self) -> None:
        """Compile the decision diagram, so that counts and toggles are quick from then on."""
        knowledge = await compiled(self.space, _COMPILE_S)
        await self.do(lambda: self.space.reasoner.adopt(knowledge, _COMPILE_S))
        self._compiled = True

    async def count(self, view: View) -> View:
        """The view with its count; None stays None where no exact count can be had."""

        def work() -> View:
            within = _COMPILE_S if self.counts else _LISTING_S
            if self._total is None:
                self._total = self.space.count_literals([], within)
            if view.clash:
                return replace(view, count=0, total=self._total)
            if self.choice.literals() != view.chosen:
                return view
            count = self.space.count(self.choice, within) if view.chosen else self._total
            return replace(view, count=count, total=self._total)

        return await self.do(work)

    async def count_if(self, name: str) -> tuple[int | None, int | None]:
        """Counts after selecting, and after deselecting."""

        def work() -> tuple[int | None, int | None]:
            try:
                return self.choice.count_if(name, True), self.choice.count_if(name, False)
            except UserError:  # not settled in time
                return None, None

        return await self.do(work)

    def _set(self, name: str, selected: bool) -> str:
        try:
            self.choice.select(name) if selected else self.choice.deselect(name)
        except (Contradiction, UserError) as clash:  # or not settled in time
            return str(clash)
        return ""

    def _told(self, work: Callable[[], View]) -> View:
        """The view, or the marks as they stand with the words why no more is known."""
        try:
            return work()
        except UserError as error:  # not settled in time
            return replace(self._marks(), note=str(error))

    def _drop_clashing(self, name: str) -> View:
        left = {n: on for n, on in self._clashing.items() if n != name}
        return self._settled(left)

    def _settled(self, chosen: dict[str, bool]) -> View:
        """Make the choices where they go together; else keep them beside, with their clash."""
        numbers = [self.space.variable(n) * (1 if on else -1) for n, on in chosen.items()]
        root = 1  # is always selected, so that the choices alone are asked about
        clash = self.space.reasoner.clash(numbers, root)
        if clash is None:
            self._clashing = {}
            self.choice.replace(chosen)
            return self._view()
        self._clashing = chosen
        states = dict.fromkeys(self.space.features, "undecided")
        names, words = frozenset(clash.choices), tuple(clash.words)
        return View(states, chosen, frozenset(), 0, self._total, names, words)

    def _marks(self) -> View:
        """The choices, with the states of the choices before."""
        chosen = self.choice.literals()
        states = {**self._states, **{n: "undecided" for n in self._own if n not in chosen}}
        self._own = chosen
        return View(states, chosen, self._core, None, self._total, settled=False)

    def _view(self) -> View:
        return self._told(self._whole_view)

    def _whole_view(self) -> View:
        self._states, self._own = self.choice.states(), self.choice.literals()
        return View(self._states, self._own, self._core, None, self._total)
