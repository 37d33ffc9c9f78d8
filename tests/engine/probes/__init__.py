"""Probes behind the constraints of transformers.uvl: each shows what its constraint forbids."""

from probes.costs import COSTS
from probes.failures import FAILURES
from probes.idle import IDLE
from probes.rules import RULES

PROBES = FAILURES | IDLE | COSTS | RULES

__all__ = ["PROBES"]
