"""Constraint mining: a space is run for real, and held against what happens."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from pimp_tui.mining.causes import Cause, CauseFinder
from pimp_tui.mining.configurations import Ran, base_options
from pimp_tui.mining.missing import Proposer
from pimp_tui.mining.overs import PairProbes
from pimp_tui.mining.pairs import PairMaker
from pimp_tui.mining.prober import OutOfTime, Prober
from pimp_tui.mining.report import Report
from pimp_tui.mining.rules import RuleWriter
from pimp_tui.mining.values import allows, by_option, option_values
from pimp_tui.space import Space

Configurations = list[tuple[frozenset[str], dict[str, Any]]]
OnProgress = Callable[[str, int, int], None]
_SHARES = (0.5, 0.75, 1.0)
"""Parts of the budget at which configurations, causes and pairs must be done."""


class Check:
    """One check; ``run`` fills ``report``.

    Args:
        space: with host and model filled in; proposals are over it.
        within: the part of it that is run.
        prober: of the engine and model.
        report: to be filled; holds the names.
        lines: text of a constraint -> its line in the file.
        seconds: budget, None for none.
        on_progress: called with the phase, how much of it is done, and how much there is.
    """

    def __init__(
        self,
        space: Space,
        within: Space,
        prober: Prober,
        report: Report,
        lines: Mapping[str, int],
        seconds: float | None,
        on_progress: OnProgress,
    ) -> None:
        self.report = report
        self._space, self._within = space, within
        self._prober, self._lines = prober, lines
        self._seconds, self._on_progress = seconds, on_progress
        self._values = by_option(option_values(within))
        self._ran: list[Ran] = []
        self._causes: list[Cause] = []
        self._pairs: PairProbes | None = None
        self._began = time.monotonic()

    def run(self, configurations: Configurations) -> Report:
        """Run the configurations (the library's default first), then the forbidden pairs.

        An interrupt ends it early; the report then holds what was found until then.

        Raises:
            UserError: the model cannot be loaded, or nothing at all runs.
        """
        try:
            self._prober.start(configurations[0][1])
            self._run_all(configurations)
            if self._ran:
                self._explain()
            self._run_pairs()
        except KeyboardInterrupt:
            self.report.interrupted = True
        finally:
            self._prober.close()
        self._conclude()
        return self.report

    def _until(self, phase: int) -> None:
        if self._seconds is not None:
            self._prober.deadline = self._began + self._seconds * _SHARES[phase]

    def _run_all(self, configurations: Configurations) -> None:
        self._until(0)
        self.report.configurations_planned = len(configurations)
        with contextlib.suppress(OutOfTime):
            for features, options in configurations:
                self._ran.append(Ran(features, options, self._prober.probe(options)))
                self._on_progress("configurations", len(self._ran), len(configurations))

    def _explain(self) -> None:
        """Shrink every symptom that no cause found before explains; then look again."""
        self._until(1)
        base = base_options(self._ran)
        finder = CauseFinder(
            self._prober, base, self._values, lambda options: allows(self._within, options)
        )
        bad = [one for one in self._ran if not one.verdict.good]
        left = 0
        for done, one in enumerate(bad, start=1):
            for symptom in one.verdict.symptoms():
                known = [c for c in self._causes if c.symptom == symptom]
                try:
                    if not any(cause.explains(one.options) for cause in known):
                        self._causes.append(finder.find(one.options, symptom))
                except OutOfTime:
                    left += 1
            self._on_progress("causes", done, len(bad))
        if left:
            self.report.left_out["causes"] = left
        self._prober.renew()
        for cause in self._causes:
            try:
                again = self._prober.probe(cause.shown, again=True)
            except OutOfTime:
                break
            cause.steady = cause.symptom in again.symptoms()

    def _run_pairs(self) -> None:
        self._until(2)
        maker = PairMaker(self._within)
        pairs = maker.forbidden()
        self.report.pairs_forbidden = len(pairs)
        self.report.pairs_by_tree, self.report.pairs_by_facts = maker.by_tree, maker.by_facts
        self._pairs = PairProbes(maker, self._prober)
        self._pairs.run(pairs, lambda done, total: self._on_progress("pairs", done, total))

    def _conclude(self) -> None:
        report, ran = self.report, self._ran
        report.configurations_run = len(ran)
        report.failed = sum(one.verdict.failure is not None for one in ran)
        report.ineffective = sum(bool(one.verdict.ignored) for one in ran)
        report.probes = self._prober.probes
        for cause in self._causes:
            cause.configurations = sum(
                cause.symptom in one.verdict.symptoms() and cause.explains(one.options)
                for one in ran
            )
        writer = RuleWriter(self._space, by_option(option_values(self._space)))
        proposer = Proposer(self._space, writer, ran)
        report.findings = proposer.findings(self._causes)
        if report.configurations_planned > len(ran):
            report.left_out["configurations"] = report.configurations_planned - len(ran)
        if self._pairs is not None:
            report.pairs_probed = self._pairs.probed
            overs = self._pairs.findings(self._lines)
            report.findings += overs
            report.explained = sum(one.configurations for one in overs if one.reason)
            report.over_constrained = sum(one.configurations for one in overs if not one.reason)
            if report.pairs_forbidden > report.pairs_probed:
                report.left_out["pairs"] = report.pairs_forbidden - report.pairs_probed
        report.duration_s = round(time.monotonic() - self._began, 1)
