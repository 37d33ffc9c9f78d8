"""Commands that draw plans and check their coverage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.commands.output import Json, print_json, print_pairs, print_table, say
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Choice, Space

Option = typer.Option
SpaceArgument = Annotated[
    str, typer.Argument(metavar="SPACE", help="A .uvl file or a shipped name.")
]
Features = Annotated[list[str] | None, Option(help="A feature; may be repeated.")]
Host = Annotated[str | None, Option(help="Host facts from `doctor --host-out`.")]
Model = Annotated[list[str] | None, Option(help="Model folder, .gguf file or micro-coder.")]

_SLACK, _SET_UP_S = 1.2, 2.0  # how far beyond its seconds twise may go unexplained


def sample(
    space: SpaceArgument,
    method: Annotated[
        str, Option(help="twise, yasa, icpl, uniform, diverse, or a union a+b.")
    ] = "twise",
    t: Annotated[int, Option("-t", help="Interaction strength of twise, yasa and icpl.")] = 2,
    n: Annotated[int | None, Option("-n", help="Configurations.")] = None,
    seed: Annotated[int, Option(help="Seed.")] = 0,
    seconds: Annotated[float, Option(help="Time that twise, and then --bound, may spend.")] = 5.0,
    bound: Annotated[bool, Option("--bound", help="Also prove a lower bound.")] = False,
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    interactions: Annotated[str | None, Option(help="options or literals.")] = None,
    extend: Annotated[Path | None, Option(help="Plan whose rows stay and come first.")] = None,
    out: Annotated[Path | None, Option(help="plan.parquet or plan.csv.")] = None,
    json: Json = False,
) -> int:
    """Draw a plan of valid configurations, or extend one."""
    import time

    from pimp_tui.commands.progress import Progress
    from pimp_tui.commands.spaces import choice_of, open_space
    from pimp_tui.sampling import coverage as plan_coverage
    from pimp_tui.sampling import sample as draw
    from pimp_tui.sampling.plans import read_plan, write_plan
    from pimp_tui.sampling.registry import is_covering
    from pimp_tui.sampling.sample import check_interactions

    covering = any(is_covering(name) for name in method.split("+"))
    if bound and not covering:
        raise UserError(f"there is no bound for {method}", mend="use twise, yasa or icpl")
    loaded = open_space(space, host, model)
    kind = check_interactions(loaded, interactions)
    within = choice_of(loaded, select, deselect)
    given = read_plan(extend, loaded, complete=True) if extend else None
    if given is not None and within is not None:
        _tell_outside(loaded, given, within)
    lower, covered = None, None
    began = time.monotonic()
    with Progress() as progress:
        plan = draw(
            loaded, method=method, t=t, n=n, seed=seed, within=within, seconds=seconds,
            interactions=kind, extend=given, progress=progress,
        )  # fmt: skip
        took = time.monotonic() - began
        if out is not None:
            write_plan(plan, out)
        if covering:
            covered = plan_coverage(loaded, plan, t, kind, within, progress)["coverage"]
        if bound:
            from pimp_tui.sampling.bound import lower_bound

            lower = lower_bound(loaded, t, kind, within, seconds, seed, progress)
    if "twise" in method.split("+") and took > _SLACK * seconds + _SET_UP_S:
        say(f"drawing took {took:.0f} s, not {seconds:g}: "
            "twise covers every valid interaction, however long that takes here")  # fmt: skip
    answer = {
        "configurations": len(plan), "method": method, "lower_bound": lower, "coverage": covered,
        "interactions": kind if covering else None,
    }  # fmt: skip
    told = f"{len(plan)} configurations"
    if lower is not None:
        told += f", proven lower bound {lower}"
    if covered is not None:
        share = "all" if covered == 1 else f"{100 * covered:.3g} % of the"
        told += f", {share} valid {t}-way interactions of {kind} covered"
    say(told if out is None else f"{told}; written to {out}")
    if json:
        print_json(answer)
    elif out is not None:
        print_pairs(answer)
    else:
        print_table(plan.to_dicts(), plan.columns)
    return 0


def _tell_outside(space: Space, given: pl.DataFrame, within: Choice) -> None:
    """Say which rows of a plan to extend are not within the choices: they stay all the same."""
    from pimp_tui.sampling.extend import outside

    found = outside(space, given, within)
    if found:
        at, choice = found[0]
        more = f", nor have {len(found) - 1} more rows" if len(found) > 1 else ""
        say(f"row {at} of the plan has not {choice}, as you chose{more}: given rows stay")


def coverage(
    space: SpaceArgument,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="plan.parquet or .csv.")],
    t: Annotated[int, Option("-t", help="Interaction strength.")] = 2,
    interactions: Annotated[str | None, Option(help="options or literals.")] = None,
    host: Host = None,
    model: Model = None,
    json: Json = False,
) -> int:
    """Check a plan: valid, without duplicates, and which interactions it covers."""
    from pimp_tui.commands.progress import Progress
    from pimp_tui.commands.spaces import open_space
    from pimp_tui.sampling import coverage as plan_coverage
    from pimp_tui.sampling.plans import read_plan

    loaded = open_space(space, host, model)
    table = read_plan(plan, loaded)
    with Progress() as progress:
        answer = plan_coverage(loaded, table, t, interactions, progress=progress)
    print_json(answer) if json else print_pairs(answer)
    return 0


COMMANDS = {"sample": sample, "coverage": coverage}
