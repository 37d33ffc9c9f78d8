"""Validity, propagation and lists of configurations by SAT."""
