"""Task of the embedded model: small Python functions, generated, with held-out problems.

`problems.jsonl` holds the 32 demo problems, `heldout.jsonl` more of them, both in the fields of
HumanEval plus `family`. `families` and `grammar` say what functions there are, `corpus` splits
them and draws the training set, `problems` writes the two files.
"""
