"""Tests of ``pimp_tui.sampling``."""
