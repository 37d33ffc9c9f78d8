"""Meters for energy and power over measured windows."""
