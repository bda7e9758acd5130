"""The leak audit: proofs, on the user's own warehouse, that no forecast before a game knows the game."""
