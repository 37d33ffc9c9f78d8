"""What was promised against what was measured, and accuracy as paired comparisons."""
