"""The plan as screens speak of it: positions, options that differ, the library's default."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pimp_tui.tui.widgets.numbers import option_text

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.session.bundle import Session

_KEYS = ("config_id", "position", "sampler")


class PlanInfo:
    """A plan frame with the questions that screens ask of it.

    Args:
        plan: the session's plan, collected.
        named: role ("default", "baseline", …) -> config_id, as the manifest has it.
    """

    def __init__(self, plan: pl.DataFrame, named: dict[str, Any] | None = None) -> None:
        self.plan = plan.unique("config_id", keep="first", maintain_order=True)
        self.options = [name for name in plan.columns if name not in _KEYS]
        self.varying = [name for name in self.options if self.plan[name].n_unique() > 1]
        self.default_id = self._default(named or {})
        self.baseline_id: str | None = (named or {}).get("baseline")
        self.row = lru_cache(4096)(self._row)
        self.describe = lru_cache(4096)(self._describe)

    @classmethod
    def of(cls, session: Session) -> PlanInfo:
        """Read it from a session; blocking, for a thread.

        Raises:
            UserError: the session has no plan.
        """
        return cls(session.plan.collect(), session.manifest.get("named"))

    def _default(self, named: dict[str, Any]) -> str | None:
        known = set(self.plan["config_id"].head(50)) if self.plan.height else set()
        for role in ("default", "library default", "library_default"):
            if (found := named.get(role)) in known and found:
                return str(found)
        if "sampler" in self.plan.columns and self.plan.height:
            rows = self.plan.filter(self.plan["sampler"].str.contains("default"))
            if rows.height:
                return str(rows["config_id"][0])
        return None

    def _row(self, config_id: str) -> dict[str, Any]:
        """The plan's row of a configuration; empty for an unknown one."""
        found = self.plan.filter(self.plan["config_id"] == config_id)
        return found.row(0, named=True) if found.height else {}

    def position(self, config_id: str) -> int | None:
        """Its number in the plan."""
        return self.row(config_id).get("position")

    def name(self, config_id: str | None) -> str:
        """``#41``, or the head of the id of one that is not planned."""
        if not config_id:
            return "-"
        position = self.position(config_id)
        return f"#{position}" if position is not None else config_id[:8]

    def settings(self, config_id: str) -> list[tuple[str, str, bool]]:
        """(option, value, differs from the default) of every option, the differing ones first."""
        row = self.row(config_id)
        default = self.row(self.default_id) if self.default_id else {}
        found = [
            (name, option_text(row.get(name)), bool(default) and row.get(name) != default.get(name))
            for name in self.options
        ]
        return sorted(found, key=lambda item: not item[2])

    def _describe(self, config_id: str) -> str:
        """What sets a configuration apart: the options that differ from the default."""
        row = self.row(config_id)
        if not row:
            return ""
        if config_id == self.default_id:
            return "library default"
        default = self.row(self.default_id) if self.default_id else {}
        return describe_row(row, self.varying or self.options, default)


def describe_row(row: dict[str, Any], options: list[str], default: dict[str, Any]) -> str:
    """``cache=static top_k=50``: options whose value is set and is not the default's."""
    parts = []
    for name in options:
        value = row.get(name)
        if default and value == default.get(name):
            continue
        if value is None:
            continue
        if isinstance(value, bool):
            parts.append(name if value else f"no {name}")
        else:
            parts.append(f"{name}={option_text(value)}")
    return " ".join(parts)
