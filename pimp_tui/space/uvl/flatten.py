"""A model of several files as one file that stands alone.

A dotted name cannot be a feature's name in UVL, not even in quotes, so ``c.Feature`` becomes
``c_Feature``, with a number behind it where that is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pimp_tui.space.model import Condition, Constraint, FeatureModel
from pimp_tui.space.uvl.formula import formula_text, renamed
from pimp_tui.space.uvl.write import lay_out


def flatten(model: FeatureModel, read: Callable[[str], FeatureModel]) -> FeatureModel:
    """The joined model, read again from its own text so that lines and text agree.

    Args:
        model: with imported features named ``alias.name``.
        read: reads one text.

    Returns:
        the model; its features, groups and constraints know the file and line that they came from.
    """
    flat = _flat_names(list(model.features))
    places = [model.where(f) for f in model.features.values()]
    groups = [[model.where(g) for g in f.groups] for f in model.features.values()]
    where = {id(c): model.where(c) for c in model.constraints}
    for feature in model.features.values():
        feature.name = flat[feature.name]
    model.features = {f.name: f for f in model.features.values()}
    for constraint in model.constraints:
        constraint.formula = renamed(constraint.formula, flat.__getitem__)
        constraint.text = formula_text(constraint.formula)
        constraint.owner = None if constraint.owner is None else flat[constraint.owner]
    _write_conditions(model)
    written = [c for c in model.constraints if c.owner is None]
    order = {name: i for i, name in enumerate(model.features)}
    inner = sorted(
        (c for c in model.constraints if c.owner is not None), key=lambda c: order[c.owner or ""]
    )
    model.text = ""
    joined = read(f"// {Path(model.label).name} with its imports, joined\n" + lay_out(model))
    for feature, place in zip(joined.features.values(), places, strict=True):
        feature.place = place
    for feature, own in zip(joined.features.values(), groups, strict=True):
        for group, place in zip(feature.groups, own, strict=False):
            group.place = place
    for constraint, before in zip(joined.constraints, [*written, *inner], strict=True):
        constraint.place = where[id(before)]
    joined.warnings = model.warnings
    return joined


def keep_places(before: FeatureModel, after: FeatureModel) -> FeatureModel:
    """``after``, an edited copy of ``before``, with the places of ``before`` in its file."""
    if any(feature.place for feature in before.features.values()):
        after.warnings = before.warnings
    for name, feature in before.features.items():
        if name in after.features:
            after.features[name].place = before.where(feature)
            for group, old in zip(after.features[name].groups, feature.groups, strict=False):
                group.place = before.where(old)
    places = {c.text: before.where(c) for c in before.constraints}
    for constraint in after.constraints:
        constraint.place = places.get(constraint.text)
    return after


def _flat_names(names: list[str]) -> dict[str, str]:
    found = {name: name for name in names if "." not in name}
    taken = set(found)
    for name in names:
        if "." in name:
            plain = name.replace(".", "_")
            flat, n = plain, 2
            while flat in taken:
                flat, n = f"{plain}_{n}", n + 1
            found[name] = flat
            taken.add(flat)
    return found


def _write_conditions(model: FeatureModel) -> None:
    """Conditions among attributes under the new names."""
    inner: dict[tuple[str, str], list[Constraint]] = {}
    for constraint in model.constraints:
        if constraint.owner is not None:
            inner.setdefault((constraint.owner, constraint.key), []).append(constraint)
    for (owner, key), conditions in inner.items():
        text = ", ".join(c.text for c in conditions)
        said = f"[{text}]" if key == "constraints" else text
        model.features[owner].attributes[key] = Condition(said)
