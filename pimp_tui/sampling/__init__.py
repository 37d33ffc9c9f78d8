"""Plans of configurations: uniform, t-wise, diverse and unions of them; their coverage."""

from __future__ import annotations

from pimp_tui.sampling.coverage import coverage
from pimp_tui.sampling.sample import distinct_uniform, lead_with, sample

__all__ = ["coverage", "distinct_uniform", "lead_with", "sample"]
