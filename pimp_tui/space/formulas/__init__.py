"""What a model demands: formulas over literals, and their clauses."""
