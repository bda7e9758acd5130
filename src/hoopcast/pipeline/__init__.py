"""From raw rows to features: models, states of their units, runs, checks."""
