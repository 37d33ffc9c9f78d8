"""Compiled knowledge of a formula: decision diagrams for counts, samples and propagation."""
