"""Results: what was measured, down to the single completion."""
