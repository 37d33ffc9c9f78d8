"""Pane 1: the feature tree, what follows from each choice, and why."""
