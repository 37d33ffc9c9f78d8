"""Widgets of the frame and of several panes, one a file."""
