"""Metadata checks: cut-offs of what was learned, capture times of lines, and reasons of absent rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hoopcast.audit.checks import AuditCheck
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.pipeline.verify import verify
from hoopcast.warehouse.engine import Engine, Statements

# Of so many expected players some always sit out: where none did, the box scores chose who was expected.
_MANY = 100
_EXPECTED = "expected = rows + explained failures"


@dataclass(frozen=True)
class _MetadataCheck:
    """A check of rows of some dates: its words, its table, and SQL that is true for a row that breaks it.

    `source` names the dates with `$dates`; `shown` is SQL of what tells of a row.
    """

    check: str
    subject: str
    source: str
    broken: str
    shown: str


def _rows_of_dates(table: str, column: str, *joins: str) -> str:
    return f"{table} AS t {' '.join(joins)} WHERE t.{column} IN (SELECT UNNEST(CAST($dates AS DATE[])))"


_KEY = "t.system_id || ' on ' || t.{time} || ': ' || t.{until}"
_LEARNED = "what was learned ends before the game"
_APPEARED = "SELECT MAX(g.game_date) FROM nba_analytics.player_game_summary AS g WHERE g.game_date < t.refit_date"
_CHECKS = (
    *(
        _MetadataCheck(
            _LEARNED,
            table,
            _rows_of_dates(table, time),
            f"t.{until} IS NULL OR t.{until} >= t.{time}",
            _KEY.format(time=time, until=until),
        )
        for table, time, until in (
            ("nba_predictions.trained_model", "refit_date", "trained_until"),
            ("nba_predictions.calibration", "refit_date", "learned_until"),
            ("nba_predictions.forecast_distribution", "game_date", "trained_until"),
            ("nba_predictions.player_prop_predictions", "game_date", "trained_until"),
        )
    ),
    _MetadataCheck(
        "forecasts name what stood learned on their date",
        "nba_predictions.forecast_distribution",
        _rows_of_dates(
            "nba_predictions.forecast_distribution",
            "game_date",
            "ASOF LEFT JOIN nba_predictions.trained_model AS m"
            " ON m.system_id = t.system_id AND m.refit_date <= t.game_date",
        ),
        "m.trained_until IS NOT NULL AND m.season = t.season AND m.trained_until <> t.trained_until",
        _KEY.format(time="game_date", until="trained_until"),
    ),
    _MetadataCheck(
        "no more was learned from than there had been",
        "nba_predictions.trained_model",
        _rows_of_dates("nba_predictions.trained_model", "refit_date"),
        f"COALESCE(t.trained_until > ({_APPEARED}), TRUE)",
        _KEY.format(time="refit_date", until="trained_until"),
    ),
    _MetadataCheck(
        "a line was seen before tip-off",
        "nba_analytics.player_prop_line",
        _rows_of_dates(
            "nba_analytics.player_prop_line",
            "game_date",
            # An archive's closing lines carry no hour.
            "INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = t.game_id AND t.line_kind <> 'closing'",
        ),
        "s.tip_off_utc IS NULL OR t.captured_at_utc >= s.tip_off_utc",
        "'player ' || t.player_id || ' on ' || t.game_date || ': seen ' || t.captured_at_utc",
    ),
    _MetadataCheck(
        "a forecast stands beside the line that counted",
        "nba_predictions.player_prop_predictions",
        _rows_of_dates(
            "nba_predictions.player_prop_predictions",
            "game_date",
            "LEFT JOIN nba_analytics.player_prop_line AS q ON q.market = t.market AND q.game_id = t.game_id"
            " AND q.player_id = t.player_id",
        ),
        "t.line IS NOT NULL AND (q.points_line IS NULL OR q.points_line <> t.line)",
        "t.system_id || ' of player ' || t.player_id || ' on ' || t.game_date || ': ' || t.line",
    ),
    _MetadataCheck(
        "a spread was seen before tip-off",
        "nba_analytics.upcoming_team_game_context",
        _rows_of_dates("nba_analytics.upcoming_team_game_context", "game_date"),
        "t.total_line IS NOT NULL AND NOT EXISTS (SELECT 1 FROM nba_raw.game_line AS l"
        " INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = l.game_id"
        " WHERE l.game_id = t.game_id AND l.total_line = t.total_line"
        " AND ABS(l.home_spread) IS NOT DISTINCT FROM ABS(t.spread)"
        " AND (l.line_kind = 'closing' OR l.captured_at_utc < s.tip_off_utc))",
        "t.team_abbr || ' on ' || t.game_date || ': total ' || t.total_line",
    ),
    _MetadataCheck(
        "what was published was published before tip-off",
        "nba_predictions.issued_forecast",
        _rows_of_dates(
            "nba_predictions.issued_forecast",
            "game_date",
            "INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = t.game_id",
        ),
        "t.issued_at_utc >= s.tip_off_utc",
        "t.system_id || ' on ' || t.game_date || ': published ' || t.issued_at_utc",
    ),
)
_TURNOUT = """
SELECT u.expected_level, COUNT(*), COUNT(b.player_id)
FROM nba_analytics.upcoming_player_game_context AS u
INNER JOIN (SELECT DISTINCT game_id FROM nba_raw.nbac_player_boxscore) AS g ON g.game_id = u.game_id
LEFT JOIN nba_raw.nbac_player_boxscore AS b
    ON b.game_id = u.game_id AND b.player_id = u.player_id AND b.played_flag
WHERE u.game_date IN (SELECT UNNEST(CAST($dates AS DATE[]))) AND NOT u.ruled_out_flag
GROUP BY u.expected_level ORDER BY u.expected_level
"""


def metadata_checks(engine: Engine, nodes: tuple[Node, ...], days: Sequence[SeasonDate]) -> Iterator[AuditCheck]:
    """Check the metadata of rows of a range.

    Args:
        engine: the warehouse.
        nodes: every node, each after all that it reads.
        days: dates of the range.
    """
    dates = [day.date for day in days]
    for check in _CHECKS:
        yield _count_broken(engine, check, dates)
    yield from _turnout(engine, dates)
    for verified in verify(engine, nodes, days).checks:
        if verified.check == _EXPECTED:
            numbers = (verified.checked, verified.problems, verified.examples)
            yield AuditCheck("metadata", _EXPECTED, verified.table, *numbers)


def _count_broken(statements: Statements, check: _MetadataCheck, dates: list[date]) -> AuditCheck:
    rows, broken, example = statements.query(
        f"SELECT COUNT(*), COUNT(CASE WHEN is_broken THEN 1 END), MIN(CASE WHEN is_broken THEN shown END)"
        f" FROM (SELECT {check.broken} AS is_broken, {check.shown} AS shown FROM {check.source}) AS checked",
        {"dates": dates},
    ).rows[0]
    return AuditCheck("metadata", check.check, check.subject, int(str(rows)), int(str(broken)), str(example or ""))


def _turnout(statements: Statements, dates: list[date]) -> Iterator[AuditCheck]:
    """Who is expected is not who then played: some of those always sit out."""
    for level, expected, played in statements.query(_TURNOUT, {"dates": dates}).rows:
        count, came = int(str(expected)), int(str(played))
        is_wrong = count >= _MANY and count == came
        detail = f"{came:,} of {count:,} who were expected by {level} played"
        check = "who is expected was not chosen by who then played"
        yield AuditCheck("metadata", check, f"expected by {level}", count, int(is_wrong), detail)
