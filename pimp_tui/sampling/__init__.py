"""Samplers that turn a space into a plan, and the coverage of a plan."""
