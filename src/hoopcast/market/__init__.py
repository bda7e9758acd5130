"""The betting market: prices and their margin, the expected value of bets, and how they end."""
