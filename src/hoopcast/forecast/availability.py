"""Who will play: small boosted trees over what is known of each expected player on the morning of his game.

They believe that absences come in runs and end by the list: games missed in a row, how often he was absent of late,
what he did in his last game, moves on and off the injured list, and how many team-mates who are ready stand before him;
at the market level, whether he is quoted while others of his weight are. The trees are few and small: logistic loss is
calibrated as it is (within some two points on seasons that came after), and nothing is gained by more.

Official reports name a player OUT, and from the news level on that is taken at its word. The archive holds no reports,
so that `questionable` reads as the weakest sign of a list move until past reports are there to learn from.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from hoopcast.arrays import FloatArray, TextArray
from hoopcast.forecast.cancellation import Once
from hoopcast.forecast.card import About, limits_of
from hoopcast.forecast.forecasting import learned_for, refit_of
from hoopcast.forecast.frame import Document, Frame
from hoopcast.forecast.frames import eligible
from hoopcast.forecast.system import Learner, Level, Summary
from hoopcast.forecast.training import Learning, as_rows, learned
from hoopcast.forecast.training_window import first_season, grown_rows
from hoopcast.forecast.trees import booster, gains, grow
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

TABLE = "nba_precompute.availability"
# A line says nothing more of who plays than that there is one.
AVAILABILITY_LEVELS: tuple[Level, ...] = ("history", "news", "market")
_SELECT = """
SELECT f.game_id, f.player_id, f.game_date, f.season, f.expected_level, {columns}
FROM nba_precompute.availability_features AS f {join}
WHERE {condition}
ORDER BY f.game_date, f.game_id, f.player_id
"""
# Whoever is in no box score of a game that has one did not play.
_OUTCOME = """
LEFT JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = f.game_id AND g.player_id = f.player_id AND g.played_flag
INNER JOIN (SELECT DISTINCT game_id FROM nba_analytics.player_game_summary) AS b ON b.game_id = f.game_id
"""
# Fewer rows of the past than about ten game days teach less than the rates below.
LEAST_ROWS = 2000
_PERSONAL = (
    "games_missed_streak",
    "days_since_last_game",
    "absent_rate_last_10",
    "absent_rate_last_30",
    "minutes_last_game",
    "minutes_in_last_7_days",
    "minutes_ewma",
    "points_ewma",
    "team_games_played",
    "team_days_since_last_game",
    "team_win_pct",
)
_MOVES = ("injury_risk", "days_since_move", "days_to_move", "teammates_ready", "teammates_ahead")
_NEWS = ("minutes_out_today", "minutes_back_today")
_MARKET = ("quoted", "minutes_above_least_quoted", "points_above_least_quoted", "spread")
_RULED_OUT = "ruled_out_flag"
# Share of expected players who played, by games missed in a row: none, one, two, 3 to 5, 6 to 10, more, unknown.
# Rates of 2018-19.
_FEWEST_MISSED = (0, 1, 2, 3, 6, 11)
_PRIOR = (0.89, 0.41, 0.32, 0.2, 0.12, 0.14)
_PRIOR_UNKNOWN = 0.57
LIMITS = (
    "The archive holds no official reports: who is questionable tonight shows in list moves alone.",
    "Rest that nobody announced, and a coach's whim, it knows as rates of the past.",
    "Its trees are grown when the rows to learn from have grown by a tenth, not at every refit.",
    f"Until {LEAST_ROWS:,} expected players are on record, rates of 2018-19 by games missed speak in its place.",
)
_TREES = 100
_ROWS_A_LEAF = 200
_SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def system_id(level: Level) -> str:
    """Whose models they are."""
    return f"availability_{level}"


def refits(statements: Statements, asked: Asked, level: Level) -> ColumnsOf:
    """Rows of `nba_predictions.trained_model` for one level: one a refit date that has enough games before it."""
    names = columns(level)
    read = statements.columns(
        _SELECT.format(
            columns=", ".join(("g.player_id AS played_id", *names)),
            join=_OUTCOME,
            condition="f.game_date < $before AND f.season >= $first_season",
        ),
        {"before": asked.dates[-1], "first_season": first_season(asked.season)},
    )
    is_eligible = eligible(read, level)
    frame = _frame(read, names).rows(is_eligible)
    played = np.isfinite(read["played_id"].astype(np.float64))[is_eligible].astype(np.float64)
    learning = Learning(
        system_id(level),
        frame,
        learner(frame, played, level),
        partial(_outputs, level),
        About(
            "players expected in games that are over, each with whether he played",
            names,
            (),
            (*LIMITS, *limits_of(level)),
            summary,
        ),
        least_rows=LEAST_ROWS,
    )
    return as_rows(learned(statements, asked, learning))


def probabilities(statements: Statements, asked: Asked) -> ColumnsOf:
    """Rows of `nba_precompute.availability`: each expected player at each level."""
    names = tuple(dict.fromkeys(name for level in AVAILABILITY_LEVELS for name in columns(level)))
    read = statements.columns(
        _SELECT.format(
            columns=", ".join(names), join="", condition="f.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))"
        ),
        {"dates": list(asked.dates)},
    )
    frame = _frame(read, names)
    parts = [_of_level(statements, asked, frame, level) for level in AVAILABILITY_LEVELS]
    count = len(AVAILABILITY_LEVELS)
    return {
        **{name: np.tile(read[name], count) for name in ("game_id", "player_id", "season", "game_date")},
        "level": np.repeat(np.array(AVAILABILITY_LEVELS, dtype=object), len(frame)),
        "play_probability": np.concatenate([probability for probability, _ in parts]),
        "dnp_rate_last_10": np.tile(read["absent_rate_last_10"].astype(np.float64), count),
        "basis": np.concatenate([basis for _, basis in parts]),
    }


def _of_level(statements: Statements, asked: Asked, frame: Frame, level: Level) -> tuple[FloatArray, TextArray]:
    """Probabilities of one level and what each rests on, a pass for each refit."""
    documents = learned_for(statements, asked, system_id(level), partial(_outputs, level))
    place = refit_of(documents, frame.game_date)
    probability = np.full(len(frame), np.nan)
    for number in np.unique(place):
        of_refit = place == number
        document = documents[number].document if number >= 0 else None
        probability[of_refit] = forecast(frame.rows(of_refit), document, level)
    return probability, np.where(place >= 0, "model", "prior").astype(object)


def _outputs(level: Level, rows: Frame, document: Document) -> Mapping[str, FloatArray]:
    return {"play_probability": forecast(rows, document, level)}


def _frame(read: ColumnsOf, names: tuple[str, ...]) -> Frame:
    return Frame(
        read["game_id"],
        read["player_id"].astype(np.int64),
        read["game_date"],
        {name: read[name].astype(np.float64) for name in names},
    )


def columns(level: Level) -> tuple[str, ...]:
    """Columns of `nba_precompute.availability_features` that are read at a level; none lies above it."""
    return _features(level) if level == "history" else (*_features(level), _RULED_OUT)


def learner(frame: Frame, played: FloatArray, level: Level) -> Learner:
    """What learns who plays from the first of some expected players of games that are over.

    Trees are grown when rows have grown by a tenth (`grown_rows`), not at every refit.

    Args:
        frame: columns of `columns(level)`, at least `LEAST_ROWS` rows for trees worth having.
        played: (n,) 1 where he played, 0 where not.
        level: whose columns to read.

    Returns:
        What gives `trees` as LightGBM's text, `features` in their order and the number of `rows`.
    """
    import lightgbm  # noqa: PLC0415 - takes half a second, and most commands have no use for it

    names, trees = _features(level), Once[int, Document]()
    matrix = frame.matrix(names)

    def grow_trees(rows: int) -> Document:
        settings = _SETTINGS | {"min_data_in_leaf": max(1, min(_ROWS_A_LEAF, rows // 40))}
        data = lightgbm.Dataset(matrix[:rows], played[:rows], feature_name=list(names), params=settings)
        return {"trees": grow(settings, data, _TREES), "features": list(names), "rows": rows}

    def learn(rows: int) -> Document:
        grown = grown_rows(frame.game_date[:rows])
        return trees.get(grown if grown >= LEAST_ROWS else rows, grow_trees)

    return learn


def train(frame: Frame, played: FloatArray, level: Level) -> Document:
    """What `learner` gives for all rows of a frame."""
    return learner(frame, played, level)(len(frame))


def forecast(frame: Frame, document: Document | None, level: Level) -> FloatArray:
    """Probability that each player plays, (n,).

    Args:
        frame: columns of `columns(level)`; NaN where a player or team is new.
        document: what `train` returned; None before there is a past to learn from, for the rates of 2018-19 by games
            missed in a row.
        level: whose columns to read. From news on a player whom an official report rules out has 0.
    """
    if document is None:
        probability = _prior(frame.columns["games_missed_streak"])
    elif len(frame):
        matrix = frame.matrix(document["features"])
        probability = np.asarray(booster(document["trees"]).predict(matrix, num_threads=1), dtype=np.float64)
    else:
        probability = np.empty(0)
    return probability if level == "history" else np.where(frame.columns[_RULED_OUT] == 1, 0.0, probability)


def summary(document: Document) -> Summary:
    """What features gained in the trees."""
    gained = gains(document["trees"])
    importance = {name: gained.get(name, 0.0) for name in document["features"]}
    return Summary("share of what the trees gained in logistic loss", importance)


def _features(level: Level) -> tuple[str, ...]:
    if level == "history":
        return (*_PERSONAL, *(f"{name}_history" for name in _MOVES))
    news = (*_PERSONAL, *(f"{name}_news" for name in _MOVES), *_NEWS)
    return news if level == "news" else (*news, *_MARKET)


def _prior(missed: FloatArray) -> FloatArray:
    unknown = np.isnan(missed)
    tier = np.searchsorted(_FEWEST_MISSED, np.where(unknown, 0, missed), side="right") - 1
    return np.where(unknown, _PRIOR_UNKNOWN, np.array(_PRIOR)[tier])
