"""``pimp-tui space …``: looking at a feature model."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pimp_tui.commands.output import Json, print_json, print_pairs, print_table, say, split_list
from pimp_tui.commands.sampling import Features, Host, Model, SpaceArgument

if TYPE_CHECKING:
    from pimp_tui.space import Choice

Seconds = Annotated[float, typer.Option(help="Time that counting may take.")]


def show(
    space: SpaceArgument,
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    json: Json = False,
) -> int:
    """The feature tree with what is forced, and the options with their values."""
    from pimp_tui.commands.spaces import choice_of, open_space

    loaded = open_space(space, host, model)
    choice = choice_of(loaded, split_list(select), split_list(deselect)) or loaded.configure()
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
        print_json({"name": loaded.name, "features": rows, "options": loaded.options})
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

    loaded = open_space(space, host, model)
    within = choice_of(loaded, split_list(select), split_list(deselect))
    answer = loaded.count_report(within=within, seconds=seconds)
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
    from pimp_tui.commands.spaces import choice_of, open_space

    loaded = open_space(space, host, model)
    choice = choice_of(loaded, split_list(select), split_list(deselect)) or loaded.configure()
    states = choice.states()
    answer: dict[str, Any] = {
        state: [name for name in loaded.features if states[name] == state]
        for state in ("selected", "deselected", "undecided")
    } | {
        "forced": _reasons(choice, seconds),
        "valid_configurations": loaded.count(within=choice, seconds=seconds),
    }
    if json:
        print_json(answer)
        return 0
    forced = answer["forced"]
    print_table(
        [
            {"feature": name, "state": state, "because": "; ".join(forced.get(name, ()))}
            for name, state in states.items()
        ]
    )
    print(f"valid configurations: {answer['valid_configurations']}")
    return 0


def _reasons(choice: Choice, seconds: float) -> dict[str, list[str]]:
    """Reasons of all forced features; none for those that the time did not suffice for."""
    forced, deadline = choice.forced(), monotonic() + seconds
    found, late = {}, 0
    for name in forced:
        in_time = monotonic() < deadline
        found[name] = forced[name] if in_time else []
        late += not in_time
    if late:
        say(f"warning: reasons of {late} features were not worked out within {seconds:g} s")
    return found


def explain(
    space: SpaceArgument,
    feature: Annotated[str, typer.Option(help="The feature to explain.")],
    select: Features = None,
    deselect: Features = None,
    host: Host = None,
    model: Model = None,
    json: Json = False,
) -> int:
    """Why a feature is forced on or off, and what to clear to allow it."""
    from pimp_tui.commands.spaces import choice_of, open_space
    from pimp_tui.space.selectors import feature_named

    loaded = open_space(space, host, model)
    choice = choice_of(loaded, split_list(select), split_list(deselect)) or loaded.configure()
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
