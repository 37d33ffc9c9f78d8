"""Transformers in process. Importing this package imports neither torch nor transformers."""

from pimp_tui.engine.transformers.adapter import TransformersEngine

__all__ = ["TransformersEngine"]
