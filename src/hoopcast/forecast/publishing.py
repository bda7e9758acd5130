"""Publishing: keep what was forecast before tip-off, once and for all; nothing that is rebuilt changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from hoopcast.calendar import utc_now
from hoopcast.forecast.calibrating import read_calibrations
from hoopcast.forecast.recalibration import as_text
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import Engine, Parameters
from hoopcast.warehouse.tables import table

RECORD = "nba_predictions.issued_forecast"
PREDICTIONS = "nba_predictions.player_prop_predictions"
# A game without a time of its tip-off counts as begun when its date begins in the east, at the earliest 04:00 UTC.
_DAY_BEGINS = "INTERVAL 4 HOUR"
_KEY = ("market", "game_id", "player_id", "system_id")


@dataclass(frozen=True)
class PublishReport:
    """What became of forecasts that were to be published: how many were, had been as they are, or were too late.

    Too late is a forecast of a game that has tipped off, by its time in the schedule, or that is not known to be still
    to come: one that is live, final, or without a status.
    """

    issued_at_utc: datetime
    published: int
    unchanged: int
    too_late: int


def publish(
    engine: Engine, dates: Sequence[date], system_ids: Sequence[str], now: datetime | None = None
) -> PublishReport:
    """Add forecasts of games that have not tipped off yet to the record of published ones, in one transaction.

    A forecast whose content is that of its newest record is not published again; when it was computed is no content.

    Args:
        engine: the warehouse.
        dates: dates of the games.
        system_ids: whose forecasts.
        now: moment of publishing, UTC; this one by default.

    Raises:
        ForecastError: if a recalibration that a forecast names is not there as it was.
    """
    moment = now or utc_now()
    columns = [name for name in table(RECORD).column_names if name != "issued_at_utc"]
    content = engine.row_hash([name for name in columns if name != "created_at_utc"])
    same_key = " AND ".join(f"n.{name} = p.{name}" for name in _KEY)
    standing = f"""
        SELECT p.*, p.content = n.content AS is_unchanged,
            s.game_status IS DISTINCT FROM 1
                OR $now >= COALESCE(s.tip_off_utc, CAST(s.game_date AS TIMESTAMP) + {_DAY_BEGINS}) AS is_late
        FROM (
            SELECT *, {content} AS content
            FROM (
                SELECT f.*, r.recalibration
                FROM {PREDICTIONS} AS f
                INNER JOIN (
                    SELECT UNNEST(CAST($calibration_ids AS VARCHAR[])) AS calibration_id,
                        UNNEST(CAST($recalibrations AS VARCHAR[])) AS recalibration
                ) AS r ON r.calibration_id = f.calibration_id
            ) AS whole
        ) AS p
        INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id AND s.game_date = p.game_date
        LEFT JOIN (
            SELECT {", ".join(_KEY)}, ARG_MAX({content}, issued_at_utc) AS content
            FROM {RECORD} GROUP BY {", ".join(_KEY)}
        ) AS n ON {same_key}
        WHERE p.game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
            AND p.system_id IN (SELECT UNNEST(CAST($system_ids AS VARCHAR[])))"""
    with engine.transaction():
        texts = _recalibrations(engine, dates, system_ids)
        values: Parameters = {
            "dates": list(dates),
            "system_ids": list(system_ids),
            "calibration_ids": list(texts),
            "recalibrations": list(texts.values()),
            "now": moment,
        }
        counts = engine.query(
            f"""SELECT COUNT(CASE WHEN NOT is_late AND is_unchanged IS NOT TRUE THEN 1 END),
                COUNT(CASE WHEN NOT is_late AND is_unchanged THEN 1 END), COUNT(CASE WHEN is_late THEN 1 END)
            FROM ({standing}) AS standing""",
            values,
        ).rows[0]
        published, unchanged, too_late = (int(str(count)) for count in counts)
        if published:
            engine.execute(
                f"INSERT INTO {RECORD} ({', '.join(columns)}, issued_at_utc) SELECT {', '.join(columns)}, $now"
                f" FROM ({standing}) AS standing WHERE NOT is_late AND is_unchanged IS NOT TRUE",
                values,
            )
    return PublishReport(moment, published, unchanged, too_late)


def _recalibrations(engine: Engine, dates: Sequence[date], system_ids: Sequence[str]) -> dict[str, str]:
    """Text of each recalibration that forecasts of these dates name."""
    named = engine.query(
        f"""SELECT season, system_id, LIST(DISTINCT calibration_id), MIN(game_date), MAX(game_date)
        FROM {PREDICTIONS}
        WHERE game_date IN (SELECT UNNEST(CAST($dates AS DATE[])))
            AND system_id IN (SELECT UNNEST(CAST($system_ids AS VARCHAR[])))
        GROUP BY season, system_id""",
        {"dates": list(dates), "system_ids": list(system_ids)},
    ).rows
    texts: dict[str, str] = {}
    for season, system_id, calibration_ids, first, last in named:
        calibrations = read_calibrations(
            engine, Asked(str(season), (cast("date", first), cast("date", last))), str(system_id)
        )
        texts |= {name: as_text(calibrations.named(name)) for name in cast("list[str]", calibration_ids)}
    return texts
