"""The command suggest: what to measure next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.commands.objectives import Objectives, parse_objectives
from pimp_tui.commands.output import Json, SessionArgument, print_json, print_table, say, split_list
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session import Session

Option = typer.Option
_DEFAULT, _MOST = 4, 200  # suggestions without -n, and at most within a budget
_EXPENSE = {"s": "duration_s", "J": "energy_j"}


def suggest(
    session: SessionArgument,
    n: Annotated[int | None, Option("-n", help="How many; 4 without.")] = None,
    objective: Objectives = None,
    select: Annotated[list[str] | None, Option(help="Feature that all have.")] = None,
    deselect: Annotated[list[str] | None, Option(help="Feature that none has.")] = None,
    budget: Annotated[
        str | None, Option(help="As many as fit into 60min, 5MJ or 40runs, repeats included.")
    ] = None,
    source: Annotated[
        str | None, Option("--from", help="Another session to start from, where it helps.")
    ] = None,
    seed: Annotated[int, Option(min=0, help="Seed.")] = 0,
    json: Json = False,
) -> int:
    """What to measure next: configurations by their expected improvement of the front."""
    from pimp_tui.campaign.settings import parse_budget
    from pimp_tui.commands.spaces import choice_of
    from pimp_tui.learning import suggest as choose
    from pimp_tui.session import open_session

    opened = open_session(session)
    chosen, barred = split_list(select), split_list(deselect)
    within = choice_of(opened.space(), chosen, barred) if chosen or barred else None
    amount, unit = parse_budget(budget) if budget is not None else (0.0, "")
    objectives = parse_objectives(objective) or None
    repeats = int((opened.manifest.get("settings") or {}).get("repeats") or 1)
    wanted = n if n is not None else _MOST if budget is not None else _DEFAULT
    if unit == "runs":
        wanted = min(wanted, int(amount // repeats))
        if wanted < 1:
            raise UserError(f"{budget} is less than the {repeats} runs of one configuration")
    frame = choose(
        opened, n=wanted, objectives=objectives, within=within, seed=seed,
        expense=_EXPENSE.get(unit), warm=warm_start(opened, source, objectives), told=say,
    )  # fmt: skip
    if n is not None and frame.height < wanted:
        say(f"{frame.height} of {wanted}: no other candidate is left")
    if unit in _EXPENSE:
        beside = _beside_s(opened) if unit == "s" else 0.0
        frame = _within_budget(frame, _EXPENSE[unit], amount / repeats, beside, str(budget))
    print_json(frame.to_dicts()) if json else print_table(frame.to_dicts(), frame.columns)
    return 0


def warm_start(opened: Session, source: str | None, objectives: dict[str, str] | None):  # type: ignore[no-untyped-def]
    """What ``--from`` names, learnt; None without it.

    Raises:
        UserError: no such session, or nothing in it can be learnt from.
    """
    if source is None:
        return None
    from pimp_tui.learning.suggestion.warm_start import WarmStart
    from pimp_tui.session import open_session

    other = open_session(source)
    if other.path == opened.path:
        raise UserError("a session cannot start from itself", "--from")
    return WarmStart(other, opened.options, objectives or opened.default_objectives)


def _beside_s(opened: Session) -> float:
    """Mean seconds that a run took beside its measured pass: warm-up, waits, scoring."""
    import polars as pl

    took = (pl.col("ended_at") - pl.col("started_at")).dt.total_microseconds() / 1e6
    ok = opened.runs.filter(pl.col("status") == "ok")
    mean = ok.select((took - pl.col("duration_s")).mean()).collect().item()
    return max(float(mean or 0.0), 0.0)


def _within_budget(
    frame: pl.DataFrame, expense: str, amount: float, beside: float, text: str
) -> pl.DataFrame:
    """The first suggestions that are expected to fit; ``amount`` is for one repeat of each."""
    import polars as pl

    column = f"expected_{expense}"
    if frame[column].null_count():
        raise UserError(
            f"too little {expense} was measured to tell what fits into {text}",
            mend="measure at least 4 configurations, or ask for a number with -n",
        )
    kept = frame.filter((pl.col(column) + beside).cum_sum() <= amount)
    if kept.is_empty():
        raise UserError(f"no suggestion fits into {text}", mend="give it a larger --budget")
    say(f"{kept.height} of {frame.height} suggestions fit into {text}, by what runs took so far")
    return kept
