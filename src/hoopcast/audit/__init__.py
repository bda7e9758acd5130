"""The leak audit: proofs, on the user's own warehouse, that nothing it says before a game knows the game."""
