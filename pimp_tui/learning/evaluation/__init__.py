"""How well predictors do on configurations they were not trained on, and how sure that is."""
