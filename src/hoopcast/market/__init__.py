"""The betting market: prices and their margin, the books' consensus, what a bet is worth, and how bets end."""
