"""What is told at each field: that it is good and what it means, or what is wrong with it.

Everything that reads files or reasons is done in one thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from pimp_tui.errors import UserError
from pimp_tui.tui.screens.wizard.draft import DEFAULT_GROWN, DEFAULT_N, GROWING, Draft, split
from pimp_tui.tui.screens.wizard.estimate import BUDGET
from pimp_tui.tui.words import counted, short_path, told

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space

_COUNT_S = 20.0
_WHOLE = {
    "limit": "problems", "n": "configurations", "repeats": "repeats", "batch": "requests at once",
    "max_new_tokens": "tokens",
}  # fmt: skip


class Note(NamedTuple):
    """Words for a field; ``fault`` keeps the step from being left."""

    text: str
    fault: bool = False


class Checker:
    """Checks fields of a draft; keeps the space it loaded last."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wizard")
        self._loaded: tuple[tuple[str, str], Space] | None = None

    def close(self) -> None:
        """End the thread once it is idle."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def check(self, key: str, draft: Draft) -> Note:
        """The note of one field."""
        if key in _WHOLE:
            return _whole(key, draft)
        if key == "budget":
            return _budget(draft.budget.strip())
        if key == "seed":
            good = not draft.seed.strip() or draft.seed.strip().isdigit()
            return Note("") if good else Note("a whole number", True)
        if key in ("select", "deselect", "baseline", "holdout") and not getattr(draft, key).strip():
            return Note("")
        work: Callable[[Draft], str] | None = {
            "models": _models, "workload": _workload, "workload_file": _workload,
            "holdout": _holdout, "baseline": _baseline, "space": self._count, "select": self._count,
            "deselect": self._count, "name": _name,
        }.get(key)  # fmt: skip
        if work is None:
            return Note("")
        try:
            loop = asyncio.get_running_loop()
            return Note(await loop.run_in_executor(self._thread, work, draft))
        except UserError as error:
            return Note(told(error), True)
        except (OSError, ValueError) as error:  # a name that no file can have
            return Note(getattr(error, "strerror", None) or str(error), True)

    def _space(self, draft: Draft) -> tuple[Space, Choice]:
        from pimp_tui.space import load_space
        from pimp_tui.space.choice import choice_from

        key = (draft.space, draft.models)
        if self._loaded is None or self._loaded[0] != key:
            source = draft.arguments()[draft.arguments().index("--space") + 1]
            self._loaded = (key, load_space(source, models=draft.model_list))
        space = self._loaded[1]
        return space, choice_from(space, split(draft.select), split(draft.deselect))

    def _count(self, draft: Draft) -> str:
        from pimp_tui.tui.words import count_words

        space, choice = self._space(draft)
        total = space.count(seconds=_COUNT_S)
        within = space.count(choice, seconds=_COUNT_S) if choice.literals() else total
        words = f"{count_words(within)} of {count_words(total)} valid configurations"
        return f"{words}, {len(space.options)} options"


def _whole(key: str, draft: Draft) -> Note:
    text = getattr(draft, key).strip()
    if not text:
        return Note(_own_number(draft.method)) if key == "n" else Note("")
    if not text.isdigit() or int(text) < 1:
        return Note(f"a whole number of {_WHOLE[key]}, at least 1", True)
    return Note("")


def _budget(text: str) -> Note:
    found = BUDGET.fullmatch(text)
    if not text:
        return Note("")
    if found is None or not float(found[1]) > 0:
        return Note("write 60min, 5MJ or 40runs", True)
    if found[2].startswith("run") and not float(found[1]).is_integer():
        return Note("a whole number of runs, as 40runs", True)
    return Note("")


def _own_number(method: str) -> str:
    if method == GROWING:
        return f"as many as the budget allows; without one {DEFAULT_GROWN}"
    from pimp_tui.sampling.registry import is_covering

    covering = [name for name in method.split("+") if is_covering(name)]
    if not covering:
        return f"{DEFAULT_N}, as the sampler has it"
    if len(covering) == len(method.split("+")):
        return ""
    return f"as many as {' and '.join(covering)} need, then as many again"


def _models(draft: Draft) -> str:
    from pimp_tui.space.machine.model_facts import model_facts

    if not draft.model_list:
        raise UserError("a model: micro-coder, a folder or a .gguf file")
    return "; ".join(f"{f.name}: {f.summary()}" for f in map(model_facts, draft.model_list))


def _workload(draft: Draft) -> str:
    if draft.workload == "file" and not draft.workload_file.strip():
        raise UserError("name a file, or choose another workload")
    from pimp_tui.workload import load_workload

    found = load_workload(draft.workload_name)
    scored = "scored by running the code" if found.scored else "not scored: pass@1 stays empty"
    return f"{len(found.tasks)} problems, {scored}"


def _holdout(draft: Draft) -> str:
    from pimp_tui.workload import load_workload
    from pimp_tui.workload.holdout import check_fraction, keep_out

    try:
        share = float(draft.holdout)
    except ValueError:
        raise UserError("a share between 0 and 1, as 0.3") from None
    check_fraction(share)
    limit = draft.limit.strip()
    tasks = load_workload(draft.workload_name, int(limit) if limit.isdigit() else None)
    measured, kept = keep_out(tasks, share, _seed(draft))
    return f"{counted(len(measured), 'problem')} measured, {len(kept)} for `pimp-tui verify`"


def _seed(draft: Draft) -> int:
    seed = draft.seed.strip()
    return int(seed) if seed.isdigit() else 0


def _baseline(draft: Draft) -> str:
    """Only whether it can be read; whether the space has it is told by the dry run."""
    import json
    from pathlib import Path

    text = draft.baseline.strip()
    path = Path(text).expanduser()
    if not path.is_file():
        if "--" in text or "=" in text:
            return "measured beside the library's default; Trade-offs tells each point against it"
        raise UserError(f"no file {text}", mend="or a command line: --num-beams 4 --do-sample")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"no JSON: {error}", short_path(path)) from None
    if not isinstance(value, dict) or not value:
        raise UserError("no JSON object of options", short_path(path), 'write {"num_beams": 4}')
    return f"{len(value)} options; Trade-offs tells each point against it"


def _name(draft: Draft) -> str:
    from pimp_tui.session.paths import resolve
    from pimp_tui.tui.begin import name_fault

    fault = name_fault(draft.name)
    if fault:
        raise UserError(fault)
    return short_path(resolve(draft.name))
