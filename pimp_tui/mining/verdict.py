"""What came of running one configuration, and how two outcomes are told to be the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_NUMBERS = re.compile(r"0x[0-9a-f]+|\d+(?:\.\d+)?")


class Symptom(NamedTuple):
    """One thing wrong with a configuration.

    Attributes:
        kind: ``failed`` or ``ignored``.
        key: the message with its numbers blanked, or the name of the option without effect.
    """

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one probe.

    Attributes:
        failure: why it failed; None where it ran.
        ignored: options that had no effect, as a campaign records them.
        warnings: what the library said meanwhile.
        seconds: time it took.
    """

    failure: str | None = None
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """It ran, and every option had an effect."""
        return self.failure is None and not self.ignored

    def symptoms(self) -> list[Symptom]:
        """All that is wrong."""
        if self.failure is not None:
            return [Symptom("failed", _NUMBERS.sub("#", self.failure))]
        return [Symptom("ignored", option) for option in self.ignored]

    def cures(self, symptom: Symptom) -> bool:
        """Whether it ran without the symptom."""
        return self.failure is None and symptom not in self.symptoms()

    def message(self, symptom: Symptom) -> str:
        """The library's own words on a symptom, or ours where it said nothing."""
        if symptom.kind == "failed":
            return self.failure or ""
        word = re.compile(rf"\b{re.escape(symptom.key)}\b")
        said = next((text for text in self.warnings if word.search(text)), None)
        return said or f"{symptom.key} is accepted and has no effect"
