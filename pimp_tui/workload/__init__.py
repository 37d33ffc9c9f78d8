"""Prompts and how their completions are scored."""
