"""Pane 2: the configurations to measure, in order, and edits to them while nothing runs."""
