"""The fixed schema of every file of a bundle, version and all (contracts.md, Bundle)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pimp_tui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = 1

# Kept as names so that this module costs nothing to import: polars arrives with the first frame.
RUNS = {
    "config_id": "String",
    "repetition": "Int64",
    "attempt": "Int64",
    "status": "String",
    "reason": "String",
    "model": "String",
    "engine": "String",
    "device": "String",
    "host": "String",
    "started_at": "Datetime",
    "ended_at": "Datetime",
    "duration_s": "Float64",
    "latency_s": "Float64",
    "latency_p50_s": "Float64",
    "latency_p95_s": "Float64",
    "ttft_s": "Float64",
    "itl_s": "Float64",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "tokens_per_s": "Float64",
    "energy_j": "Float64",
    "energy_above_idle_j": "Float64",
    "energy_gpu_j": "Float64",
    "energy_cpu_j": "Float64",
    "energy_source": "String",
    "energy_estimated": "Boolean",
    "idle_power_w": "Float64",
    "power_mean_w": "Float64",
    "power_peak_w": "Float64",
    "j_per_token": "Float64",
    "j_per_solved": "Float64",
    "pass_at_1": "Float64",
    "peak_memory_bytes": "Int64",
    "contaminated": "Boolean",
    "ignored_options": "List[String]",
}
REQUESTS = {
    "config_id": "String",
    "repetition": "Int64",
    "attempt": "Int64",
    "task_id": "String",
    "sample": "Int64",
    "started_at": "Datetime",
    "tokens_in": "Int64",
    "tokens_out": "Int64",
    "ttft_s": "Float64",
    "latency_s": "Float64",
    "passed": "Boolean",
    "reason": "String",
    "prompt_hash": "String",
    "completion": "String",
    "completion_hash": "String",
}
POWER = {
    "t_s": "Float64",
    "at": "Datetime",
    "device": "String",
    "power_w": "Float64",
    "energy_counter_j": "Float64",
    "utilisation": "Float64",
    "memory_bytes": "Int64",
    "temperature_c": "Float64",
    "sm_clock_mhz": "Float64",
    "memory_clock_mhz": "Float64",
    "throttle_reasons": "String",
}
PROMPTS = {"prompt_hash": "String", "prompt": "String"}
PLAN_KEYS = ("config_id", "position", "sampler")

#: Columns of runs that are numbers to learn from or trade off, in the order screens show them.
METRICS = (
    "duration_s",
    "latency_s",
    "latency_p50_s",
    "latency_p95_s",
    "ttft_s",
    "itl_s",
    "tokens_in",
    "tokens_out",
    "tokens_per_s",
    "energy_j",
    "energy_above_idle_j",
    "energy_gpu_j",
    "energy_cpu_j",
    "idle_power_w",
    "power_mean_w",
    "power_peak_w",
    "j_per_token",
    "j_per_solved",
    "pass_at_1",
    "peak_memory_bytes",
)

TABLES = {"runs": RUNS, "requests": REQUESTS, "power": POWER, "prompts": PROMPTS}


def polars_schema(table: str, extra_metrics: tuple[str, ...] = ()) -> dict[str, pl.DataType]:
    """Schema of ``table`` ("runs", "requests", "power", "prompts") in Polars types.

    Args:
        extra_metrics: imported metrics of this session; they close the runs table as Float64.
    """
    import polars as pl

    kinds: dict[str, pl.DataType] = {
        "String": pl.String(),
        "Int64": pl.Int64(),
        "Float64": pl.Float64(),
        "Boolean": pl.Boolean(),
        "Datetime": pl.Datetime("us", "UTC"),
        "List[String]": pl.List(pl.String()),
    }
    schema = {name: kinds[kind] for name, kind in TABLES[table].items()}
    if table == "runs":
        schema |= {name: pl.Float64() for name in extra_metrics}
    return schema


def check_version(version: object, where: str) -> None:
    """Refuse a bundle written by a newer pimp-tui.

    Raises:
        UserError: the version is newer than this program's or no version at all.
    """
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UserError("no schema version in the manifest", where, "is this a pimp-tui session?")
    if version > SCHEMA_VERSION:
        raise UserError(
            f"the session has schema version {version}, this pimp-tui reads up to {SCHEMA_VERSION}",
            where,
            "upgrade pimp-tui",
        )
