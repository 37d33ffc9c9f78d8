"""Which configurations to measure next, alone or warm-started from another session."""
