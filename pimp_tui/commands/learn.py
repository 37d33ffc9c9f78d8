"""The command learn: quality of the predictors, their learning curves, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import Json, SessionArgument, print_json, say, split_list
from pimp_tui.commands.progress import Progress
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

Option = typer.Option


def learn(
    session: SessionArgument,
    metric: Annotated[list[str] | None, Option(help="Metrics to predict.")] = None,
    predictor: Annotated[list[str] | None, Option(help="Predictors to compare.")] = None,
    curve: Annotated[
        bool, Option("--curve", help="Error against configurations measured, per sampler.")
    ] = False,
    source: Annotated[
        str | None, Option("--from", help="Does it help to start from this other session?")
    ] = None,
    seed: Annotated[int, Option(min=0, help="Seed.")] = 0,
    json: Json = False,
) -> int:
    """Fit predictors and say how well they do on configurations they have not seen."""
    from pimp_tui.session import open_session

    opened = open_session(session)
    metrics = split_list(metric) or [*learned_metrics(opened), *estimated_metrics(opened)]
    if source is not None:
        from pimp_tui.commands.transfer import learn_from

        return learn_from(opened, source, metrics, seed, json)
    work = _curve if curve else _evaluate
    work(opened, metrics, split_list(predictor), bool(metric), seed, json)
    return 0


def _evaluate(
    session: Session, metrics: list[str], predictors: list[str], named: bool, seed: int, json: bool
) -> None:
    """The list of ``evaluate``; a metric not named may be left out."""
    from pimp_tui.commands.quality import print_quality
    from pimp_tui.learning import evaluate, learning_record
    from pimp_tui.learning.evaluation.held_out import (
        DEFAULT_PREDICTORS,
        evaluate_measured,
        notes_of,
    )

    chosen, notes = predictors or list(DEFAULT_PREDICTORS), list[str]()
    with Progress() as show:
        step = _step(show, f"learning {', '.join(metrics)}")
        if named:
            records = evaluate(
                session, metrics=metrics, predictors=chosen, seed=seed, progress=step
            )
        else:
            records, notes = evaluate_measured(
                session, metrics, predictors=chosen, seed=seed, progress=step
            )
    if not records and metrics:  # the error of the first says how to mend it, its note does not
        evaluate(session, metrics=metrics[:1], predictors=chosen, seed=seed)
    notes += notes_of(records)
    _tell(session, records, notes)
    keep_record(
        session,
        learning_record(
            records, options=session.options, metrics=metrics, predictors=chosen, seed=seed,
            notes=notes,
        ),
    )  # fmt: skip
    print_json(records) if json else print_quality(records)


def _curve(
    session: Session, metrics: list[str], predictors: list[str], named: bool, seed: int, json: bool
) -> None:
    """The list of ``learning_curve``; a metric not named may be left out."""
    from pimp_tui.commands.quality import print_curve
    from pimp_tui.learning import learning_curve
    from pimp_tui.learning.evaluation.held_out import notes_of
    from pimp_tui.learning.predictors import DEFAULT_PREDICTOR
    from pimp_tui.learning.record import curve_record

    chosen = predictors or [DEFAULT_PREDICTOR]
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    first: UserError | None = None
    with Progress() as show:
        for name in metrics:
            try:
                for one in chosen:
                    step = _step(show, f"learning curve of {name} by {one}")
                    records += learning_curve(
                        session, name, predictor=one, seed=seed, progress=step
                    )
            except UserError as error:
                if named or error.what.startswith("no predictor"):
                    raise
                first = first or error
                notes.append(str(error))
    if not records and first is not None:
        raise first
    notes += notes_of(records)
    _tell(session, records, notes)
    kept = curve_record(records, metrics=metrics, predictors=chosen, seed=seed, notes=notes)
    keep_record(session, {"curve": kept})
    print_json(records) if json else print_curve(records)


def _step(show: Progress, what: str) -> Callable[[int, int], None]:
    return lambda done, of: show(what, done / of)


def _tell(session: Session, records: list[dict[str, Any]], notes: list[str]) -> None:
    """Say what was left out; where that is everything, end with it."""
    if not records:
        raise UserError(notes[0] if notes else "nothing was measured", str(session.path))
    for note in notes:
        say(f"note: {note}")


def learned_metrics(session: Session) -> list[str]:
    """Metrics worth a prediction: the objectives, latency, and energy where it was measured."""
    if imported := session.manifest.get("imported_metrics"):
        return list(imported)
    names = [*session.default_objectives, "latency_s"]
    return list(dict.fromkeys([*names, "duration_s"]))


def estimated_metrics(session: Session) -> list[str]:
    """Energy where it is only an estimate: learnt on request, its records marked so."""
    known = session.manifest.get("imported_metrics") or "energy_j" in session.default_objectives
    return [] if known else ["energy_j"]


def keep_record(session: Session, record: dict[str, Any]) -> bool:
    """Write ``learning.json`` unless a campaign holds the session's lock.

    Args:
        record: of ``learning_record``, or ``{"curve": ...}`` of ``curve_record``.
    """
    import polars as pl

    from pimp_tui.learning.record import merged_record
    from pimp_tui.session.atomic import write_json
    from pimp_tui.session.lock import SessionLock

    good = session.runs.filter(pl.col("status") == "ok").select(pl.len()).collect()
    try:
        with SessionLock.acquire(session.path, patience_s=0.2):
            merged = merged_record(session.learning(), record, int(good.item()))
            write_json(session.path / "learning.json", merged)
        return True
    except (UserError, OSError):
        return False
