"""The betting market: prices and their margin, what a bet is worth, and how bets end."""
