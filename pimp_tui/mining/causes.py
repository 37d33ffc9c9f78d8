"""From a configuration that went wrong to what it takes, and what would have helped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pimp_tui.mining.prober import OutOfTime, Prober
from pimp_tui.mining.shrink import shrink
from pimp_tui.mining.verdict import Symptom
from pimp_tui.space.binding import same

Settings = dict[str, Any]
_MOST_CURES = 12
_MOST_PRODUCTS = 16


@dataclass(slots=True)
class Cause:
    """A minimal cause.

    Attributes:
        symptom: what goes wrong.
        message: the library's words.
        settings: the fewest settings, all else at the base, that show the symptom.
        values: for each of these options, all values known to do so.
        cures: settings any of which, beside the cause, make the symptom go.
        base: the good configuration that the rest is left at.
        shown: the options that were run and showed it.
        configurations: how many of those that were run it explains.
        steady: a second run, under another seed and in a fresh process, agreed.
    """

    symptom: Symptom
    message: str
    settings: Settings
    values: dict[str, list[Any]]
    base: Settings
    shown: Settings
    cures: list[Settings] = field(default_factory=list)
    configurations: int = 0
    steady: bool = True

    def explains(self, options: Mapping[str, Any]) -> bool:
        """Whether options hold the cause and none of the cures."""
        held = all(_among(options.get(name), values) for name, values in self.values.items())
        return held and not any(holds(options, cure) for cure in self.cures)


class CauseFinder:
    """Finds causes by running settings over a good base.

    Args:
        prober: runs them.
        base: options of a good configuration, the library's default where it is good.
        values: option -> the values it can take here, what it is left at included.
        allowed: whether the space allows options. A cause must be allowed: what the space forbids
            already, another constraint deals with.
    """

    def __init__(
        self,
        prober: Prober,
        base: Settings,
        values: Mapping[str, list[Any]],
        allowed: Callable[[Settings], bool],
    ) -> None:
        self._prober, self._base, self._values = prober, base, values
        self._allowed = allowed

    def find(self, options: Settings, symptom: Symptom) -> Cause:
        """The cause of a symptom that ``options`` show.

        Raises:
            OutOfTime: the budget ended before the cause was minimal.
        """
        apart = self._apart(options, self._base)
        settings = dict(shrink(apart, self._shows(symptom, allowed=True)))
        if symptom.kind == "failed":
            # The same words mean the same fault, so what the rest of the space demands can go; an
            # option may be idle for many reasons, and another one would not do.
            least = dict(shrink(list(settings.items()), self._shows(symptom, allowed=False)))
            settings = least if self._allowed(least) else settings
        shown = self._base | settings
        message = self._prober.probe(shown).message(symptom)
        values = {name: [value] for name, value in settings.items()}
        cause = Cause(symptom, message, settings, values, self._base, shown)
        if not settings:
            return cause
        try:
            cause.values = self._siblings(cause)
            # What the configuration itself has did not help it.
            cause.cures = [cure for cure in self._cures(cause) if not holds(options, cure)]
        except OutOfTime:
            pass  # the cause stands, only less general than it might be
        self._drop_implied(cause)
        return cause

    def _shows(self, symptom: Symptom, allowed: bool) -> Callable[[list[tuple[str, Any]]], bool]:
        """Whether settings over the base show the symptom, and are allowed where that is asked."""

        def shows(part: list[tuple[str, Any]]) -> bool:
            options = self._base | dict(part)
            if allowed and not self._allowed(options):
                return False
            return symptom in self._prober.probe(options).symptoms()

        return shows

    def _siblings(self, cause: Cause) -> dict[str, list[Any]]:
        """Other values of the cause's options that show the same, alone and together."""
        found = {}
        for name, value in cause.settings.items():
            others = [v for v in self._values[name] if not same(v, value)]
            alike = [
                v
                for v in others
                if not same(v, self._base[name])
                and cause.symptom in self._run(cause.settings | {name: v})
            ]
            found[name] = [v for v in self._values[name] if same(v, value) or _among(v, alike)]
        together = list(product(*found.values()))
        if len(together) > _MOST_PRODUCTS or any(
            cause.symptom not in self._run(dict(zip(found, values, strict=True)))
            for values in together
        ):
            first = max(found, key=lambda name: len(found[name]))
            return {k: v if k == first else [cause.settings[k]] for k, v in found.items()}
        return found

    def _drop_implied(self, cause: Cause) -> None:
        """Leave out what the rest of the cause comes with in any configuration."""
        for name in list(cause.settings):
            rest = {k: v for k, v in cause.settings.items() if k != name}
            held = cause.values[name]
            others = [v for v in self._values[name] if not _among(v, held)]
            if rest and not any(self._allowed(rest | {name: value}) for value in others):
                cause.settings = rest
                del cause.values[name]

    def _run(self, settings: Settings) -> list[Symptom]:
        return self._prober.probe(self._base | settings).symptoms()

    def _cures(self, cause: Cause) -> list[Settings]:
        """What good configurations with the cause have that takes the symptom away."""
        found: list[Settings] = []
        bad = self._base | cause.settings

        def cured(part: list[tuple[str, Any]]) -> bool:
            return self._prober.probe(bad | dict(part)).cures(cause.symptom)

        good = [
            options
            for options, verdict in self._prober.history
            if verdict.cures(cause.symptom) and holds(options, cause.settings)
        ]
        for options in sorted(good, key=lambda one: len(self._apart(one, bad))):
            if len(found) >= _MOST_CURES:
                break
            if not any(holds(options, cure) for cure in found):
                found.append(dict(shrink(self._apart(options, bad), cured)))
        if not found and len(cause.settings) == 1:
            # A single value that never works is a strong claim: every other single change is tried.
            found = [
                {name: value}
                for name, values in self._values.items()
                if name not in cause.settings
                for value in values
                if not same(value, bad[name]) and cured([(name, value)])
            ]
        for name in {next(iter(cure)) for cure in found if len(cure) == 1}:
            for value in self._values[name]:
                known = any(holds({name: value}, cure) for cure in found)
                if not known and not same(value, bad[name]) and cured([(name, value)]):
                    found.append({name: value})
        return found

    def _apart(self, options: Settings, base: Settings) -> list[tuple[str, Any]]:
        return [(name, v) for name, v in options.items() if not same(v, base[name])]


def holds(options: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether the options have all these settings."""
    return all(name in options and same(options[name], v) for name, v in settings.items())


def _among(value: Any, values: list[Any]) -> bool:
    return any(same(value, one) for one in values)
