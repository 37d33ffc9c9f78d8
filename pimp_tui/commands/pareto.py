"""The command pareto: fronts measured and predicted, of one model, of each, and of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.objectives import Objectives, parse_objectives, require_measured
from pimp_tui.commands.output import Json, SessionArgument, print_json, print_table, say
from pimp_tui.errors import UserError
from pimp_tui.learning.verification.accuracy import MARGIN

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session import Session

Option = typer.Option


def pareto(
    session: SessionArgument,
    objective: Objectives = None,
    where: Annotated[str | None, Option(help="A condition, as latency_s <= 2.")] = None,
    model: Annotated[str | None, Option(help="Front of one model only.")] = None,
    per_model: Annotated[
        bool, Option("--per-model", help="A front of each model, and who is on the joint one.")
    ] = False,
    predicted: Annotated[bool, Option("--predicted", help="Add predicted configurations.")] = False,
    n: Annotated[int, Option("-n", help="Fresh configurations to predict, up to millions.")] = 2000,
    margin: Annotated[float, Option(help="Loss of accuracy that does not matter.")] = MARGIN,
    seed: Annotated[int, Option(min=0, help="Seed.")] = 0,
    json: Json = False,
) -> int:
    """The front of configurations that no other one beats in every objective."""
    from pimp_tui.commands.accuracy import print_accuracy, with_accuracy
    from pimp_tui.learning.fronts.front_marks import marked
    from pimp_tui.session import open_session

    opened = open_session(session)
    objectives = parse_objectives(objective) or opened.default_objectives
    if n < 1:
        raise UserError(f"{n} configurations cannot be predicted", mend="ask for 1 or more")
    if per_model and model is not None:
        raise UserError("--per-model shows every model", mend="leave --model out")
    require_measured(opened, objectives)
    count = n if predicted else None
    if per_model:
        front = _each_model(opened, objectives, where, count, seed)
    else:
        condition = _and_model(opened, where, model)
        front = _front(opened, objectives, condition, count, seed)
        front = marked(front, opened, objectives, seed, condition)
    rows = with_accuracy(front.to_dicts(), opened, margin)
    if json:
        print_json(rows)
    else:
        told = ["estimated", "front_probability", "knee", *(["joint"] if per_model else [])]
        columns = ["config_id", *objectives, *told, *_differing(rows, opened.options)]
        print_table(rows, list(dict.fromkeys(columns)))  # an option may be an objective
        print_accuracy(rows)
    if not rows:
        say(_why_empty(opened, objectives, _and_model(opened, where, model), predicted))
    elif not per_model:
        _tell_volume(front, objectives)
    return 0


def _front(
    session: Session, objectives: dict[str, str], where: str | None, n: int | None, seed: int
) -> pl.DataFrame:
    """The measured front, or with ``n`` fresh configurations the predicted one."""
    import polars as pl

    if n is None:
        from pimp_tui.learning import pareto as front_of

        return front_of(session, objectives, where=where).with_columns(estimated=pl.lit(False))
    from pimp_tui.commands.progress import Progress
    from pimp_tui.learning.fronts.predicted_front import session_front

    with Progress() as progress:
        return session_front(session, objectives, where=where, n=n, seed=seed, progress=progress)


def _each_model(
    session: Session, objectives: dict[str, str], where: str | None, n: int | None, seed: int
) -> pl.DataFrame:
    """The front of each model, one below the other, with ``joint``: on the front of all too."""
    import polars as pl

    from pimp_tui.learning.fronts.front_marks import marked

    if "model" not in session.options:
        raise UserError("this session has no option model", mend="leave --per-model out")
    names, fronts = _models(session), []
    for name in names:
        condition = _and_model(session, where, name, names)
        one = _front(session, objectives, condition, n, seed)
        fronts.append(marked(one, session, objectives, seed, condition))
    both = pl.concat([one for one in fronts if one.height] or fronts[:1], how="diagonal_relaxed")
    from pimp_tui.learning.fronts.measured_front import costs
    from pimp_tui.learning.fronts.nondominated import nondominated

    joint = pl.Series("joint", nondominated(costs(both, objectives)), dtype=pl.Boolean)
    return both.with_columns(joint)


def _models(session: Session) -> list[str]:
    """Names of the models; of an imported table the values of its option ``model``."""
    known = [item["name"] for item in session.manifest.get("models", [])]
    if known or "model" not in session.options:
        return known
    column = session.plan.select("model").collect()["model"]
    return [str(name) for name in column.drop_nulls().unique().sort()]


def _why_empty(
    session: Session, objectives: dict[str, str], where: str | None, predicted: bool
) -> str:
    """In one line why the front is empty."""
    from pimp_tui.learning.fronts.measured_front import comparable
    from pimp_tui.session.where import compile_where
    from pimp_tui.session.where_parts import what_empties

    rows = comparable(session, objectives)
    if rows.is_empty():
        return f"no configuration has {' and '.join(objectives)} measured"
    why = f"the front is empty: {what_empties(rows, where or 'true')}"
    why = f"{why} measured, nor for one predicted" if predicted else why
    asked = dict.fromkeys(compile_where(where, rows.schema).meta.root_names() if where else [])
    unknown = [name for name in asked if rows[name].null_count() == rows.height]
    return f"{why}: no {' and no '.join(unknown)} was measured" if unknown else why


def _tell_volume(front: pl.DataFrame, objectives: dict[str, str]) -> None:
    from pimp_tui.learning.fronts.front_marks import front_volume

    found = front_volume(front, objectives)
    if found is not None:
        bounds = ", ".join(f"{name} {value:.4g}" for name, value in found[1].items())
        say(f"hypervolume {found[0]:.4g} on the log scale, bounded by {bounds}")


def _and_model(
    session: Session, where: str | None, model: str | None, names: list[str] | None = None
) -> str | None:
    if model is None:
        return where
    names = names or _models(session)
    if model not in names:
        mend = f"models: {', '.join(names)}" if names else "leave --model out"
        from pimp_tui.space.nearest import nearest

        close = nearest(model, names)
        hint = f"; did you mean {close}?" if close else ""
        raise UserError(f"no model {model!r} in this session{hint}", mend=mend)
    if len(names) == 1:
        return where
    quoted = model.replace("\\", "\\\\").replace('"', '\\"')
    condition = f'model = "{quoted}"'
    return f"({where}) and {condition}" if where else condition


def _differing(rows: list[dict[str, Any]], options: list[str]) -> list[str]:
    return [name for name in options if len({str(row.get(name)) for row in rows}) > 1]
