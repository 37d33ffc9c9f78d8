"""Predictors, their evaluation, Pareto fronts and suggestions over frames."""
