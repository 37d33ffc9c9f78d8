"""Probes behind the constraints of transformers.uvl: each shows what its constraint forbids."""

from probes.costs import COSTS
from probes.deployment import DEPLOYMENT
from probes.failures import FAILURES
from probes.flight import IN_FLIGHT
from probes.idle import IDLE
from probes.rules import RULES

PROBES = FAILURES | IDLE | COSTS | RULES | IN_FLIGHT | DEPLOYMENT

__all__ = ["PROBES"]
