"""``Session``: a bundle opened for reading; nothing here writes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimp_tui.errors import UserError
from pimp_tui.session import paths
from pimp_tui.session.damage import require_whole
from pimp_tui.session.directions import more_is_better
from pimp_tui.session.manifest import read_manifest
from pimp_tui.session.replaced import scan_plan
from pimp_tui.session.schema import METRICS, PLAN_KEYS, RUNS, polars_schema
from pimp_tui.session.status import read_status

if TYPE_CHECKING:
    import polars as pl

    from pimp_tui.space import Space


class Session:
    """A measured (or imported) campaign on disk.

    Attributes:
        path: the session's folder, absolute.
        manifest: the parsed ``manifest.json``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = read_manifest(path)

    @property
    def name(self) -> str:
        """The session's name."""
        return str(self.manifest.get("name") or self.path.name)

    @property
    def plan(self) -> pl.LazyFrame:
        """Planned configurations in order: config_id, position, sampler, one column per option."""
        file = self.path / "plan.parquet"
        if not file.exists():
            raise UserError("the session has no plan", str(file))
        return scan_plan(file)

    @property
    def runs(self) -> pl.LazyFrame:
        """One row per finished or failed run (contracts.md, runs)."""
        return self._table("runs")

    @property
    def requests(self) -> pl.LazyFrame:
        """One row per prompt and sample in a run (contracts.md, requests)."""
        return self._table("requests")

    @property
    def power(self) -> pl.LazyFrame:
        """The trace of all devices (contracts.md, power)."""
        return self._table("power")

    @property
    def prompts(self) -> pl.LazyFrame:
        """Prompts as they were sent: prompt_hash, prompt."""
        import polars as pl

        file = self.path / "prompts.parquet"
        return (
            pl.scan_parquet(file)
            if file.exists()
            else pl.LazyFrame(schema=polars_schema("prompts"))
        )

    @property
    def options(self) -> list[str]:
        """Names of the plan's option columns, in order."""
        return [name for name in self.plan.collect_schema().names() if name not in PLAN_KEYS]

    @property
    def metrics(self) -> list[str]:
        """Metrics that a run of this session may hold, imported ones included."""
        return [*METRICS, *self._extra_metrics]

    def planned(self, config_id: str) -> dict[str, Any]:
        """The plan's row of a configuration."""
        import polars as pl

        rows = self.plan.filter(pl.col("config_id") == config_id).head(1).collect().to_dicts()
        if not rows:
            raise UserError(f"no configuration {config_id}", str(self.path))
        return rows[0]

    def model_path(self, name: str | None) -> str | None:
        """Where the model of that name is (of the only one, without a name); None if unknown."""
        from pimp_tui.space.machine.model_facts import BUNDLED, bundled_model

        paths = {item["name"]: item.get("path") for item in self.manifest.get("models", [])}
        path = paths.get(name) or next(iter(paths.values()), None)
        return str(bundled_model()) if path == BUNDLED else path

    @property
    def _extra_metrics(self) -> tuple[str, ...]:
        imported = self.manifest.get("imported_metrics") or []
        return tuple(name for name in imported if name not in RUNS)

    @property
    def default_objectives(self) -> dict[str, str]:
        """Objectives of a front when none are asked for; only what was measured.

        Energy only where it is no estimate (contracts.md); of an imported table its own first two
        metrics, each in the direction that its name says.
        """
        if imported := self.manifest.get("imported_metrics"):
            return {name: "max" if more_is_better(name) else "min" for name in imported[:2]}
        import polars as pl

        ok = self.runs.filter(pl.col("status") == "ok")
        found = ok.select(
            energy=(pl.col("energy_j").is_not_null() & ~pl.col("energy_estimated")).any(),
            accuracy=pl.col("pass_at_1").is_not_null().any(),
            none=pl.len() == 0,
        ).collect()
        first = "energy_j" if found["energy"].item() else "duration_s"
        scored = found["accuracy"].item() or found["none"].item()
        return {first: "min"} | ({"pass_at_1": "max"} if scored else {})

    def status(self) -> dict[str, Any]:
        """The answer of ``pimp-tui status`` (contracts.md)."""
        return read_status(self.path)

    def configurations(self, spread: bool = False) -> pl.LazyFrame:
        """One row per planned configuration: options and the mean of each metric over its ok runs.

        Energy is averaged over measured runs of the same meters only, those that most runs of the
        session have where a configuration has both; over estimates where nothing was measured.
        Columns: the plan's, then
        ``runs_ok``, ``runs_failed``, ``reason`` (of the last failed run), ``energy_source``,
        ``energy_estimated`` and every metric; a configuration that was not measured has nulls.

        Args:
            spread: add ``<metric>_std``, the sample standard deviation over repeats.
        """
        from pimp_tui.session.averages import per_configuration

        options = set(self.options)  # an imported table may call an option as runs call a metric
        metrics = [name for name in self.metrics if name not in options]
        return per_configuration(self.plan, self.runs, metrics, spread)

    def space(self) -> Space:
        """The exact space of this session.

        Raises:
            UserError: an imported session has none.
        """
        from pimp_tui.space import load_space

        file = self.path / "space.uvl"
        if not file.exists():
            raise UserError("the session was imported and has no feature model", str(self.path))
        return load_space(file)

    def learning(self) -> dict[str, Any] | None:
        """``learning.json``, None where nothing was learned yet."""
        try:
            value = json.loads((self.path / "learning.json").read_text())
        except (OSError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def find(self, reference: str) -> str:
        """The config_id that CONFIG means: an id, a unique prefix of one, or ``#position``.

        Raises:
            UserError: nothing, or more than one configuration, fits.
        """
        import polars as pl

        plan = self.plan.select("config_id", "position").collect()
        if reference.startswith("#"):
            if not reference[1:].isdigit():
                raise UserError(f"{reference} is no position", mend="write #1, #2, …")
            hits = plan.filter(pl.col("position") == int(reference[1:]))
        else:
            hits = plan.filter(pl.col("config_id").str.starts_with(reference))
        found = hits["config_id"].unique(maintain_order=True).to_list()
        if len(found) != 1 or not reference:
            many = f"{len(found)} configurations start with" if found else "no configuration is"
            raise UserError(
                f"{many} {reference!r}", str(self.path), "give a config_id, a prefix or #position"
            )
        return str(found[0])

    def _table(self, table: str) -> pl.LazyFrame:
        import polars as pl

        schema = polars_schema(table, self._extra_metrics)
        folder = self.path / table
        if not folder.is_dir() or not any(folder.glob("*.parquet")):
            return pl.LazyFrame(schema=schema)
        return pl.scan_parquet(folder / "*.parquet", schema=schema)


def open_session(reference: str | os.PathLike[str]) -> Session:
    """Open a session by folder or by name.

    Raises:
        UserError: there is none, or it cannot be read.
    """
    session = Session(paths.resolve(reference))
    require_whole(session.path)
    return session
