"""Pareto fronts, measured and predicted, and the ranking of a million configurations for one."""
