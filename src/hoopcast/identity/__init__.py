"""Who is who: the one name normaliser, and players known by name."""
