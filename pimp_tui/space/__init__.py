"""Feature models as spaces: UVL text to clauses to a solver, and bindings to engine options."""
