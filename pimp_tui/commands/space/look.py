"""``pimp-tui space show|count|propagate|explain``: looking at a feature model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import Json, print_json, print_pairs, print_table, say
from pimp_tui.commands.sampling import Features, Host, Model, SpaceArgument
from pimp_tui.commands.spaces import time_given

if TYPE_CHECKING:
    from pimp_tui.space import Choice, Space

Seconds = Annotated[
    float, typer.Option(help="Time for all that comes after reading.", callback=time_given)
]
_REASONS_SHARE = 0.6  # of the time left, so that some remains for the count


@contextmanager
def _opened(
    space: str,
    host: str | None,
    model: list[str] | None,
    select: list[str] | None,
    deselect: list[str] | None,
    seconds: float,
) -> Iterator[tuple[Space, Choice]]:
    """The space with the choices made; what is asked of it inside ends within the seconds."""
    from pimp_tui.commands.spaces import choice_of, open_space
    from pimp_tui.space.solving.budget import settle_within

    loaded = open_space(space, host, model, checked=False)
    with settle_within("what was asked", seconds):
        loaded.check()
        choice = choice_of(loaded, select, deselect)
        yield loaded, choice or loaded.configure()


def show(
    space: SpaceArgument,
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    seconds: Seconds = 60.0,
    json: Json = False,
) -> int:
    """The feature tree with what is forced, and the options with their values."""
    with _opened(space, host, model, select, deselect, seconds) as (loaded, choice):
        states, forced = choice.states(), choice.forced()
    rows: list[dict[str, Any]] = [
        {
            "feature": feature.name,
            "depth": feature.depth,
            "state": states[feature.name],
            "forced": feature.name in forced,
            "abstract": feature.abstract,
            "layer": loaded.layer_of_feature(feature.name),
            "option": loaded.option_of(feature.name),
            "doc": loaded.doc(feature.name),
        }
        for feature in loaded.model.features.values()
    ]
    if json:
        from pimp_tui.space.left_out import left_out
        from pimp_tui.space.load import shipped_spaces

        answer = {"name": loaded.name, "features": rows, "options": loaded.options}
        print_json(answer | ({"left_out": left_out(space)} if space in shipped_spaces() else {}))
        return 0
    marks = {"selected": "<x>", "deselected": "<->", "undecided": "[ ]"}
    for row in rows:
        print(f"{'  ' * row['depth']}{marks[row['state']]} {row['feature']}")
    return 0


def count(
    space: SpaceArgument,
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    seconds: Seconds = 60.0,
    json: Json = False,
) -> int:
    """The exact number of valid configurations."""
    from pimp_tui.commands.spaces import choice_of, open_space
    from pimp_tui.space.solving.budget import Unsettled, settle_within

    loaded = open_space(space, host, model, checked=False)
    try:
        with settle_within("the count", seconds) as limit:
            loaded.check()
            within = choice_of(loaded, select, deselect)
            answer = loaded.count_report(within, limit.left_s)
    except Unsettled as unsettled:
        say(f"warning: {unsettled}")
        answer = loaded.counted(None, None)
    print_json(answer) if json else print_pairs(answer)
    return 0


def propagate(
    space: SpaceArgument,
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    seconds: Seconds = 60.0,
    json: Json = False,
) -> int:
    """What a partial configuration forces, with reasons."""
    with _opened(space, host, model, select, deselect, seconds) as (loaded, choice):
        states = choice.states()
        forced = _reasons(choice, seconds)
        whole = loaded.count(choice, seconds)
    if json:
        answer: dict[str, Any] = {
            state: [name for name in loaded.features if states[name] == state]
            for state in ("selected", "deselected", "undecided")
        }
        print_json(answer | {"forced": forced, "valid_configurations": whole})
        return 0
    print_table(
        [
            {"feature": name, "state": state, "because": "; ".join(forced.get(name, ()))}
            for name, state in states.items()
        ]
    )
    print(f"valid configurations: {whole}")
    return 0


def _reasons(choice: Choice, seconds: float) -> dict[str, list[str]]:
    """Reasons of all forced features; none for those that the time did not suffice for."""
    from pimp_tui.space.solving.budget import Unsettled, at_most, settle_within

    forced = choice.forced()
    found: dict[str, list[str]] = {name: [] for name in forced}
    late = len(found)
    try:
        with settle_within("the reasons", _REASONS_SHARE * at_most(seconds)) as limit:
            for name in found:
                limit.check()
                found[name] = forced[name]
                late -= 1
    except Unsettled:
        say(f"warning: reasons of {late} features were not worked out within {seconds:g} s")
    return found


def explain(
    space: SpaceArgument,
    feature: Annotated[str, typer.Option(help="The feature to explain.")],
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    seconds: Seconds = 60.0,
    json: Json = False,
) -> int:
    """Why a feature is forced on or off, and what to clear to allow it."""
    from pimp_tui.space.selectors import feature_named

    with _opened(space, host, model, select, deselect, seconds) as (loaded, choice):
        feature = feature_named(loaded, feature, "--feature")
        reasons = choice.explain(feature)
        state, cleared = choice.states()[feature], choice.to_allow(feature)
        never = [] if state == "undecided" else choice.never(feature)
    if json:
        print_json(
            {
                "feature": feature, "state": state, "reasons": reasons,
                "to_allow": cleared, "never": never,
            }
        )  # fmt: skip
        return 0
    print(f"{feature}: {state}")
    for reason in reasons:
        print(f"  because {reason}")
    if cleared:
        print(f"  to allow it: clear {', '.join(cleared)}")
    elif never:
        print("  no choice can change that" + ("" if never == reasons else ":"))
        for reason in never if never != reasons else ():
            print(f"    {reason}")
    return 0
