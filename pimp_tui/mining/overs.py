"""Forbidden pairs that run: constraints that are stricter than they need to be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pimp_tui.mining.pairs import ForbiddenPair, PairMaker, Trial
from pimp_tui.mining.prober import OutOfTime, Prober
from pimp_tui.mining.report import Finding, settings_text
from pimp_tui.space.model import Constraint

ON_PURPOSE = re.compile(r"^(?:cost|rare|on purpose)\s*:\s*(.+)", re.IGNORECASE)
"""A comment above a constraint that begins so says that what it forbids would run."""


@dataclass(slots=True)
class PairProbes:
    """Runs forbidden pairs.

    Attributes:
        probed: pairs that were run to a verdict.
        ran: pairs that would have run, with the configuration that did.
    """

    maker: PairMaker
    prober: Prober
    probed: int = 0
    ran: list[tuple[ForbiddenPair, Trial]] = field(default_factory=list)
    _tried: Counter[int] = field(default_factory=Counter)

    def run(self, pairs: list[ForbiddenPair], on_progress: Callable[[int, int], None]) -> None:
        """Run the pairs until the budget ends; each that runs is run again."""
        for pair in pairs:
            try:
                found = self._one(pair)
            except OutOfTime:
                return
            if found is not None:
                self.ran.append((pair, found))
            self.probed += 1
            on_progress(self.probed, len(pairs))

    def findings(self, lines: Mapping[str, int]) -> list[Finding]:
        """One finding for each constraint that forbids a pair that runs, worst first.

        Args:
            lines: text of a constraint -> its line in the file.
        """
        groups: dict[tuple[int, ...], list[tuple[ForbiddenPair, Trial]]] = {}
        for pair, trial in self.ran:
            groups.setdefault(tuple(id(c) for c in trial.blamed), []).append((pair, trial))
        findings = []
        for held in sorted(groups.values(), key=len, reverse=True):
            pairs, blamed = [pair for pair, _ in held], held[0][1].blamed
            text = " and ".join(constraint.text for constraint in blamed)
            first = pairs[0].settings
            reason = next((r for c in blamed if (r := reason_of(c)) is not None), None)
            line = lines.get(blamed[0].text)
            findings.append(
                Finding(
                    kind="over-constraint",
                    cause=first,
                    message=f"{settings_text(first)} is forbidden and runs, each with an effect",
                    proposal=None if reason else self._proposal(blamed, len(pairs), line),
                    configurations=len(pairs),
                    constraint=text,
                    line=line,
                    reason=reason,
                    pairs=[pair.settings for pair in pairs],
                )
            )
        return findings

    def _one(self, pair: ForbiddenPair) -> Trial | None:
        """The first configuration with the pair that runs twice; one that is no secret last."""
        explained = None
        for trial in self.maker.trials(pair):
            for constraint in trial.blamed:
                self._tried[id(constraint)] += 1
            good = self.prober.probe(trial.options).good
            if good and self.prober.probe(trial.options, again=True).good:
                if not any(reason_of(constraint) for constraint in trial.blamed):
                    return trial
                explained = explained or trial
        return explained

    def _proposal(self, blamed: tuple[Constraint, ...], ran: int, line: int | None) -> str:
        where = "" if line is None else f" line {line}"
        tried = max(self._tried[id(constraint)] for constraint in blamed)
        if ran == tried:
            return f"drop{where} (all {ran} pairs run): {blamed[0].text}"
        return f"narrow{where} ({ran} of {tried} pairs run): {blamed[0].text}"


def reason_of(constraint: Constraint) -> str | None:
    """Why a constraint forbids on purpose what would run; None where it does not say."""
    match = ON_PURPOSE.match(constraint.note or "")
    return match[1] if match else None
