"""The user's own keys: which actions there are, what clashes, what footer and help then show."""
