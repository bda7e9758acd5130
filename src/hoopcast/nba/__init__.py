"""Facts of the NBA and of the points market that the rest of the code quotes."""
