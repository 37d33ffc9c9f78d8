"""What options do to a metric: one by one, in pairs, in words."""
