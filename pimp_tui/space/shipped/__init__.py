"""Spaces that ship with the package."""
