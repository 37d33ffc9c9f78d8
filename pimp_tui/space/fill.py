"""Fill the ``Host`` and ``Model`` branches of a space by editing its text.

The text keeps its comments and order, so that the filled space reads the same in every UVL tool and
gives the same count there; both roots are marked ``bound true`` and then taken as written.
"""

from __future__ import annotations

import re

from pimp_tui.errors import UserError
from pimp_tui.space.binding import branch_of
from pimp_tui.space.edit import set_option, with_value
from pimp_tui.space.machine.host import HostFacts
from pimp_tui.space.machine.model_facts import ModelFacts
from pimp_tui.space.model import Feature, FeatureModel
from pimp_tui.space.uvl.amend import add_attribute, add_constraints
from pimp_tui.space.uvl.values import attributes_text, quoted

__all__ = ["fill", "set_option", "with_value"]


def fill(model: FeatureModel, host: HostFacts | None, models: list[ModelFacts]) -> str:
    """The text with host facts fixed, model leaves inserted and model facts tied.

    Args:
        model: as read, its branches not bound.
        host: facts of the machine; None leaves the Host branch alone.
        models: facts of each model; empty leaves the Model branch alone.

    Raises:
        UserError: two models of one name, or a Model branch without a ``model`` option.
    """
    lines = model.text.split("\n")
    demands: list[str] = []
    edits: list[tuple[int, int, list[str]]] = []  # first line, past last line (0-based), new lines
    if host is not None:
        root = model.features["Host"]
        demands += _host_demands(model, host)
        edits.append(_marked(root, lines))
    if models:
        root = model.features["Model"]
        leaves = _leaf_names(model, models)
        demands += _model_demands(model, models, leaves)
        edits.append(_marked(root, lines))
        edits.append(_model_leaves(model, models, leaves, lines))
    for first, past, new in sorted(edits, reverse=True):
        lines[first:past] = new
    return add_constraints("\n".join(lines), demands)


def _marked(root: Feature, lines: list[str]) -> tuple[int, int, list[str]]:
    first, past = root.line - 1, root.last_line
    text = "\n".join(lines[first:past])
    return first, past, add_attribute(text, root.name, "bound true").split("\n")


def _host_demands(model: FeatureModel, host: HostFacts) -> list[str]:
    found = []
    for feature in model.features["Host"].subtree():
        if not feature.is_leaf or feature.name == "Host":
            continue
        fact = host.features.get(feature.name)
        evidence = fact["evidence"] if fact else "not known of this host"
        on = bool(fact and fact["value"])
        found += [f"// host: {_one_line(evidence)}", ("" if on else "!") + quoted(feature.name)]
    return found


def _leaf_names(model: FeatureModel, models: list[ModelFacts]) -> list[str]:
    names = [m.name for m in models]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"two models are called {name}", mend="rename one of the folders")
    taken = {f.name for f in model.features.values() if branch_of(f) != "Model" or not f.is_leaf}
    found = []
    for name in names:
        leaf = re.sub(r'[."\n\r]', "_", name)
        while leaf in taken:
            leaf += "_model"
        taken.add(leaf)
        found.append(leaf)
    return found


def _option_feature(model: FeatureModel) -> Feature:
    for feature in model.features["Model"].subtree():
        if feature.attributes.get("option") == "model":
            return feature
    raise UserError(
        "the Model branch has no feature with option 'model'",
        model.where(model.features["Model"]),
        "add: model {abstract, option 'model'}",
    )


def _model_leaves(
    model: FeatureModel, models: list[ModelFacts], leaves: list[str], lines: list[str]
) -> tuple[int, int, list[str]]:
    """One leaf per model, in place of whatever stands below the ``model`` feature."""
    top = _option_feature(model)
    own = "\n".join(lines[top.line - 1 : top.last_line]).split("\n")
    below = [g.line for f in top.subtree() for g in f.groups]
    last = max([f.last_line for f in top.subtree()] + below)
    lead = re.match(r"\s*", own[0]).group()  # type: ignore[union-attr]
    step = "\t" if "\t" in lead or not lead else "    "
    new = [*own, f"{lead}{step}alternative"]
    for facts, leaf in zip(models, leaves, strict=True):
        attributes = {"value": facts.name, "doc": facts.summary()}
        new.append(f"{lead}{step * 2}{quoted(leaf)} {attributes_text(attributes)}")
    return top.line - 1, last, new


def _model_demands(model: FeatureModel, models: list[ModelFacts], leaves: list[str]) -> list[str]:
    """Facts tied to the models that have them."""
    found = []
    below = {f.name for f in _option_feature(model).subtree()}
    for feature in model.features["Model"].subtree():
        if feature.name in below or not feature.is_leaf or feature.name == "Model":
            continue
        holding = [
            leaf
            for facts, leaf in zip(models, leaves, strict=True)
            if facts.has(feature.name, feature.attributes.get("fact"))
        ]
        name = quoted(feature.name)
        if len(holding) == len(models):
            said, why = name, "every model given has it"
        elif not holding:
            said, why = f"!{name}", "no model given has it"
        else:
            said = f"{name} <=> {' | '.join(map(quoted, holding))}"
            why = "what only some of the models can do"
        found += [f"// model: {why}", said]
    return found


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
