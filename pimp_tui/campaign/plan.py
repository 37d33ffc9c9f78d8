"""The plan of a new session: named configurations first, then what the samplers draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.campaign.baseline import read_baseline
from pimp_tui.campaign.settings import PRESETS, Settings
from pimp_tui.campaign.setup import Setup
from pimp_tui.errors import UserError
from pimp_tui.session.picks import SAMPLER

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space

Progress = Callable[[str, float | None], None]
Named = list[tuple[str, frozenset[str]]]
_AS_IT_IS = "a plan is run as it is: leave the flag out, or sample another plan"


def make_plan(
    setup: Setup,
    settings: Settings,
    plan_file: str | None,
    baseline: str | None,
    say: Callable[[str], None],
    progress: Progress | None = None,
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The plan and the config_ids of its named configurations.

    Args:
        plan_file: a plan that is run as it is, led by the baseline alone.
        baseline: the user's own configuration, a JSON file or a command line.
        progress: told now and then how far the drawing is.

    Raises:
        UserError: a bad plan file, one that disagrees with the features asked for, a baseline
            outside the space, or more configurations asked for than there are.
    """
    from pimp_tui.sampling import lead_with

    if plan_file is not None:
        return _given(setup, settings, plan_file, baseline, say)
    labelled = named_configurations(setup, settings, baseline, say)
    ids = {label: setup.space.config_id(features) for label, features in labelled}
    leading = [("baseline" if label == "baseline" else "default", f) for label, f in labelled]
    count = settings.configurations
    if count is not None and count <= len(set(ids.values())):
        drawn = None
    else:
        drawn = _draw(setup, settings, lead_with(setup.space, None, leading), progress)
    plan = lead_with(setup.space, drawn, leading)
    plan = plan if count is None else plan.head(count)
    if "+" in (settings.method or ""):
        say(f"plan: {shares_of(plan)}")
    return plan, ids


def shares_of(plan: pl.DataFrame) -> str:
    """How many configurations each sampler drew, as ``2 default, 8 yasa, 8 uniform``."""
    counted = plan.group_by("sampler", maintain_order=True).len()
    return ", ".join(f"{count} {sampler}" for sampler, count in counted.iter_rows())


def _given(
    setup: Setup,
    settings: Settings,
    plan_file: str,
    baseline: str | None,
    say: Callable[[str], None],
) -> tuple[pl.DataFrame, dict[str, str]]:
    """A plan as it is, and the baseline where one is given: that is always measured."""
    import polars as pl

    from pimp_tui.sampling import lead_with
    from pimp_tui.sampling.plans import read_plan
    from pimp_tui.space.selectors import configure

    space = setup.space
    plan = read_plan(Path(plan_file), space, complete=True)
    # what another session picked is measured like the rest here
    plan = plan.with_columns(pl.col("sampler").replace(SAMPLER, "plan"))
    asked = configure(space, settings.select, settings.deselect).literals()
    fixed = dict(settings.fixed_options)
    for at, row in enumerate(plan.iter_rows(named=True), 1):
        features = space.from_row(row)
        for name, selected in asked.items():
            if (name in features) != selected:
                raise UserError(
                    f"--{'select' if selected else 'deselect'} {name} disagrees with it",
                    f"{plan_file}, row {at}", _AS_IT_IS,
                )  # fmt: skip
        options = space.effective(features)
        for name, value in settings.fixed_options.items():
            if name not in fixed or options.get(name, value) == value:
                continue
            if getattr(PRESETS[settings.preset], name) != value:
                raise UserError(
                    f"{name}={options[name]} disagrees with {value}, fixed for the campaign",
                    f"{plan_file}, row {at}", _AS_IT_IS,
                )  # fmt: skip
            say(f"the plan's own {name} is run, not the {value} of the preset {settings.preset}")
            del fixed[name]
    if baseline is None:
        return plan, {}
    features = _baseline(setup, fixed, baseline)
    return lead_with(space, plan, [("baseline", features)]), {"baseline": space.config_id(features)}


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
    if baseline is not None:
        named.append(("baseline", _baseline(setup, fixed, baseline)))
    return named


def _draw(
    setup: Setup, settings: Settings, named: pl.DataFrame, progress: Progress | None
) -> pl.DataFrame:
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
    return sample(
        space, method=method, n=count, seed=seed, within=within, extend=extend, progress=progress
    )


def _baseline(setup: Setup, fixed: dict[str, Any], file: str) -> frozenset[str]:
    from pimp_tui.space.named import nearest_configuration
    from pimp_tui.space.nearest import did_you_mean

    space, value = setup.space, read_baseline(file)
    for name, item in value.items():
        if name not in space.options:
            raise UserError(
                f"the baseline's option {name!r} is not in the space", file,
                did_you_mean(name, space.options, "`space show` lists the options"),
            )  # fmt: skip
        if item is True and not any(isinstance(known, bool) for known in space.options[name]):
            raise UserError(
                f"the baseline's option {name} has no value", file, _values(space, name)
            )
        if name in fixed and item != fixed[name]:
            flag = {"batch_size": "--batch", "max_new_tokens": "--max-new-tokens"}.get(name)
            raise UserError(
                f"the baseline's {name}={item} disagrees with the campaign's {fixed[name]}",
                file, f"fix it with {flag} {item}" if flag else "choose another preset",
            )  # fmt: skip
    features, missed = nearest_configuration(space, value | fixed)
    if missed:
        told = ", ".join(f"{name}={item}" for name, item in missed.items())
        unknown = [name for name, item in missed.items() if item not in space.options[name]]
        mend = "; ".join(_values(space, name) for name in unknown)
        mend = mend or "no valid configuration has that beside the rest of it"
        raise UserError(f"the baseline lies outside the space: {told}", file, mend)
    return features


def _values(space: Space, name: str) -> str:
    """What an option can be, for people."""
    shown = [str(value) for value in space.options[name]]
    told = ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")
    return f"{name} is one of {told}"


def _tell_missed(what: str, missed: dict[str, Any], say: Callable[[str], None]) -> None:
    if missed:
        told = ", ".join(f"{name}={value}" for name, value in missed.items())
        say(f"{what} is measured without {told}: no valid configuration has it")
