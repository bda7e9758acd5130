"""From raw rows to features: models, states of their partitions, runs, checks."""
