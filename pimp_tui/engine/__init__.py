"""Engines that turn a configuration into generated text."""
