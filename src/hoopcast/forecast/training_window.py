"""How far back learning looks: a stated number of seasons, so that a refit costs the same in every year."""

from hoopcast.calendar import season_name, season_start_year

# A refit learns from its own season and so many whole ones before it.
SEASONS_BEFORE = 3


def first_season(season: str) -> str:
    """The first season that refits of a season learn from, such as '2018-19' for '2021-22'."""
    return season_name(season_start_year(season) - SEASONS_BEFORE)
