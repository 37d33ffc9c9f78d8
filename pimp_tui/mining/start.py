"""Sets a check up: space, configurations, engine."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pimp_tui.engine.registry import engine_names
from pimp_tui.errors import UserError
from pimp_tui.mining.check import Check, OnProgress
from pimp_tui.mining.configurations import draw, is_deployment
from pimp_tui.mining.prober import Prober
from pimp_tui.mining.report import Report
from pimp_tui.mining.values import checked_options, fixed
from pimp_tui.space import Choice, Space
from pimp_tui.space.load import source_text
from pimp_tui.space.nearest import did_you_mean
from pimp_tui.space.uvl.reader import read_uvl

DEFAULT_UNIFORM = 100


def check_space(
    space: Space,
    source: str,
    model: str,
    on_progress: OnProgress,
    *,
    n: int = DEFAULT_UNIFORM,
    seed: int = 0,
    seconds: float | None = None,
    engine: str = "transformers",
    timeout_s: float = 120.0,
    trust_remote_code: bool = False,
    within: Choice | None = None,
) -> Report:
    """Check a space by running it.

    Args:
        space: with host and model filled in.
        source: the shipped name or path it was loaded from.
        model: reference of the model.
        on_progress: called with phase, done and planned.
        n: uniform configurations beside the library's default and a 2-wise plan.
        seed: of samples and runs.
        seconds: budget; what it leaves out is told in the report.
        engine: name of the engine.
        timeout_s: the most that one configuration may take before it counts as hung.
        within: a partial configuration: only what agrees with it is run.

    Raises:
        UserError: a bad argument, a space without options for an engine, an engine or a model
            that cannot be had.
    """
    if n < 0:
        raise UserError(f"n is {n}", mend="n is at least 0")
    if seconds is not None and not seconds > 0:
        raise UserError(f"seconds is {seconds}", mend="seconds is more than 0")
    if engine not in engine_names():
        known = engine_names()
        mend = did_you_mean(engine, known, "choose " + ", ".join(known))
        raise UserError(f"there is no engine '{engine}'", mend=mend)
    options = checked_options(space)
    if not options:
        raise UserError(
            f"{space.name} binds no option of an engine: there is nothing to run",
            mend="bind features by `option` and `value` attributes",
        )
    # Filling host and model in moved the lines: the file itself tells where a constraint stands.
    _, text, label = source_text(source)
    lines = {one.text: one.line for one in reversed(read_uvl(text, label).constraints)}
    report = Report(space.name, model, engine, seed)
    part = space if within is None else fixed(space, within.literals())
    configurations = draw(part, n, seed, report.notes.append)
    with tempfile.TemporaryDirectory(prefix="pimp-tui-check-") as folder:
        prober = Prober(
            engine, model, lambda option: is_deployment(space, option),
            Path(folder) / "child.log", seed, timeout_s, trust_remote_code,
        )  # fmt: skip
        check = Check(space, part, prober, report, lines, seconds, on_progress)
        return check.run(configurations)
