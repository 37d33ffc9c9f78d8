"""``pimp-tui space check``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.commands.output import Json, print_json, print_pairs, say
from pimp_tui.commands.sampling import Features, Host, Model, SpaceArgument

if TYPE_CHECKING:
    from pimp_tui.mining.report import Report

_EVERY_S = 5.0


def check(
    space: SpaceArgument,
    model: Model = None,
    n: Annotated[int, typer.Option("-n", help="Uniform configurations beside all 2-wise.")] = 100,
    host: Host = None,
    select: Features = None,
    deselect: Features = None,
    seed: Annotated[int, typer.Option(help="Seed.")] = 0,
    seconds: Annotated[float | None, typer.Option(help="Budget; tells what it left out.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds after which a run hangs.")] = 120.0,
    engine: Annotated[str, typer.Option(help="Engine to run.")] = "transformers",
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the space with the proposals: proposal.uvl.")
    ] = None,
    json: Json = False,
) -> int:
    """Run a space for real: configurations that fail, idle options, forbidden pairs that work."""
    from pimp_tui.commands.spaces import choice_of, open_space
    from pimp_tui.errors import UserError
    from pimp_tui.mining.report import with_proposals
    from pimp_tui.mining.start import check_space
    from pimp_tui.space.load import source_text

    if model and len(model) > 1:
        raise UserError("a check takes one model", "--model", "check each model by itself")
    if out is not None and not out.parent.is_dir():
        raise UserError(f"there is no folder {out.parent}", "--out", "make it first")
    loaded = open_space(space, host, model, trust_remote_code=trust_remote_code)
    within = choice_of(loaded, select, deselect)
    progress = _Progress()
    report = check_space(
        loaded, space, model[0] if model else "micro-coder", progress.show,
        n=n, seed=seed, seconds=seconds, engine=engine, timeout_s=timeout,
        trust_remote_code=trust_remote_code, within=within,
    )  # fmt: skip
    progress.close()
    if out is not None:
        out.write_text(with_proposals(source_text(space)[1], report.findings), encoding="utf-8")
        say(f"the space with the proposals is in {out}")
    print_json(report.to_json()) if json else _print(report)
    if report.interrupted:
        return 130
    return 3 if report.has_failures else 0


def _print(report: Report) -> None:
    """Counts, findings, and the constraints to add."""
    from pimp_tui.mining.report import proposal_lines, settings_text

    answer = report.to_json()
    told = ("findings", "left_out", "notes")
    print_pairs({name: value for name, value in answer.items() if name not in told})
    for name, value in report.left_out.items():
        print(f"left out: {value} {name}")
    for note in report.notes:
        print(f"note: {note}")
    for finding in report.findings:
        where = f" (line {finding.line})" if finding.line else ""
        steady = "" if finding.steady else " (not every time)"
        print(f"\n{finding.kind}{where}: {settings_text(finding.cause)}{steady}")
        print(f"  {finding.message}")
        if finding.constraint:
            print(f"  forbidden by: {finding.constraint}")
        if finding.reason:
            print(f"  on purpose: {finding.reason}")
        unit = "pairs" if finding.kind == "over-constraint" else "configurations"
        print(f"  {unit}: {finding.configurations}")
    lines = proposal_lines(report.findings)
    if lines:
        print("\nconstraints")
        print("\n".join(f"    {line}" for line in lines))


class _Progress:
    """One line on stderr with the time left in the phase; now and then where it is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._phase, self._began, self._last = "", 0.0, 0.0

    def show(self, phase: str, done: int, planned: int) -> None:
        """Show how far a phase is."""
        from pimp_tui.commands.follow import duration

        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._began, self._last = phase, now, 0.0
        left = (now - self._began) / max(done - 1, 1) * (planned - done)
        eta = f"ETA ~{duration(left)}" if done > 1 else "ETA -"
        text = f"{phase}: {done}/{planned}  {eta}"
        if self._live:
            sys.stderr.write("\r\x1b[K" + text)
            sys.stderr.flush()
        elif done == planned or now - self._last >= _EVERY_S:
            say(text)
            self._last = now

    def close(self) -> None:
        """Leave the last state standing."""
        if self._live and self._phase:
            sys.stderr.write("\n")
