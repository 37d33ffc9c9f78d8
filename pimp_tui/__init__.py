"""pimp-tui: tune LLM inference as a configurable system."""
