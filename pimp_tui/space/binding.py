"""How features map to engine options, read from UVL attributes.

``option 'name'`` on a feature holds for the leaves below it; ``value X`` on a leaf is what the leaf
stands for; ``default true`` marks what the library does by itself; ``unset X`` is the value when no
leaf is selected; ``layer`` and ``doc`` are inherited downwards, ``doc`` only to be shown. An option
below no ``layer`` has the one that the shipped spaces give it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pimp_tui.errors import UserError
from pimp_tui.space.generation_config import NOT_IN_CONFIG
from pimp_tui.space.model import Feature, FeatureModel

LAYERS = ("generation", "deployment", "device", "model", "host")
_DEVICE_OPTIONS = ("power_cap_share", "sm_clock_share")


@dataclass(slots=True)
class Option:
    """An option of the engine and the leaves that set it.

    Attributes:
        name: option name; a model without bindings has one Boolean option per feature.
        layer: generation, deployment, device, model or host.
        leaves: feature name -> value, in tree order.
        unset: value when no leaf is selected (None: nothing is passed).
        defaults: leaves marked ``default true``.
        bound: read from an ``option`` attribute.
    """

    name: str
    layer: str
    leaves: dict[str, Any] = field(default_factory=dict)
    unset: Any = None
    defaults: list[str] = field(default_factory=list)
    bound: bool = True
    line: int = 0

    @property
    def values(self) -> list[Any]:
        """Values of the leaves, each once, in tree order."""
        found: list[Any] = []
        for value in self.leaves.values():
            if not any(same(value, v) for v in found):
                found.append(value)
        return found

    def leaf_of(self, value: Any) -> str | None:
        """The first leaf with this value."""
        return next((leaf for leaf, v in self.leaves.items() if same(v, value)), None)


def same(a: Any, b: Any) -> bool:
    """Equal, with truth values apart from numbers, and 1 equal to 1.0."""
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def branch_of(feature: Feature) -> str | None:
    """``Host`` or ``Model`` where the feature stands in (or is) such a branch."""
    for at in (feature, *feature.ancestors()):
        if at.name in ("Host", "Model"):
            return at.name
    return None


def layer_of(feature: Feature) -> str | None:
    """The layer a feature stands in: of the nearest ``layer`` attribute or named branch."""
    for at in (feature, *feature.ancestors()):
        if "layer" in at.attributes:
            return str(at.attributes["layer"])
        if at.name in ("Host", "Model"):
            return at.name.lower()
    return None


def read_options(model: FeatureModel) -> dict[str, Option]:
    """Options of a model, in tree order.

    Raises:
        UserError: an ``option`` or ``layer`` attribute that makes no sense.
    """
    found: dict[str, Option] = {}
    scope: dict[str, str | None] = {}
    layers: dict[str, str] = {}
    for feature in model.features.values():
        own = feature.attributes.get("option")
        above = feature.parent.name if feature.parent else None
        layers[feature.name] = _layer(model, feature, layers.get(above or "", ""))
        if own is not None and (not isinstance(own, str) or not own):
            raise _fault(model, feature, f"the option of {feature.name} is no name", "'name'")
        option = own or (scope.get(above) if above else None)
        valued = "value" in feature.attributes
        binds = option is not None and (valued or (feature.is_leaf and not feature.abstract))
        scope[feature.name] = None if valued and own is None else option
        if own:
            layer = layers[feature.name] or _usual_layer(own)
            known = found.setdefault(own, Option(own, layer, line=feature.line))
            if "unset" in feature.attributes:
                known.unset = feature.attributes["unset"]
        if binds and option:
            value = feature.attributes.get("value", True if own else feature.name)
            found[option].leaves[feature.name] = value
            if feature.attributes.get("default"):
                found[option].defaults.append(feature.name)
    options = {name: option for name, option in found.items() if option.leaves}
    if not options:
        return {
            f.name: Option(f.name, layers[f.name] or "generation", {f.name: True}, False, [], False)
            for f in model.features.values()
        }
    bound = {leaf for option in options.values() for leaf in option.leaves}
    for feature in model.features.values():
        if feature.name in bound or feature.abstract or not feature.is_leaf:
            continue
        if branch_of(feature) is None and feature.name not in options:
            options[feature.name] = Option(
                feature.name, layers[feature.name] or "generation", {feature.name: True},
                False, [], False,
            )  # fmt: skip
    return options


def _layer(model: FeatureModel, feature: Feature, above: str) -> str:
    layer = feature.attributes.get("layer")
    if layer is None:
        return {"Host": "host", "Model": "model"}.get(feature.name, above)
    if layer not in LAYERS:
        mend = "a layer is one of " + ", ".join(LAYERS)
        raise UserError(f"{feature.name} has the layer {layer!r}", model.where(feature), mend)
    return str(layer)


def _usual_layer(option: str) -> str:
    """The layer of an option below no ``layer`` attribute: where the shipped spaces have it."""
    if option == "model":
        return "model"
    if option in _DEVICE_OPTIONS:
        return "device"
    return "deployment" if option in NOT_IN_CONFIG else "generation"


def _fault(model: FeatureModel, feature: Feature, what: str, example: str) -> UserError:
    return UserError(what, model.where(feature), f"write option {example}")
