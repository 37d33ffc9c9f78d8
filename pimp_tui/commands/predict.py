"""The command predict: a metric of configurations that were not measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.commands.output import Json, SessionArgument, print_json, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

Option = typer.Option
Seed = Annotated[int, Option(min=0, help="Seed.")]


def predict(
    session: SessionArgument,
    plan: Annotated[Path | None, Option(help="Plan of configurations to predict.")] = None,
    metric: Annotated[str | None, Option(help="Metric.")] = None,
    n: Annotated[int, Option("-n", help="Fresh uniform configurations, without a plan.")] = 16,
    seed: Seed = 0,
    json: Json = False,
) -> int:
    """Predict a metric of configurations that were not measured, with 90% intervals."""
    from pimp_tui.learning import fit
    from pimp_tui.learning.fronts.candidates import to_predict
    from pimp_tui.learning.learner import require_varying, training_rows
    from pimp_tui.session import open_session

    opened = open_session(session)
    name = metric or next(iter(opened.default_objectives))
    require_varying(training_rows(opened, name))
    frame = to_predict(opened, name, plan, n, seed)
    learner = fit(opened, metric=name, seed=seed)
    if frame is None:
        say("note: all are measured; each is predicted by a refit that did not see it")
        answer = learner.held_out.with_columns(reason=None)
    else:
        answer = learner.predict(frame, warn=False).with_columns(reason=learner.reasons(frame))
        tell_unseen(answer)
    rows = [row | {"metric": name, "estimated": True} for row in answer.iter_rows(named=True)]
    shown = ["config_id", "metric", "prediction", "lower", "upper", "estimated"]
    print_json(rows) if json else print_table(rows, shown)
    return 0


def tell_unseen(answer: pl.DataFrame) -> None:
    """Say how many rows have no prediction, and why the first has none.

    Raises:
        UserError: none has one.
    """
    reasons = answer["reason"].drop_nulls()
    if reasons.is_empty():
        return
    if len(reasons) == answer.height:
        raise UserError(
            f"no configuration can be predicted: {reasons[0]}", mend="measure that value first"
        )
    say(f"note: {len(reasons)} not predicted: {reasons[0]}")
