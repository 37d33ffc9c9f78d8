"""Constraint mining: a space is run for real, to find what its constraints miss or overstate."""
