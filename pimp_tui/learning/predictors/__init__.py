"""Predictors behind one protocol, found by the entry points ``pimp_tui.predictors``."""

from __future__ import annotations

from pimp_tui.learning.predictors.base import Predictor, mean_of
from pimp_tui.learning.predictors.registry import DEFAULT_PREDICTOR, create_predictor, predictors

__all__ = ["DEFAULT_PREDICTOR", "Predictor", "create_predictor", "mean_of", "predictors"]
