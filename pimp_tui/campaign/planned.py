"""The plan as the runner needs it: every option of every configuration spelled out."""

from __future__ import annotations

from pimp_tui.campaign.schedule import Planned
from pimp_tui.session.bundle import Session
from pimp_tui.session.compact import committed_keys
from pimp_tui.session.picks import campaign_rows
from pimp_tui.space import Space


def read_planned(session: Session, picks: bool = False) -> list[Planned]:
    """Planned configurations in plan order, each once.

    Every modelled option gets its effective value, so that nothing is inherited from the model's
    own generation_config.json.

    Args:
        picks: those to be verified too, which a campaign leaves to their batch.

    Raises:
        UserError: a row of the plan is no valid configuration of the session's space.
    """
    space = session.space()
    default_model = session.manifest["models"][0]["name"]
    planned: dict[str, Planned] = {}
    plan = session.plan.collect()
    if not picks:
        plan = campaign_rows(plan, (name for name, _, _ in committed_keys(session.path)))
    for row in plan.iter_rows(named=True):
        if row["config_id"] in planned:
            continue
        features = space.from_row(row)
        options = space.effective(features)
        deployment = {
            name: value
            for name, value in options.items()
            if space.layer(name) == "deployment" and name != "batch_size"
        }
        planned[row["config_id"]] = Planned(
            row["config_id"],
            row["position"],
            space.row(features).get("model") or default_model,
            {name: value for name, value in options.items() if name != "model"},
            deployment,
            _device(space, features),
        )
    return list(planned.values())


def _device(space: Space, features: frozenset[str]) -> dict[str, float]:
    """Device settings that differ from what the card does by itself."""
    found = {}
    for name, value in space.row(features).items():
        option = space.option(name)
        if value is None or option.layer != "device" or not option.bound:
            continue
        if all(option.leaves[leaf] != value for leaf in option.defaults):
            found[name] = value
    return found
