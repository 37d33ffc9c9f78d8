"""The plan of a new session: named configurations first, then what the samplers draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.campaign.baseline import read_baseline
from pimp_tui.campaign.settings import Settings
from pimp_tui.campaign.setup import Setup
from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

Named = list[tuple[str, frozenset[str]]]


def make_plan(
    setup: Setup,
    settings: Settings,
    plan_file: str | None,
    baseline: str | None,
    say: Callable[[str], None],
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The plan and the config_ids of its named configurations.

    Args:
        plan_file: a plan that is run as it is, without the named configurations.
        baseline: the user's own configuration, a JSON file or a command line.

    Raises:
        UserError: a bad plan file, a baseline outside the space, or more configurations asked
            for than there are.
    """
    from pimp_tui.sampling import lead_with
    from pimp_tui.sampling.plans import read_plan

    if plan_file:
        return read_plan(Path(plan_file), setup.space, complete=True), {}
    labelled = named_configurations(setup, settings, baseline, say)
    ids = {label: setup.space.config_id(features) for label, features in labelled}
    leading = [("baseline" if label == "baseline" else "default", f) for label, f in labelled]
    count = settings.configurations
    if count is not None and count <= len(set(ids.values())):
        drawn = None
    else:
        drawn = _draw(setup, settings, lead_with(setup.space, None, leading))
    plan = lead_with(setup.space, drawn, leading)
    return (plan if count is None else plan.head(count)), ids


def named_configurations(
    setup: Setup, settings: Settings, baseline: str | None, say: Callable[[str], None]
) -> Named:
    """The library's default, each model's own default, and the user's baseline.

    The options that are fixed for the campaign are fixed here too.
    """
    from pimp_tui.space.generation_config import model_default
    from pimp_tui.space.named import nearest_configuration

    space, fixed = setup.space, settings.fixed_options
    several = len(setup.facts) > 1
    named: Named = []
    for item in setup.facts:
        of_model = {"model": item.name} if "model" in space.options else {}
        suffix = f" of {item.name}" if several else ""
        library, missed = nearest_configuration(space, fixed | of_model)
        named.append((f"library default{suffix}", library))
        _tell_missed(f"the library's default{suffix}", missed, say)
        wanted = model_default(space.effective(library), item.generation_config) | fixed | of_model
        own, missed = nearest_configuration(space, wanted)
        named.append((f"model default{suffix}", own))
        _tell_missed(f"the default of {item.name}", missed, say)
    if baseline:
        named.append(("baseline", _baseline(setup, fixed, baseline)))
    return named


def _draw(setup: Setup, settings: Settings, named: pl.DataFrame) -> pl.DataFrame:
    """As many sampled configurations as are still wanted; the named ones may come along.

    What the named ones cover, covering methods need not cover again.
    """
    from pimp_tui.sampling import distinct_uniform, sample
    from pimp_tui.sampling.registry import is_covering

    space, within, seed = setup.space, setup.choice, settings.seed
    method, count = settings.method or "diverse", settings.configurations
    if method == "uniform":
        wanted = 16 if count is None else count - len(named)
        known = set(named["config_id"])
        return distinct_uniform(space, n=wanted, seed=seed, within=within, without=known)
    extend = named if any(map(is_covering, method.split("+"))) else None
    return sample(space, method=method, n=count, seed=seed, within=within, extend=extend)


def _baseline(setup: Setup, fixed: dict[str, Any], file: str) -> frozenset[str]:
    from pimp_tui.space.named import nearest_configuration
    from pimp_tui.space.nearest import did_you_mean

    value = read_baseline(file)
    for name in value:
        if name not in setup.space.options:
            raise UserError(
                f"the baseline's option {name!r} is not in the space", file,
                did_you_mean(name, setup.space.options, "`space show` lists the options"),
            )  # fmt: skip
    features, missed = nearest_configuration(setup.space, value | fixed)
    if missed:
        told = ", ".join(f"{name}={item}" for name, item in missed.items())
        raise UserError(f"the baseline lies outside the space: {told}", file)
    return features


def _tell_missed(what: str, missed: dict[str, Any], say: Callable[[str], None]) -> None:
    if missed:
        told = ", ".join(f"{name}={value}" for name, value in missed.items())
        say(f"{what} is measured without {told}: no valid configuration has it")
