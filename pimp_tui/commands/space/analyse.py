"""``pimp-tui space analyse``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pimp_tui.commands.output import Json, print_json, say
from pimp_tui.commands.sampling import Host, Model, SpaceArgument
from pimp_tui.commands.spaces import time_given

if TYPE_CHECKING:
    from pimp_tui.space.analysis import Analysis
    from pimp_tui.space.model import FeatureModel


def analyse(
    space: SpaceArgument,
    host: Host = None,
    model: Model = None,
    seconds: Annotated[
        float,
        typer.Option(
            help="Time for redundant constraints, reasons and atomic sets.", callback=time_given
        ),
    ] = 60.0,
    json: Json = False,
) -> int:
    """Void, core, dead, false-optional features and redundant constraints."""
    from pimp_tui.space.analysis import analyse as look
    from pimp_tui.space.load import load_model

    _, read = load_model(space, host=host, models=list(model) if model else None)
    for warning in read.warnings:
        say(f"warning: {warning}")
    found = look(read, seconds)
    if not found.complete:
        say(f"warning: not all was found within {seconds:g} s; --seconds gives more")
    print_json(found.to_json()) if json else _print(found, read)
    return 0


def _print(found: Analysis, model: FeatureModel) -> None:
    if found.void:
        places = ", ".join(found.clash_places)
        print(f"void: no valid configuration{', see ' + places if places else ''}")
        for words in found.clash:
            print(f"  {words}")
        return
    print(f"not void: {len(model.features)} features, {len(model.constraints)} constraints")
    _features("core", found.core, found, model)
    _features("dead", found.dead, found, model)
    _features("false-optional", found.false_optional, found, model)
    print(f"redundant constraints: {len(found.redundant)}")
    for constraint in found.redundant:
        print(f"  {model.where(constraint)}: {constraint.text}")
        _because(found.reasons.get(constraint.text, []))
    print(f"atomic sets: {len(found.atomic_sets)}")
    for together in found.atomic_sets:
        print(f"  {', '.join(together)}")


def _features(title: str, names: list[str], found: Analysis, model: FeatureModel) -> None:
    """Those with reasons one by one, those by the tree alone together."""
    from pimp_tui.space.analysis.analysis import BY_TREE

    plain = [name for name in names if found.reasons.get(name) in (None, [BY_TREE])]
    print(f"{title}: {len(names)}")
    if plain:
        print(f"  {', '.join(plain)}")
    for name in names:
        if name not in plain:
            print(f"  {model.where(model.features[name])}: {name}")
            _because(found.reasons[name])


def _because(words: list[str]) -> None:
    for each in words:
        print(f"    because {each}")
