"""The table of function families, sorted by kind of argument."""

from __future__ import annotations

from pimp_tui.workload.micro_coder.list_families import NUMBERS, SEQUENCES
from pimp_tui.workload.micro_coder.scalar_families import INTEGERS, STRINGS

FAMILIES = NUMBERS + SEQUENCES + INTEGERS + STRINGS
