"""The session bundle: schema, atomic segments, resume, control client."""
