"""The new-campaign wizard: six steps with defaults, errors at the field, one command line."""
