"""A seeded synthetic league, drawn from nothing but code, in the files of a real one.

    league = simulate(("2020-21", "2021-22"), seed=7)
    write(league, "league")

Whatever it draws is known: `league.truth` has each player's true rates, each team's true defence and the margin of
each line.
"""

from hoopcast.sources.simulator.columns import Columns
from hoopcast.sources.simulator.faults import NO_FAULTS, SOME_FAULTS, Faults
from hoopcast.sources.simulator.league import CORRECTIONS_FOLDER, League, simulate, write
from hoopcast.sources.simulator.size import FULL_LEAGUE, TINY_LEAGUE, LeagueSize
from hoopcast.sources.simulator.truth import Truth

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
