"""Whether scores are too good to be true: nobody who is honest beats a forecast that knows the real minutes."""

from collections.abc import Iterator, Sequence

from hoopcast.audit.looked import Looked
from hoopcast.errors import UsageError
from hoopcast.evaluation.alarms import LEAK, is_leak
from hoopcast.evaluation.evaluate import Choice, evaluate
from hoopcast.pipeline.ranges import UnitDate
from hoopcast.warehouse.engine import Engine

_REAL_MINUTES = "no system beats one that knows the real minutes"
_ALARMS = "no score is below the alarm of a leak"
# Fewer appearances tell luck from nothing.
_FEWEST = 200
_AGAINST_MINUTES = """
SELECT p.system_id, COUNT(*), AVG(ABS(g.points - p.forecast_median)),
    AVG(ABS(g.points - g.minutes * f.points_per_minute_ewma))
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = p.game_id AND g.player_id = p.player_id AND g.played_flag
INNER JOIN nba_predictions.ml_feature_store AS f ON f.game_id = p.game_id AND f.player_id = p.player_id
WHERE p.market = 'points' AND p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
    AND f.points_per_minute_ewma IS NOT NULL
GROUP BY p.system_id ORDER BY p.system_id
"""


def alarms(engine: Engine, days: Sequence[UnitDate], stage: str) -> Iterator[Looked]:
    """Compare the mean absolute error of every system with what only a leak reaches.

    Args:
        engine: the warehouse.
        days: dates of the range.
        stage: of which games.
    """
    dates = [day.date for day in days]
    for system, rows, error, knowing in engine.query(_AGAINST_MINUTES, {"dates": dates}).rows:
        count, own, other = int(str(rows)), float(str(error)), float(str(knowing))
        is_alarm = count >= _FEWEST and own < other
        told = f"mean error {own:.3f}, of real minutes times his rate {other:.3f}"
        yield Looked("accuracy", _REAL_MINUTES, str(system), count, int(is_alarm), told)
    try:
        found = evaluate(engine, days, Choice(stage=stage, populations=("ALL",)))
    except UsageError as error:
        yield Looked("accuracy", _ALARMS, "none", 0, 0, str(error))
        return
    for score in found.accuracy:
        if not score.is_baseline:
            told = f"mean error {score.mae:.3f} on {score.population}; below {LEAK:.2f} it knows the game"
            yield Looked("accuracy", _ALARMS, f"{score.system} {score.phase}", score.rows, int(is_leak(score)), told)
