"""Forecasts of a range as a reader wants them: a row a player and game, by the system that he asks for or the best."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from hoopcast.definitions.teams import normalise_team
from hoopcast.errors import UsageError
from hoopcast.explain import Player, find_player
from hoopcast.forecast.naming import Named, every_system, in_words, named_systems
from hoopcast.identity.players import known_players
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.result import Table
from hoopcast.warehouse.tables import table

if TYPE_CHECKING:
    from hoopcast.forecast.player_outlook import PlayerOutlook
    from hoopcast.pipeline.report import RunReport

PREDICTIONS = "nba_predictions.player_prop_predictions"
# A system that reads the line knows no more of who plays than the market level does.
_PLAYS = """CASE w.level WHEN 'history' THEN f.play_probability_history WHEN 'news' THEN f.play_probability_news
        ELSE f.play_probability_market END"""
_ROWS = """
WITH wanted AS (
    SELECT UNNEST(CAST($system_ids AS VARCHAR[])) AS system_id, UNNEST(CAST($levels AS VARCHAR[])) AS level,
        UNNEST(CAST($places AS BIGINT[])) AS place
),
found AS (
    SELECT {columns}, w.level, w.place, {plays} AS play_probability, s.home_team_abbr = p.team_abbr AS is_home,
        s.tip_off_utc, ROW_NUMBER() OVER (PARTITION BY p.market, p.game_id, p.player_id ORDER BY w.place) AS choice,
        CASE WHEN $only_best THEN p.forecast_mean
            ELSE MAX(p.forecast_mean) OVER (PARTITION BY p.market, p.game_id, p.player_id) END AS height
    FROM nba_predictions.player_prop_predictions AS p
    INNER JOIN wanted AS w ON w.system_id = p.system_id
    LEFT JOIN nba_predictions.ml_feature_store AS f ON f.game_id = p.game_id AND f.player_id = p.player_id
    LEFT JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id
    WHERE p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
        AND ($team IS NULL OR p.team_abbr = $team) AND ($player_id IS NULL OR p.player_id = $player_id)
)
SELECT * EXCLUDE (choice, height, place)
FROM found
WHERE choice = 1 OR NOT $only_best
ORDER BY game_date, tip_off_utc, game_id, team_abbr, height DESC, player_id, place
"""


@dataclass(frozen=True)
class Question:
    """Whose forecasts are asked for, and by which systems; of `only_best` the first that has the row."""

    dates: tuple[date, ...]
    systems: tuple[Named, ...]
    only_best: bool
    player: Player | None = None
    team: str | None = None

    @property
    def said_by(self) -> str:
        """Whose forecasts these are, in words."""
        return in_words(self.systems)


@dataclass(frozen=True)
class Outlook:
    """Forecasts of a range.

    Args:
        forecasts: a row a player and game, of several systems one of each; all columns of the forecasts, and
            `player_name`, `play_probability`, `is_home`, `tip_off_utc` and `level`.
        said_by: whose forecasts these are, in words.
        player: in detail, the one player who was asked for on one date.
        run: what had to be brought up to date for it, None if that was not to be.
    """

    forecasts: Table
    said_by: str
    player: "PlayerOutlook | None" = None
    run: "RunReport | None" = None


def question(
    engine: Engine,
    dates: Sequence[date],
    player: int | str | None = None,
    team: str | None = None,
    system: str | None = None,
) -> Question:
    """What is asked, once every name in it is found.

    Args:
        engine: the warehouse.
        dates: dates with games.
        player: his id or name, or a part of it.
        team: a tricode, or whatever else names a team.
        system: a system, one at a level, or what it was once called; the best for none.

    Raises:
        UsageError: if there is no such player, team or system, or no system at all.
    """
    abbr = None if team is None else normalise_team(team)
    if team is not None and abbr is None:
        raise UsageError(f"no team '{team}'; write a tricode such as DEN")
    systems = every_system() if system is None else named_systems(system)
    if not systems:
        raise UsageError("the settings choose no forecast system; see `systems` in hoopcast.toml")
    someone = None if player is None else find_player(engine, str(player), max(dates))
    return Question(tuple(dates), systems, system is None, someone, abbr)


def outlook(engine: Engine, asked: Question, run: "RunReport | None" = None) -> Outlook:
    """Forecasts that stand in the warehouse.

    Raises:
        UsageError: if a team does not play on these dates.
    """
    from hoopcast.forecast.player_outlook import player_outlook  # noqa: PLC0415 - brings numerical libraries

    if asked.team is not None:
        _refuse_idle_team(engine, asked.team, asked.dates)
    forecasts = _forecasts(engine, asked)
    is_one = asked.player is not None and len(asked.dates) == 1
    return Outlook(forecasts, asked.said_by, player_outlook(engine, asked, forecasts) if is_one else None, run)


def _forecasts(engine: Engine, asked: Question) -> Table:
    names = [name for name in table(PREDICTIONS).column_names if name != "play_probability"]
    columns = ", ".join(f"p.{name}" for name in names)
    found = engine.query(
        _ROWS.format(columns=columns, plays=_PLAYS),
        {
            "system_ids": [one.system_id for one in asked.systems],
            "levels": [one.level for one in asked.systems],
            "places": list(range(len(asked.systems))),
            "dates": list(asked.dates),
            "team": asked.team,
            "player_id": None if asked.player is None else asked.player.player_id,
            "only_best": asked.only_best,
        },
    )
    called, place = known_players(engine).names, found.columns.index("player_id")
    kinds = {column.name: str(column.type) for column in table(PREDICTIONS).columns}
    added = {"level": "VARCHAR", "play_probability": "DOUBLE", "is_home": "BOOLEAN", "tip_off_utc": "TIMESTAMP"}
    types = [(kinds | added)[name] for name in found.columns]
    rows = [(called.get(int(str(row[place])), str(row[place])), *row) for row in found.rows]
    return Table.of_rows(("player_name", *found.columns), ("VARCHAR", *types), rows)


def _refuse_idle_team(engine: Engine, team: str, dates: Sequence[date]) -> None:
    games = engine.query(
        "SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE team_known AND $team IN (home_team_abbr, away_team_abbr)"
        " AND game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))",
        {"team": team, "dates": list(dates)},
    ).rows[0][0]
    if not games:
        when = f"on {dates[0]}" if len(dates) == 1 else f"between {min(dates)} and {max(dates)}"
        raise UsageError(f"{team} does not play {when}; leave out --team to see who does")
