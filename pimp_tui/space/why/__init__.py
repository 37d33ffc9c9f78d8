"""Why something follows, in plain words, and what to clear to allow it."""
