"""Who will play, as nodes of the pipeline: what is learned of absences each month, and the table of probabilities."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from hoopcast.arrays import FloatArray
from hoopcast.forecast import availability
from hoopcast.forecast.card import About, limits_of
from hoopcast.forecast.forecasting import learned_for, refit_of
from hoopcast.forecast.frame import Document, Frame
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.forecast.training import Learning, as_rows, learned
from hoopcast.forecast.training_window import first_season
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Statements

TABLE = "nba_precompute.availability"
# A line says nothing more of who plays than that there is one.
PRESENCE_LEVELS: tuple[Level, ...] = ("history", "news", "market")
_SELECT = """
SELECT f.game_id, f.player_id, f.game_date, f.season, {columns}
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
_KNOWN = "CASE f.expected_level WHEN 'history' THEN 0 WHEN 'news' THEN 1 ELSE 2 END <= {rank}"


def system_id(level: Level) -> str:
    """Whose models they are."""
    return f"availability_{level}"


def refits(statements: Statements, asked: Asked, level: Level) -> ColumnsOf:
    """Rows of `nba_predictions.trained_model` for one level: one a refit date that has enough games before it."""
    condition = f"f.game_date < $before AND f.season >= $first_season AND {_KNOWN.format(rank=LEVELS.index(level))}"
    names = availability.columns(level)
    found = statements.columns(
        _SELECT.format(columns=", ".join(("g.player_id AS played_id", *names)), join=_OUTCOME, condition=condition),
        {"before": asked.dates[-1], "first_season": first_season(asked.season)},
    )
    frame = _frame(found, names)
    played = np.isfinite(found["played_id"].astype(np.float64)).astype(np.float64)
    learning = Learning(
        system_id(level),
        frame,
        lambda rows: availability.train(frame.rows(slice(rows)), played[:rows], level),
        partial(_outputs, level),
        About(
            "players expected in games that are over, each with whether he played",
            names,
            (),
            (*availability.LIMITS, *limits_of(level)),
            availability.summary,
        ),
        least_rows=availability.LEAST_ROWS,
    )
    return as_rows(learned(statements, asked, learning))


def probabilities(statements: Statements, asked: Asked) -> ColumnsOf:
    """Rows of `nba_precompute.availability`: each expected player at each level."""
    names = tuple(dict.fromkeys(name for level in PRESENCE_LEVELS for name in availability.columns(level)))
    found = statements.columns(
        _SELECT.format(
            columns=", ".join(names), join="", condition="f.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))"
        ),
        {"dates": list(asked.dates)},
    )
    frame = _frame(found, names)
    parts = [_of_level(statements, asked, frame, level) for level in PRESENCE_LEVELS]
    count = len(PRESENCE_LEVELS)
    return {
        **{name: np.tile(found[name], count) for name in ("game_id", "player_id", "season", "game_date")},
        "level": np.repeat(np.array(PRESENCE_LEVELS, dtype=object), len(frame)),
        "play_probability": np.concatenate([probability for probability, _ in parts]),
        "dnp_rate_last_10": np.tile(found["absent_rate_last_10"].astype(np.float64), count),
        "basis": np.concatenate([basis for _, basis in parts]),
    }


def _of_level(
    statements: Statements, asked: Asked, frame: Frame, level: Level
) -> tuple[FloatArray, "np.typing.NDArray[np.object_]"]:
    """Probabilities of one level and what each rests on, a pass for each refit."""
    found = learned_for(statements, asked, system_id(level), partial(_outputs, level))
    place = refit_of(found, frame.game_date)
    probability = np.full(len(frame), np.nan)
    for number in np.unique(place):
        of_refit = place == number
        document = found[number].document if number >= 0 else None
        probability[of_refit] = availability.forecast(frame.rows(of_refit), document, level)
    return probability, np.where(place >= 0, "model", "prior").astype(object)


def _outputs(level: Level, rows: Frame, document: Document) -> Mapping[str, FloatArray]:
    return {"play_probability": availability.forecast(rows, document, level)}


def _frame(found: ColumnsOf, names: tuple[str, ...]) -> Frame:
    return Frame(
        found["game_id"],
        found["player_id"].astype(np.int64),
        found["game_date"],
        {name: found[name].astype(np.float64) for name in names},
    )
