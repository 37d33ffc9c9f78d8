"""Causes to findings: the constraint that a space lacks, checked against all that was run."""

from __future__ import annotations

import numpy as np

from pimp_tui.errors import UserError
from pimp_tui.mining.causes import Cause
from pimp_tui.mining.configurations import Ran
from pimp_tui.mining.report import Finding
from pimp_tui.mining.rules import Rule, RuleWriter, merged
from pimp_tui.space import Space
from pimp_tui.space.uvl.amend import add_constraints
from pimp_tui.space.uvl.reader import read_uvl

_KINDS = {"failed": "missing", "ignored": "ineffective"}


class Proposer:
    """Chooses, for each cause, a constraint that forbids it and nothing that worked.

    Args:
        space: with host and model filled in.
        writer: of rules over its features.
        ran: the configurations that were run.
    """

    def __init__(self, space: Space, writer: RuleWriter, ran: list[Ran]) -> None:
        self._space, self._writer, self._ran = space, writer, ran
        width = len(space.features)
        rows = np.array([space.to_row(one.features) for one in ran], dtype=bool)
        self._rows = rows.reshape(-1, width)
        self._allowed: dict[str, np.ndarray | None] = {}

    def findings(self, causes: list[Cause]) -> list[Finding]:
        """A finding for each cause, causes that one constraint covers sharing it."""
        rules: list[Rule | None] = [self._choose(cause) for cause in causes]
        self._merge(causes, rules)
        return [
            Finding(
                kind=_KINDS[cause.symptom.kind],
                cause=cause.settings,
                message=cause.message,
                proposal=None if rule is None else self._writer.text(rule),
                configurations=cause.configurations,
                steady=cause.steady,
            )
            for cause, rule in zip(causes, rules, strict=True)
        ]

    def _choose(self, cause: Cause) -> Rule | None:
        if not cause.settings or not cause.steady:
            return None
        for rule in self._writer.candidates(cause):
            if self._fits(rule, [cause]):
                return rule
        return None

    def _merge(self, causes: list[Cause], rules: list[Rule | None]) -> None:
        for i, cause in enumerate(causes):
            for j in range(i):
                first, second = rules[j], rules[i]
                if first is None or second is None or first == second:
                    continue
                if not _alike(causes[j], cause):
                    continue
                both = merged([first, second])
                if both is not None and self._fits(both, [causes[j], cause]):
                    rules[:] = [both if rule in (first, second) else rule for rule in rules]

    def _fits(self, rule: Rule, causes: list[Cause]) -> bool:
        """Forbids what the causes explain, leaves what worked and some configuration."""
        text = self._writer.text(rule)
        if text not in self._allowed:
            self._allowed[text] = self._valid_under(text)
        allowed = self._allowed[text]
        if allowed is None:
            return False
        kind = causes[0].symptom.kind
        for one, valid in zip(self._ran, allowed.tolist(), strict=True):
            symptoms = one.verdict.symptoms()
            # A failure hides whether an option would have had an effect.
            hidden = kind == "ignored" and one.verdict.failure is not None
            if not valid and not hidden and kind not in {symptom.kind for symptom in symptoms}:
                return False
            bad = any(c.symptom in symptoms and c.explains(one.options) for c in causes)
            if bad and valid:
                return False
        return True

    def _valid_under(self, text: str) -> np.ndarray | None:
        """(configurations,) bool: which of those run stay valid; None for a void space."""
        label = self._space.model.label
        try:
            more = Space("proposal", read_uvl(add_constraints(self._space.text, [text]), label))
        except UserError:
            return None
        return np.asarray(more.reasoner.valid(self._rows), dtype=bool)


def _alike(first: Cause, second: Cause) -> bool:
    if first.symptom.kind == "ignored":
        return second.symptom.kind == "ignored"
    return first.symptom == second.symptom
