"""What a check found, as JSON and as UVL text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pimp_tui.space.ids import canonical
from pimp_tui.space.uvl.amend import add_constraints

_SHORT = 160


@dataclass(slots=True)
class Finding:
    """One error of a space.

    Attributes:
        kind: ``missing`` (it fails), ``ineffective`` (an option does nothing) or
            ``over-constraint`` (forbidden, and it would have run).
        cause: option -> value, the fewest settings that show it; all else is at its default.
        message: the library's words.
        proposal: a UVL constraint to add; for an over-constraint what to do with the line; None
            where nothing can be said.
        configurations: of those that were run, how many it explains; for an over-constraint the
            pairs that would have run.
        constraint: the constraint that forbids too much, with its ``line`` in the file.
        reason: why such a constraint is there on purpose, None where it does not say.
        pairs: all pairs it forbids that would have run.
        steady: a second run, under another seed, agreed.
    """

    kind: str
    cause: dict[str, Any]
    message: str
    proposal: str | None
    configurations: int
    constraint: str | None = None
    line: int | None = None
    reason: str | None = None
    pairs: list[dict[str, Any]] = field(default_factory=list)
    steady: bool = True

    def to_json(self) -> dict[str, Any]:
        """Keys of the contract, those of over-constraints only where they say something."""
        found: dict[str, Any] = {
            "kind": self.kind, "cause": self.cause, "message": self.message,
            "constraint": self.constraint, "proposal": self.proposal,
            "configurations": self.configurations, "steady": self.steady,
        }  # fmt: skip
        if self.kind == "over-constraint":
            found |= {"line": self.line, "explained": self.reason, "pairs": self.pairs}
        return found


@dataclass(slots=True)
class Report:
    """The whole answer of a check; counts are of what was really run."""

    space: str
    model: str
    engine: str
    seed: int
    configurations_planned: int = 0
    configurations_run: int = 0
    failed: int = 0
    ineffective: int = 0
    pairs_forbidden: int = 0
    pairs_probed: int = 0
    pairs_by_tree: int = 0
    pairs_by_facts: int = 0
    over_constrained: int = 0
    explained: int = 0
    probes: int = 0
    duration_s: float = 0.0
    interrupted: bool = False
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The answer of ``space check --json``."""
        names = [name for name in self.__slots__ if name != "findings"]
        return {name: getattr(self, name) for name in names} | {
            "findings": [finding.to_json() for finding in self.findings]
        }

    @property
    def has_failures(self) -> bool:
        """Whether the space allows what does not work."""
        return any(finding.kind != "over-constraint" for finding in self.findings)


def proposal_lines(findings: list[Finding]) -> list[str]:
    """UVL lines to add: each proposed constraint once, under the message that led to it.

    Over-constraints are told in comments: which line to drop is for a person to decide.
    """
    lines: list[str] = []
    seen: set[str] = set()
    for finding in findings:
        if finding.kind == "over-constraint":
            if finding.reason is None and finding.proposal:
                lines.append(f"// found by space check: {_comment(finding.proposal)}")
        elif finding.proposal and finding.proposal not in seen:
            seen.add(finding.proposal)
            message = _comment(finding.message).replace('"', "'")
            lines += [f'// found by space check: "{message}"', finding.proposal]
    return lines


def with_proposals(text: str, findings: list[Finding]) -> str:
    """A space's text with the proposals added to its constraints."""
    return add_constraints(text, proposal_lines(findings))


def settings_text(settings: dict[str, Any]) -> str:
    """``option=value, option=value``."""
    return ", ".join(f"{name}={_value(value)}" for name, value in settings.items()) or "the default"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value)


def _comment(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
