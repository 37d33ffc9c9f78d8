"""Facts of the host and of language models, detected without importing torch."""
