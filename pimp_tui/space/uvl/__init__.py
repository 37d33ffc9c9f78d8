"""Reading UVL, the Universal Variability Language."""
