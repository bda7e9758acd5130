"""Who may be forecast at a level, and learned from, is what the pipeline expects rows of."""

from itertools import product

import duckdb
import numpy as np
import pytest

from hoopcast.forecast.frames import eligible
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.pipeline.node import spine

# Every kind of expected player: the level that knows of him, whether a report rules him out, and his line.
KINDS = tuple(product(("history", "news", "market"), (False, True), (20.5, np.nan)))


def rows_expected(level: Level) -> list[bool]:
    """Whether the pipeline expects a forecast of each kind at a level."""
    with duckdb.connect() as connection:
        for schema in ("nba_analytics", "nba_predictions"):
            connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(
            "CREATE TABLE nba_analytics.upcoming_player_game_context (game_id VARCHAR, player_id BIGINT,"
            " season VARCHAR, game_date DATE, expected_level VARCHAR, ruled_out_flag BOOLEAN)"
        )
        connection.execute(
            "CREATE TABLE nba_analytics.player_prop_line (game_id VARCHAR, player_id BIGINT, market VARCHAR)"
        )
        for place, (known, ruled_out, line) in enumerate(KINDS):
            connection.execute(
                "INSERT INTO nba_analytics.upcoming_player_game_context VALUES ('1', ?, '2021-22', '2022-01-05', ?, ?)",
                [place, known, ruled_out],
            )
            if np.isfinite(line):
                connection.execute("INSERT INTO nba_analytics.player_prop_line VALUES ('1', ?, 'points')", [place])
        connection.execute(
            "CREATE TABLE nba_predictions.ml_feature_store AS"
            " SELECT game_id, player_id, 12.0 AS points_avg_season FROM nba_analytics.upcoming_player_game_context"
        )
        connection.execute(
            "CREATE TABLE nba_predictions.trained_model (system_id VARCHAR, season VARCHAR, refit_date DATE)"
        )
        found = connection.execute(
            "WITH asked_system AS (SELECT $system_id AS system_id, $level_rank AS level_rank, 0 AS is_trained)"
            f" SELECT category IS NULL FROM ({spine('forecasts').text}) AS expected ORDER BY player_id",
            {"system_id": f"linear_{level}", "level_rank": LEVELS.index(level)},
        ).fetchall()
    return [bool(row[0]) for row in found]


@pytest.mark.parametrize("level", LEVELS)
def test_the_rows_of_frames_are_those_that_the_pipeline_expects(level: Level) -> None:
    known, ruled_out, line = (np.array(values, dtype=object) for values in zip(*KINDS, strict=True))
    read = {"expected_level": known, "ruled_out_flag": ruled_out, "points_line": line}
    assert eligible(read, level).tolist() == rows_expected(level)


def test_a_report_rules_out_from_the_news_on_and_the_line_needs_a_line() -> None:
    assert rows_expected("history") == [known == "history" for known, _, _ in KINDS]
    assert rows_expected("market") == [not ruled_out for _, ruled_out, _ in KINDS]
    assert rows_expected("line") == [not ruled_out and np.isfinite(line) for _, ruled_out, line in KINDS]
