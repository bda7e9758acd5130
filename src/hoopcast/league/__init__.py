"""A seeded synthetic league, drawn from nothing but code, in the files of a real one.

    league = simulate(("2020-21", "2021-22"), seed=7)
    write(league, "league")

Whatever it draws is known: `league.played` has each player's true rates, each team's true defence and the margin of
each line.
"""

from hoopcast.league.draws import FULL_LEAGUE, TINY_LEAGUE, Columns, LeagueSize
from hoopcast.league.league import League, simulate, write

__all__ = ["FULL_LEAGUE", "TINY_LEAGUE", "Columns", "League", "LeagueSize", "simulate", "write"]
