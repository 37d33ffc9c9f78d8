"""The command verify: picks of the predicted front, measured anew and held to their word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import Json, SessionArgument, print_json, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    from pimp_tui.session import Session

Option = typer.Option
_PICKS = 3


def verify(
    session: SessionArgument,
    n: Annotated[
        int | None, Option("-n", help="Picks along the predicted front; 3 where none was queued.")
    ] = None,
    objective: Annotated[
        list[str] | None, Option("--objective", help="metric:min or metric:max.")
    ] = None,
    where: Annotated[str | None, Option(help="A condition on the picks.")] = None,
    repeats: Annotated[int | None, Option(help="Runs of each; the session's, at least 3.")] = None,
    budget: Annotated[str | None, Option(help="Of the verification: 60min, 5MJ, 40runs.")] = None,
    seed: Annotated[int, Option(min=0, help="Seed of the prediction.")] = 0,
    detach: Annotated[bool, Option("--detach", help="Leave it in the background.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Show the picks, measure nothing.")] = False,
    json: Json = False,
) -> int:
    """Measure picks anew beside the baseline, on problems kept out; tell how far they were off."""
    from pimp_tui.campaign.settings import parse_budget
    from pimp_tui.learning.verification.verify import verification_rows
    from pimp_tui.session import open_session
    from pimp_tui.session.picks import batches, waiting

    if n is not None and n < 1:
        raise UserError(f"{n} picks cannot be verified", "-n", "ask for 1 or more")
    if repeats is not None and repeats < 2:
        raise UserError(f"{repeats} repeats show no spread", "--repeats", "give 2 or more")
    if budget:
        parse_budget(budget)
    opened = open_session(session)
    if opened.manifest["engine"] == "imported":
        raise UserError(
            "the session was imported: nothing in it can be run", str(opened.path),
            "start one with `pimp-tui run`",
        )  # fmt: skip
    if not dry_run:
        _require_idle(opened.path)  # before minutes of learning
    queued = waiting(opened.path, opened.plan.collect())
    picks: list[dict[str, Any]] = []
    if n is not None or not (queued or batches(opened.path)):
        picks = _choose(opened, n or _PICKS, objective, where, seed)
    if dry_run:
        _show_picks(picks or queued, json)
        return 0
    more = {name: value for name, value in (("repeats", repeats), ("budget", budget)) if value}
    if picks or queued:
        _require_budget(opened, [pick | more for pick in (*queued, *picks)])
    _queue(opened.path, picks, queued, more)
    code = 0
    if picks or queued or _unfinished(opened.path):
        from pimp_tui.campaign.start import start_runner
        from pimp_tui.commands.follow import follow

        runner = start_runner(opened.path, picks_only=True)
        if detach:
            say(f"running in the background (pid {runner.pid}): pimp-tui attach {opened.path}")
            return 0
        code = follow(opened.path, runner)
    rows = verification_rows(open_session(opened.path))
    print_json(rows) if json else print_verification(rows)
    return code


def print_verification(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the account of verified picks; nothing where there is none."""
    from pimp_tui.learning.verification.verification_words import verification_words

    print_table(verification_table(rows))
    for line in verification_words(rows):
        print(line)


def verification_table(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The account as a table for people."""
    from pimp_tui.commands.quality import with_interval
    from pimp_tui.learning.verification.verification_words import against, off_words

    return [
        {
            "#": row["position"],
            "config_id": row["config_id"][:8],
            "metric": row["metric"],
            "promised": with_interval(row["promised"], _ends(row, "lower", "upper")),
            "in the campaign": row["measured"],
            f"promised / {row['control'] or 'control'}": against(row, "expected"),
            "verified": against(row, "found"),
            "off": off_words(row),
            "runs": row["runs"],
            "reading": row["reading"],
        }
        for row in rows
    ]


def _choose(
    session: Session, n: int, objective: list[str] | None, where: str | None, seed: int
) -> list[dict[str, Any]]:
    from pimp_tui.commands.objectives import parse_objectives, require_measured
    from pimp_tui.learning.fronts.predicted_front import session_front
    from pimp_tui.learning.verification.picking import pick_along

    objectives = parse_objectives(objective) or session.default_objectives
    require_measured(session, objectives)
    front = session_front(session, objectives, where=where, seed=seed)
    if front.is_empty():
        raise UserError("the predicted front is empty", "--where", "loosen the condition")
    picks = pick_along(session, front, objectives, n)
    if 0 < len(picks) < n:
        say(f"{len(picks)} of {n}: no other configuration of the predicted front is left to verify")
    if not picks:
        raise UserError(
            "no configuration of the predicted front is left to verify: it holds only the control "
            "and what was verified before", str(session.path),
            "measure more, loosen --where, or choose other objectives",
        )  # fmt: skip
    return [pick | {"_objectives": objectives} for pick in picks]


def _queue(
    path: Path,
    picks: Sequence[Mapping[str, Any]],
    waiting: Sequence[Mapping[str, Any]],
    more: Mapping[str, Any],
) -> None:
    from pimp_tui.session.lock import SessionLock
    from pimp_tui.session.picks import amend_picks, queue_pick

    if more and _unfinished(path):
        say("what was begun goes on as it was begun; --repeats and --budget hold for new picks")
    if not picks and not (more and waiting):
        return
    with SessionLock.acquire(path, patience_s=0.5):
        if more and waiting:
            amend_picks(path, waiting, **more)
        for pick in picks:
            queue_pick(path, pick, pick["_objectives"], **more)


def _require_idle(path: Path) -> None:
    """Raise a UserError where a campaign holds the session."""
    from pimp_tui.session.lock import SessionLock

    SessionLock.acquire(path, patience_s=0.5).release()


def _require_budget(session: Session, picks: Sequence[Mapping[str, Any]]) -> None:
    """Raise a UserError where a new batch would find the campaign's budget used up."""
    from pimp_tui.campaign.budget import Budget
    from pimp_tui.campaign.pick_batches import allowed_budget

    settings = session.manifest["settings"]
    if not _unfinished(session.path):
        allowed_budget(settings, picks, Budget(settings.get("budget"), session))


def _show_picks(picks: Sequence[Mapping[str, Any]], json: bool) -> None:
    from pimp_tui.session.picks import promises_of

    rows = []
    for pick in picks:
        row: dict[str, Any] = {"config_id": pick["config_id"]}
        for metric, ends in (pick.get("promised") or promises_of(pick)).items():
            row |= {metric: ends["value"], f"{metric}_lower": ends["lower"]}
            row[f"{metric}_upper"] = ends["upper"]
        rows.append(row)
    print_json(rows) if json else print_table(rows)


def _unfinished(path: Path) -> bool:
    from pimp_tui.session.manifest import read_manifest
    from pimp_tui.session.picks import batches

    return any(read_manifest(batch)["status"] != "done" for batch in batches(path))


def _ends(row: Mapping[str, Any], lower: str, upper: str) -> list[float] | None:
    both = [row[lower], row[upper]]
    return None if None in both else both


COMMANDS = {"verify": verify}
