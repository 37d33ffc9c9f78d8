"""Predictions: how well the learners do, what the options do, and what-if."""
