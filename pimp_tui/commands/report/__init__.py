"""The report: one self-contained document of a session, HTML or Markdown."""
