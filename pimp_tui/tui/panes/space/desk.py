"""The feature model on the desk: loading, toggling and counting, all off the event loop.

Solver and diagram are not made for two threads at once, so one thread does all reasoning; only
compiling the diagram, which takes a child process and waits, is done beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pimp_tui.errors import Contradiction

if TYPE_CHECKING:
    from pimp_tui.space.choice import Choice
    from pimp_tui.space.space import Space

T = TypeVar("T")
_COMPILE_S = 60.0


@dataclass(frozen=True)
class View:
    """What the screen shows of a choice.

    Attributes:
        states: feature -> ``selected``, ``deselected``, ``undecided``.
        chosen: the user's own choices.
        core: features that are decided without any choice.
        count: valid configurations that agree with the choices; None until counted.
        total: the same without choices.
    """

    states: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, bool] = field(default_factory=dict)
    core: frozenset[str] = frozenset()
    count: int | None = None
    total: int | None = None

    @property
    def forced(self) -> int:
        """How many features the choices decide beyond themselves."""
        return sum(
            state != "undecided" and name not in self.chosen and name not in self.core
            for name, state in self.states.items()
        )


@dataclass(frozen=True)
class Reasons:
    """Why a feature is what it is.

    Attributes:
        words: choices and constraints, one a line.
        to_clear: the user's choices that would have to go.
    """

    words: tuple[str, ...] = ()
    to_clear: tuple[str, ...] = ()


class Desk:
    """One space and one partial configuration of it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="space")
        self.space: Space
        self.choice: Choice
        self._core: frozenset[str] = frozenset()
        self._total: int | None = None
        self._compiled = False

    async def do(self, work: Callable[[], T]) -> T:
        """Run ``work`` in the reasoning thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """End the thread once it is idle."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def chosen(self) -> dict[str, bool]:
        """The choices as they are now."""
        return self.choice.literals() if hasattr(self, "choice") else {}

    async def load(self, load: Callable[[], Space], chosen: dict[str, bool]) -> View:
        """Load the space and make the given choices, as far as they do not clash.

        Raises:
            UserError: the space cannot be loaded.
        """

        def work() -> View:
            self.space = load()
            self.choice = self.space.configure()
            states = self.choice.states()
            self._core = frozenset(n for n, state in states.items() if state != "undecided")
            for name, selected in chosen.items():
                if name in states and states[name] == "undecided":
                    self._set(name, selected)
            return self._view()

        return await self.do(work)

    async def toggle(self, name: str) -> tuple[View, str]:
        """Undecided -> selected -> deselected -> undecided; a step that clashes is left out.

        Returns:
            The new view, and words where a step was left out.
        """

        def work() -> tuple[View, str]:
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
            return self._view(), words

        return await self.do(work)

    async def clear(self, names: tuple[str, ...]) -> View:
        """Take back choices."""

        def work() -> View:
            for name in names:
                self.choice.clear(name)
            return self._view()

        return await self.do(work)

    async def step_back(self, forward: bool = False) -> View | None:
        """Undo, or redo; None where there is nothing."""

        def work() -> View | None:
            moved = self.choice.redo() if forward else self.choice.undo()
            return self._view() if moved else None

        return await self.do(work)

    async def why(self, name: str) -> Reasons:
        """Why a forced feature is forced."""

        def work() -> Reasons:
            state = self.choice.states()[name]
            chosen = self.choice.literals()
            if name in chosen or state == "undecided":
                return Reasons()
            clash = self.space.clash(chosen, name, state == "deselected")
            return Reasons(tuple(clash.words), tuple(clash.choices)) if clash else Reasons()

        return await self.do(work)

    async def compile(self) -> None:
        """Compile the decision diagram, so that counts and toggles are quick from then on."""
        reasoner = self.space.reasoner
        await self.do(lambda: reasoner.reduced)
        await asyncio.to_thread(reasoner.knowledge, _COMPILE_S)
        self._compiled = True

    async def count(self, view: View) -> View:
        """The view with its count; None stays None where no exact count can be had."""

        def work() -> View:
            if self._total is None:
                self._total = self.space.count_literals([])
            same = self.choice.literals() == view.chosen
            count = self.space.count(self.choice) if same and view.chosen else self._total
            return View(view.states, view.chosen, view.core, count, self._total)

        return await self.do(work)

    async def count_if(self, name: str) -> tuple[int | None, int | None]:
        """Counts after selecting, and after deselecting."""

        def work() -> tuple[int | None, int | None]:
            return self.choice.count_if(name, True), self.choice.count_if(name, False)

        return await self.do(work)

    @property
    def compiled(self) -> bool:
        """Whether conditional counts are quick."""
        return self._compiled

    def _set(self, name: str, selected: bool) -> str:
        try:
            self.choice.select(name) if selected else self.choice.deselect(name)
        except Contradiction as clash:
            return str(clash)
        return ""

    def _view(self) -> View:
        return View(self.choice.states(), self.choice.literals(), self._core, None, self._total)
