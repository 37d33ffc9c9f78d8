"""Trade-offs: the front over the objectives, walked point by point."""
