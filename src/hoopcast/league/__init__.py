"""A seeded synthetic league, drawn from nothing but code, in the files of a real one.

    league = simulate(("2020-21", "2021-22"), seed=7)
    write(league, "league")

Whatever it draws is known: `league.truth` has each player's true rates, each team's true defence and the margin of
each line.
"""

from hoopcast.league.columns import Columns
from hoopcast.league.faults import NO_FAULTS, SOME_FAULTS, Faults
from hoopcast.league.league import CORRECTIONS_FOLDER, League, simulate, write
from hoopcast.league.size import FULL_LEAGUE, TINY_LEAGUE, LeagueSize
from hoopcast.league.truth import Truth

__all__ = [
    "CORRECTIONS_FOLDER",
    "FULL_LEAGUE",
    "NO_FAULTS",
    "SOME_FAULTS",
    "TINY_LEAGUE",
    "Columns",
    "Faults",
    "League",
    "LeagueSize",
    "Truth",
    "simulate",
    "write",
]
