"""Monitor: what the campaign does right now, or did last."""
