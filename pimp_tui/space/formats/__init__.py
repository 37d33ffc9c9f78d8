"""Feature models and partial configurations in the files of other tools."""
