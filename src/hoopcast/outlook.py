"""Forecasts as a reader asks for them: of a range, of one player in detail, and graded by system."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from hoopcast.errors import UsageError
from hoopcast.forecast.calibrating import read_calibrations
from hoopcast.forecast.distribution import distribution
from hoopcast.forecast.reasons import summed
from hoopcast.graph import BEST, Graph, SystemAtLevel
from hoopcast.market.bets import kelly_stake
from hoopcast.market.odds import american_odds, decimal_odds
from hoopcast.nba.teams import normalise_team
from hoopcast.pipeline.failures import FAILURES
from hoopcast.pipeline.node import Asked
from hoopcast.pipeline.run import RunReport
from hoopcast.pipeline.why import absence
from hoopcast.players import Player, find_player
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.result import Table
from hoopcast.warehouse.tables import table

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
    SELECT COALESCE(p.player_name, CAST(p.player_id AS VARCHAR)) AS player_name, {columns},
        w.level, w.place, {plays} AS play_probability, s.home_team_abbr = p.team_abbr AS is_home,
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
# Systems learn from the same games, so they agree more than they know: P(over) is never surer than this.
LEAST_STANDARD_ERROR = 0.03
_RAREST = 1e-9
_SAYS = """
SELECT system_id, forecast_mean, forecast_median, p10, p90, probability_over, trained_until, reasons, nb_mean
FROM nba_predictions.player_prop_predictions
WHERE player_id = $player_id AND game_date = $day AND market = 'points'
"""
_GRADE = """
SELECT actual_points, actual_minutes, error, absolute_error, crps, log_score, pit, result, price, profit, void_reason
FROM nba_predictions.prediction_accuracy
WHERE player_id = $player_id AND game_date = $day AND market = 'points' AND system_id = $system_id
"""
_ABSENT = f"""
SELECT system_id, category, reason FROM {FAILURES}
WHERE table_name = 'nba_predictions.player_prop_predictions' AND partition_date = $day
    AND (entity = '' OR ' ' || entity || ' ' LIKE '% ' || CAST($player_id AS VARCHAR) || ' %')
"""
_BY_SYSTEM = """
SELECT system_id, COUNT(*) AS graded, COUNT(actual_points) AS played, AVG(absolute_error) AS mae, AVG(crps) AS crps,
    COUNT(CASE WHEN result = 'WIN' THEN 1 END) AS wins, COUNT(CASE WHEN result = 'LOSS' THEN 1 END) AS losses,
    COUNT(CASE WHEN result = 'PUSH' THEN 1 END) AS pushes, COUNT(CASE WHEN result = 'VOID' THEN 1 END) AS voids,
    COUNT(CASE WHEN result = 'NO_BET' THEN 1 END) AS no_bets, COALESCE(SUM(profit), 0) AS profit
FROM nba_predictions.prediction_accuracy
WHERE game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
GROUP BY system_id
"""


@dataclass(frozen=True)
class Says:
    """What one system says of a player: mean, median and 80 % range in points, and P(over) of the line, if any."""

    system: str
    mean: float
    median: float
    p10: float
    p90: float
    probability_over: float | None
    trained_until: date
    reasons: str | None


@dataclass(frozen=True)
class Wager:
    """What a bet on the line comes to after the market: fair American odds of the system's own P(over), and the rest.

    Fair odds are None for what is certain.
    `side` is the better of the sides that are offered, over or under, `expected_value` the expected profit of one unit
    on it and `win_probability` its chance, None without a record. `stake` is the share of a bankroll by a quarter of
    Kelly's rule, shrunk by `standard_error`, that of the win probability: the standard deviation of P(over) over the
    systems, each at the highest level that has the player and ensembles left out, times the weight of the system after
    the market, but at least .03; None where nothing is recommended.
    `pass_reason` says why.
    """

    fair_over: float | None
    fair_under: float | None
    side: str | None
    win_probability: float | None
    expected_value: float | None
    intercept: float | None
    market_weight: float | None
    system_weight: float | None
    stake: float | None
    standard_error: float
    pass_reason: str | None


@dataclass(frozen=True)
class PlayerOutlook:
    """One player on one date.

    Args:
        player: who.
        date: of his game.
        forecast: his row of the forecasts, by column; None where there is none.
        probabilities: of scoring 0 to 99 points if he plays; empty without a forecast.
        wager: what a bet on his line comes to; None without a line.
        systems: what each system says.
        absences: why systems say nothing, a line for each reason.
        grade: what then happened, by column of the grades; None where it is not graded.
    """

    player: Player
    date: date
    forecast: dict[str, Any] | None
    probabilities: tuple[float, ...]
    wager: Wager | None
    systems: Table
    absences: tuple[str, ...]
    grade: dict[str, Any] | None


@dataclass(frozen=True)
class Question:
    """Whose forecasts are asked for, and by which systems; of `only_best` the first that has the row."""

    dates: tuple[date, ...]
    systems: tuple[SystemAtLevel, ...]
    only_best: bool
    player: Player | None = None
    team: str | None = None

    @property
    def said_by(self) -> str:
        """Whose forecasts these are, in words."""
        return _in_words(self.systems)


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
    player: PlayerOutlook | None = None
    run: RunReport | None = None


@dataclass(frozen=True)
class SystemGrades:
    """Grades of one system: forecasts graded, those of players who then played, and errors of these, in points.

    Results of recommendations at their real prices; `profit` is that of one unit staked on each.
    """

    system: str
    graded: int
    played: int
    mae: float | None
    crps: float | None
    wins: int
    losses: int
    pushes: int
    voids: int
    no_bets: int
    profit: float


@dataclass(frozen=True)
class GradeReport:
    """Grades by system, and what had to be brought up to date for them."""

    systems: Table
    run: RunReport


def question(  # noqa: PLR0913, PLR0917 - what can be asked for
    engine: Engine,
    graph: Graph,
    dates: Sequence[date],
    player: int | str | None = None,
    team: str | None = None,
    system: str | None = None,
) -> Question:
    """What is asked, once every name in it is found.

    Args:
        engine: the warehouse.
        graph: of the systems that run.
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
    systems = graph.systems if system is None else graph.named_systems(system)
    if not systems:
        raise UsageError("the settings choose no forecast system; see `systems` in hoopcast.toml")
    someone = None if player is None else find_player(engine, str(player), max(dates))
    return Question(tuple(dates), systems, system is None, someone, abbr)


def outlook(engine: Engine, graph: Graph, asked: Question, run: RunReport | None = None) -> Outlook:
    """Forecasts that stand in the warehouse.

    Raises:
        UsageError: if a team does not play on these dates.
    """
    if asked.team is not None:
        _refuse_idle_team(engine, asked.team, asked.dates)
    forecasts = _forecasts(engine, asked)
    is_one = asked.player is not None and len(asked.dates) == 1
    return Outlook(forecasts, asked.said_by, player_outlook(engine, graph, asked, forecasts) if is_one else None, run)


def _forecasts(engine: Engine, asked: Question) -> Table:
    names = [name for name in table(PREDICTIONS).column_names if name not in {"player_name", "play_probability"}]
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
    kinds = {column.name: str(column.type) for column in table(PREDICTIONS).columns}
    added = {"level": "VARCHAR", "play_probability": "DOUBLE", "is_home": "BOOLEAN", "tip_off_utc": "TIMESTAMP"}
    types = [(kinds | added)[name] for name in found.columns]
    return Table.of_rows(found.columns, types, found.rows)


def _refuse_idle_team(engine: Engine, team: str, dates: Sequence[date]) -> None:
    games = engine.query(
        "SELECT COUNT(*) FROM nba_raw.nbac_schedule WHERE team_known AND $team IN (home_team_abbr, away_team_abbr)"
        " AND game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))",
        {"team": team, "dates": list(dates)},
    ).rows[0][0]
    if not games:
        when = f"on {dates[0]}" if len(dates) == 1 else f"between {min(dates)} and {max(dates)}"
        raise UsageError(f"{team} does not play {when}; leave out --team to see who does")


def player_outlook(engine: Engine, graph: Graph, asked: Question, forecasts: Table) -> PlayerOutlook:
    """The player and the date that are asked for, from the best forecast of his that is among the forecasts.

    Args:
        engine: the warehouse.
        graph: of the systems that run.
        asked: one player and one date.
        forecasts: his.
    """
    if asked.player is None:
        raise ValueError("no player is asked for")
    player, day = asked.player, asked.dates[0]
    forecast = next(iter(forecasts), None)
    says = systems_say(engine, graph, player.player_id, day)
    absences = _absences(engine, player, day, asked.systems)
    if forecast is None:
        said = absences or (_outside(engine, graph, player, day),)
        return PlayerOutlook(player, day, None, (), None, Table.of(Says, says), said, None)
    graded = engine.query(
        _GRADE, {"player_id": player.player_id, "day": day, "system_id": forecast["system_id"]}
    ).dictionaries()
    return PlayerOutlook(
        player,
        day,
        forecast | {"reasons": _summed(forecast["reasons"], forecast["nb_mean"])},
        _probabilities(engine, forecast),
        None if forecast["line"] is None else _wager(forecast, says),
        Table.of(Says, says),
        absences,
        dict(graded[0]) if graded else None,
    )


def systems_say(engine: Engine, graph: Graph, player_id: int, day: date) -> list[Says]:
    """What each system says of a player on a date, the best first; nothing where nothing is written."""
    place = {one.system_id: number for number, one in enumerate(graph.systems)}
    rows: list[tuple[Any, ...]] = [*engine.query(_SAYS, {"player_id": player_id, "day": day}).rows]
    rows.sort(key=lambda row: place.get(row[0], len(place)))
    return [replace(Says(*row[:-1]), reasons=_summed(row[-2], row[-1])) for row in rows]


def _summed(reasons: str | None, mean: float) -> str | None:
    return None if reasons is None else summed(reasons, mean)


def _probabilities(engine: Engine, forecast: dict[str, Any]) -> tuple[float, ...]:
    asked = Asked(forecast["season"], (forecast["game_date"],))
    recalibration = read_calibrations(engine, asked, forecast["system_id"]).named(forecast["calibration_id"])
    found = distribution(np.array([forecast["nb_mean"]]), np.array([forecast["nb_variance"]]), recalibration)
    return tuple(found.pmf[0].tolist())


def _wager(forecast: dict[str, Any], says: Sequence[Says]) -> Wager:
    over = np.array([forecast["probability_over"]], dtype=np.float64)
    either = np.concatenate([over, 1 - over])
    fair = [
        float(odds) if 0 < chance < 1 else None
        for chance, odds in zip(either.tolist(), american_odds(1 / np.clip(either, _RAREST, 1)).tolist(), strict=True)
    ]
    error, stake = _standard_error(says, forecast["system_weight"]), None
    if forecast["recommendation"] in ("OVER", "UNDER"):
        price = decimal_odds(np.array([forecast[f"{forecast['recommendation'].lower()}_price"]], dtype=np.float64))
        win = np.array([forecast["win_probability"]], dtype=np.float64)
        stake = float(kelly_stake(win, price, np.full(1, error))[0])
    side = forecast["better_side"]
    return Wager(
        fair[0],
        fair[1],
        None if side is None else side.lower(),
        forecast["win_probability"],
        forecast["expected_value"],
        forecast["market_intercept"],
        forecast["market_weight"],
        forecast["system_weight"],
        stake,
        error,
        forecast["pass_reason"],
    )


def _standard_error(says: Sequence[Says], weight: float | None) -> float:
    """How far systems are apart on P(over), each by the highest level that has the player, times what one is given."""
    said: dict[str, float] = {}
    for one in says:
        name = SystemAtLevel(one.system).name
        if name != BEST and one.probability_over is not None:
            said.setdefault(name, one.probability_over)
    spread = float(np.std(list(said.values()), ddof=1)) if len(said) > 1 else 0.0
    return max(spread * abs(weight or 0.0), LEAST_STANDARD_ERROR)


def _absences(engine: Engine, player: Player, day: date, systems: Sequence[SystemAtLevel]) -> tuple[str, ...]:
    """One line for each reason why systems that are asked for have no forecast of him."""
    rows = engine.query(_ABSENT, {"player_id": player.player_id, "day": day}).rows
    by_reason: dict[str, list[str]] = {}
    asked = {one.system_id for one in systems}
    for system_id, category, reason in sorted((str(a), str(b), str(c)) for a, b, c in rows):
        if system_id in asked:
            by_reason.setdefault(f"{category}, {reason}", []).append(system_id)
    return tuple(f"{reason}: {', '.join(names)}" for reason, names in by_reason.items())


def _outside(engine: Engine, graph: Graph, player: Player, day: date) -> str:
    """Why nobody expected him, or that nothing is written of the date."""
    written = engine.query(
        "SELECT COUNT(*) FROM nba_predictions.player_prop_predictions WHERE game_date = $day", {"day": day}
    ).rows[0][0]
    if not written:
        return f"no forecasts are written of {day}: `hoopcast why predictions/{graph.systems[0].system_id} {day}`"
    return absence(engine, graph.node("upgc"), day, player.player_id)


def grades_by_system(engine: Engine, dates: Sequence[date], order: Sequence[str]) -> Table:
    """One row a system that has grades on these dates.

    Args:
        engine: the warehouse.
        dates: dates of the games.
        order: system_ids; those of others come behind, by name.
    """
    rows = engine.query(_BY_SYSTEM, {"dates": list(dates)}).rows
    place = {system_id: number for number, system_id in enumerate(order)}
    rows.sort(key=lambda row: (place.get(str(row[0]), len(place)), str(row[0])))
    kinds = ("VARCHAR", "BIGINT", "BIGINT", "DOUBLE", "DOUBLE", *["BIGINT"] * 5, "DOUBLE")
    return Table.of_rows(tuple(SystemGrades.__dataclass_fields__), kinds, rows)


def _in_words(chosen: Sequence[SystemAtLevel]) -> str:
    """Whose forecasts these are, of systems in the order in which they are asked."""
    if len(chosen) == 1:
        return chosen[0].system_id
    if {one.name for one in chosen} == {chosen[0].name}:
        return f"{chosen[0].name} at each information level"
    if chosen[0].name == BEST:
        return f"{BEST} at the highest information level that has the player"
    return "the system that knows most of the player"
