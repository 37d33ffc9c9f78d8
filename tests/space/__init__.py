"""Tests of ``pimp_tui.space``."""
