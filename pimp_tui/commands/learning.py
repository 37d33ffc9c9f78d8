"""Commands that learn from a session: learn, effects, pareto, predict, suggest, report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.effects import effects
from pimp_tui.commands.objectives import Objectives, parse_objectives
from pimp_tui.commands.output import (
    Json,
    SessionArgument,
    print_json,
    print_table,
    say,
    split_list,
)
from pimp_tui.commands.predict import predict
from pimp_tui.commands.report import report
from pimp_tui.commands.suggest import suggest
from pimp_tui.errors import UserError
from pimp_tui.learning.accuracy import MARGIN

if TYPE_CHECKING:
    from pimp_tui.session import Session

Option = typer.Option
Where = Annotated[str | None, Option(help="A condition, as latency_s <= 2.")]
Margin = Annotated[float, Option(help="Loss of accuracy that does not matter.")]
Seed = Annotated[int, Option(min=0, help="Seed.")]


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
    seed: Seed = 0,
    json: Json = False,
) -> int:
    """Fit predictors and say how well they do on configurations they have not seen."""
    from pimp_tui.commands.quality import print_quality
    from pimp_tui.learning import learning_record
    from pimp_tui.learning.evaluation import DEFAULT_PREDICTORS, evaluate_measured
    from pimp_tui.session import open_session

    opened = open_session(session)
    predictors = tuple(split_list(predictor)) or DEFAULT_PREDICTORS
    metrics = split_list(metric) or [*learned_metrics(opened), *estimated_metrics(opened)]
    if source is not None:
        from pimp_tui.commands.transfer import learn_from

        return learn_from(opened, source, metrics, seed, json)
    if curve:
        return _curve(opened, metrics, split_list(predictor), bool(metric), seed, json)
    notes: list[str] = []
    if metric:
        from pimp_tui.learning import evaluate

        records = evaluate(opened, metrics=metrics, predictors=predictors, seed=seed)
    else:
        records, notes = evaluate_measured(opened, metrics, predictors=predictors, seed=seed)
    if not records:
        raise UserError(notes[0] if notes else "nothing was measured", str(opened.path))
    for note in notes:
        say(f"note: {note}")
    keep_record(
        opened,
        learning_record(
            records, options=opened.options, metrics=metrics, predictors=predictors, seed=seed,
            notes=notes,
        ),
    )  # fmt: skip
    print_json(records) if json else print_quality(records)
    return 0


def _curve(
    session: Session,
    metrics: list[str],
    predictors: list[str],
    named: bool,
    seed: int,
    json: bool,
) -> int:
    """``learn --curve``: the list of ``learning_curve``; a metric not named may be left out."""
    from pimp_tui.commands.quality import print_curve
    from pimp_tui.learning import learning_curve
    from pimp_tui.learning.predictors import DEFAULT_PREDICTOR

    records: list[dict[str, Any]] = []
    notes: list[str] = []
    for name in metrics:
        try:
            for predictor in predictors or [DEFAULT_PREDICTOR]:
                records += learning_curve(session, name, predictor=predictor, seed=seed)
        except UserError as error:
            if named or error.what.startswith("no predictor"):
                raise
            notes.append(str(error))
    if not records:
        raise UserError(notes[0] if notes else "nothing was measured", str(session.path))
    for note in notes:
        say(f"note: {note}")
    print_json(records) if json else print_curve(records)
    return 0


def pareto(
    session: SessionArgument,
    objective: Objectives = None,
    where: Where = None,
    model: Annotated[str | None, Option(help="Front of one model only.")] = None,
    predicted: Annotated[bool, Option("--predicted", help="Add predicted configurations.")] = False,
    n: Annotated[int, Option("-n", help="Fresh configurations to predict.")] = 2000,
    margin: Margin = MARGIN,
    seed: Seed = 0,
    json: Json = False,
) -> int:
    """The front of configurations that no other one beats in every objective."""
    from pimp_tui.commands.accuracy import print_accuracy, with_accuracy
    from pimp_tui.learning import pareto as front_of
    from pimp_tui.session import open_session

    opened = open_session(session)
    objectives = parse_objectives(objective) or opened.default_objectives
    condition = _and_model(opened, where, model)
    require_measured(opened, objectives)
    if predicted:
        from pimp_tui.learning.predicted_front import session_front

        front = session_front(opened, objectives, where=condition, n=n, seed=seed)
    else:
        import polars as pl

        front = front_of(opened, objectives, where=condition)
        front = front.with_columns(estimated=pl.lit(False))
    rows = [clean_row(row, opened) for row in front.iter_rows(named=True)]
    rows = with_accuracy(rows, opened, margin)
    if json:
        print_json(rows)
    else:
        shown = ["config_id", *objectives, "estimated", *_differing(rows, opened.options)]
        print_table(rows, shown)
        print_accuracy(rows)
    if not rows:
        say("no configuration with all objectives measured satisfies the condition")
    return 0


def require_measured(session: Session, objectives: dict[str, str]) -> None:
    """Raise a UserError for an unknown objective or one that nobody measured."""
    from pimp_tui.learning.measured import check_objectives, measured_frame, metric_values

    frame = measured_frame(session)
    check_objectives(frame, objectives)
    for name in objectives:
        if metric_values(frame, name)[name].drop_nulls().is_empty():
            raise UserError(
                f"no {name} was measured", str(session.path), "measure it, or choose another"
            )


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
    """Write ``learning.json`` unless a campaign holds the session's lock."""
    from pimp_tui.session.atomic import write_json
    from pimp_tui.session.lock import SessionLock

    try:
        with SessionLock.acquire(session.path, patience_s=0.2):
            write_json(session.path / "learning.json", record)
        return True
    except (UserError, OSError):
        return False


def clean_row(row: dict[str, Any], session: Session) -> dict[str, Any]:
    """A front's row for the user: counters of repeats stay, helper columns go."""
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _and_model(session: Session, where: str | None, model: str | None) -> str | None:
    if model is None:
        return where
    names = [item["name"] for item in session.manifest.get("models", [])]
    if model not in names:
        raise UserError(f"no model {model!r} in this session", mend=f"models: {', '.join(names)}")
    if len(names) == 1:
        return where
    condition = f'model = "{model}"'
    return f"({where}) and {condition}" if where else condition


def _differing(rows: list[dict[str, Any]], options: list[str]) -> list[str]:
    return [name for name in options if len({str(row.get(name)) for row in rows}) > 1]


COMMANDS = {
    "learn": learn, "effects": effects, "pareto": pareto, "predict": predict,
    "suggest": suggest, "report": report,
}  # fmt: skip
