"""Energy, power and load: meters, windows over them, the idle baseline, traces."""

from .base import Meter, MeterUnavailable, Sample
from .idle import Idle
from .meters import MeterSet, open_meters
from .reading import Reading
from .report import meters_report
from .windows import Window

__all__ = [
    "Idle",
    "Meter",
    "MeterSet",
    "MeterUnavailable",
    "Reading",
    "Sample",
    "Window",
    "meters_report",
    "open_meters",
]
