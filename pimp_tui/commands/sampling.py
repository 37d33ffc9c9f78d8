"""Commands that draw plans and check their coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pimp_tui.commands.output import Json, print_json, print_pairs, print_table, say, split_list

Option = typer.Option
SpaceArgument = Annotated[
    str, typer.Argument(metavar="SPACE", help="A .uvl file or a shipped name.")
]
Features = Annotated[list[str] | None, Option(help="A feature; may be repeated.")]
Host = Annotated[str | None, Option(help="Host facts from `doctor --host-out`.")]
Model = Annotated[list[str] | None, Option(help="Model folder, .gguf file or micro-coder.")]


def sample(
    space: SpaceArgument,
    method: Annotated[str, Option(help="twise, uniform, diverse, or a union a+b.")] = "twise",
    t: Annotated[int, Option("-t", help="Interaction strength of twise.")] = 2,
    n: Annotated[int | None, Option("-n", help="Configurations.")] = None,
    seed: Annotated[int, Option(help="Seed.")] = 0,
    seconds: Annotated[float, Option(help="Time that twise may spend.")] = 5.0,
    bound: Annotated[bool, Option("--bound", help="Also prove a lower bound.")] = False,
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    interactions: Annotated[str | None, Option(help="options or literals.")] = None,
    extend: Annotated[str | None, Option(help="Plan to extend.")] = None,
    out: Annotated[Path | None, Option(help="plan.parquet or plan.csv.")] = None,
    json: Json = False,
) -> int:
    """Draw a plan of valid configurations."""
    from pimp_tui.commands.later import refuse

    if bound:
        raise refuse("sample --bound")
    if extend:
        raise refuse("sample --extend")
    from pimp_tui.commands.spaces import choice_of, open_space
    from pimp_tui.sampling import coverage as plan_coverage
    from pimp_tui.sampling import sample as draw
    from pimp_tui.sampling.plans import write_plan

    loaded = open_space(space, host, model)
    within = choice_of(loaded, split_list(select), split_list(deselect))
    plan = draw(
        loaded, method=method, t=t, n=n, seed=seed, within=within, seconds=seconds,
        interactions=interactions,
    )  # fmt: skip
    if out is not None:
        write_plan(plan, out)
        say(f"{len(plan)} configurations written to {out}")
    covering = "twise" in method.split("+")
    covered = None
    if covering and within is None:
        covered = plan_coverage(loaded, plan, t=t, interactions=interactions)["coverage"]
    answer = {
        "configurations": len(plan), "method": method, "lower_bound": None, "coverage": covered,
    }  # fmt: skip
    if json:
        print_json(answer)
    elif out is not None:
        print_pairs(answer)
    else:
        print_table(plan.to_dicts(), plan.columns)
    return 0


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
    from pimp_tui.commands.spaces import open_space
    from pimp_tui.sampling import coverage as plan_coverage
    from pimp_tui.sampling.plans import read_plan

    loaded = open_space(space, host, model)
    answer = plan_coverage(loaded, read_plan(plan, loaded), t=t, interactions=interactions)
    print_json(answer) if json else print_pairs(answer)
    return 0


COMMANDS = {"sample": sample, "coverage": coverage}
