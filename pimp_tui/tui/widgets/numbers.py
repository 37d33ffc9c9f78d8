"""Numbers for people: units by a metric's name, a few digits, ``~`` where nothing was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_LABELS = {
    "duration_s": ("duration", "s"),
    "latency_s": ("latency", "s"),
    "latency_p50_s": ("p50", "s"),
    "latency_p95_s": ("p95", "s"),
    "ttft_s": ("TTFT", "s"),
    "itl_s": ("ITL", "s"),
    "tokens_in": ("tokens in", ""),
    "tokens_out": ("tokens", ""),
    "tokens_per_s": ("tok/s", ""),
    "energy_j": ("energy", "J"),
    "energy_above_idle_j": ("above idle", "J"),
    "energy_gpu_j": ("GPU", "J"),
    "energy_cpu_j": ("CPU", "J"),
    "idle_power_w": ("idle", "W"),
    "power_mean_w": ("power", "W"),
    "power_peak_w": ("peak", "W"),
    "j_per_token": ("J/token", ""),
    "j_per_solved": ("J/solved", ""),
    "pass_at_1": ("pass@1", ""),
    "peak_memory_bytes": ("peak", "B"),
}
_UNITS = (("_j", "J"), ("_s", "s"), ("_w", "W"), ("_bytes", "B"))
_PREFIXES = {
    "J": ((1e6, "MJ"), (1e3, "kJ")),
    "B": ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB")),
}
#: Metrics whose estimate must never look measured.
ENERGY = frozenset({"energy_j", "energy_above_idle_j", "j_per_token", "j_per_solved"})


@dataclass(frozen=True)
class Scale:
    """How one metric is written: ``value / divide`` with ``decimals`` digits, in ``unit``; by
    powers of ten (``1.23e-5``) where no fixed number of digits would do."""

    name: str
    divide: float
    unit: str
    decimals: int
    powers: bool = False

    @property
    def is_share(self) -> bool:
        """Whether values lie between 0 and 1, so that differences count, not ratios."""
        return self.name == _LABELS["pass_at_1"][0]

    @property
    def label(self) -> str:
        """Heading of a column, the unit in it."""
        return f"{self.name} {self.unit}".strip()

    def number(self, value: float | None, estimated: bool = False) -> str:
        """The number alone; ``-`` where there is none."""
        if value is None or not math.isfinite(value):
            return "-"
        mark, scaled = "~" if estimated else "", value / self.divide
        if self.powers:
            digits, _, power = f"{scaled:.{self.decimals}e}".partition("e")
            return f"{mark}{digits}e{int(power)}" if scaled else f"{mark}0"
        return f"{mark}{scaled:.{self.decimals}f}"

    def text(self, value: float | None, estimated: bool = False) -> str:
        """The number with its unit."""
        number = self.number(value, estimated)
        return f"{number} {self.unit}".strip() if number != "-" else "-"


def name_and_unit(metric: str) -> tuple[str, str]:
    """What a metric is called on the screen, and its base unit."""
    if metric in _LABELS:
        return _LABELS[metric]
    for ending, unit in _UNITS:
        if metric.endswith(ending):
            return metric[: -len(ending)], unit
    return metric, ""


def scale_of(metric: str, values: Iterable[float | None]) -> Scale:
    """A scale that suits all values of a metric at once (one unit a column)."""
    name, unit = name_and_unit(metric)
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v)]
    top = max(sizes, default=0.0)
    divide = 1.0
    for factor, prefixed in _PREFIXES.get(unit, ()):
        if top >= factor:
            divide, unit = factor, prefixed
            break
    least = min((size for size in sizes if size), default=0.0)
    if metric != "pass_at_1" and (0 < top < 1e-3 or top > 1e9 * divide or _wide(least, top)):
        return Scale(name, divide, unit, 2, powers=True)
    if metric == "pass_at_1" or (unit == "" and 0.1 <= top <= 1):
        return Scale(name, divide, unit, 3)
    if unit == "" and divide == 1 and sizes and all(size == int(size) for size in sizes):
        return Scale(name, divide, unit, 0)
    typical = sorted(sizes)[len(sizes) // 2] / divide if sizes else 0.0
    return Scale(name, divide, unit, _decimals(typical))


def _wide(least: float, top: float) -> bool:
    """No fixed number of digits shows both."""
    return 0 < least < 1e-4 and top / least > 1e6


def _decimals(typical: float) -> int:
    if typical >= 100:
        return 0
    if typical >= 10:
        return 1
    if typical >= 1:
        return 2
    if typical >= 0.1 or typical == 0:
        return 3
    return 4 if typical >= 0.01 else 5


def change(new: float | None, old: float | None, metric: str = "") -> str:
    """The difference in words: ``+32%``, for pass@1 the plain difference ``+0.024``."""
    if new is None or old is None or not (math.isfinite(new) and math.isfinite(old)):
        return "-"
    if metric.startswith("pass_at") or old == 0:
        return f"{new - old:+.3f}"
    share = 100 * (new - old) / abs(old)
    return f"{share:+.0f}%" if abs(share) >= 1 else f"{share:+.1f}%"


def option_text(value: object) -> str:
    """An option's value as it stands in a table; ``-`` where no leaf of it is selected."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def big(count: float | None) -> str:
    """A count in few characters: 41, 12 345, 1.4e9."""
    if count is None:
        return "?"
    return f"{count:,.0f}".replace(",", " ") if count < 1e6 else f"{count:.2e}".replace("e+0", "e")


def seconds(value: float | None) -> str:
    """A duration in its two largest units: ``8 s``, ``3 min 20 s``, ``26 h 5 min``."""
    if value is None or not math.isfinite(value):
        return "-"
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes = int(value // 60)
    if minutes < 60:
        return f"{minutes} min {int(value % 60)} s"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} d {hours % 24} h"
