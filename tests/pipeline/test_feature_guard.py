"""A feature that never varies over a season is broken, unless it is declared or has no source."""

from datetime import date

import pytest

from hoopcast.pipeline.node import sql_nodes
from hoopcast.pipeline.verify import dull_features
from hoopcast.warehouse.duckdb import DuckDB
from hoopcast.warehouse.schema import prepare
from hoopcast.warehouse.tables import table

STORE = "nba_predictions.ml_feature_store"
FEATURES = [column.name for column in table("mlfs").columns if column.type in ("BIGINT", "DOUBLE")]


def store(constant: str, value: float | None, nights: int = 30) -> DuckDB:
    """A feature store in which everything varies from night to night but one column."""
    engine = DuckDB("duckdb://:memory:")
    prepare(engine)
    named = [name for name in FEATURES if name not in (constant, "playoff_game")]
    engine.execute(
        f"INSERT INTO {STORE} (game_id, season, season_stage, analysis_date, playoff_game, {constant},"
        f" {', '.join(named)})"
        " SELECT CAST(n.range AS VARCHAR), '2021-22', 'regular', $first + CAST(n.range AS INTEGER), 0, $value,"
        f" {', '.join('n.range' for _ in named)} FROM RANGE($nights) AS n",
        {"first": date(2021, 10, 19), "value": value, "nights": nights},
    )
    return engine


def with_sources(engine: DuckDB, *names: str) -> DuckDB:
    for name in names:
        engine.execute(f"INSERT INTO {name} (season) VALUES ('2021-22')")
    return engine


ALL_SOURCES = (
    "nba_raw.nbac_shot",
    "nba_raw.nbac_starter",
    "nba_raw.injury_status",
    "nba_raw.game_line",
    "nba_raw.points_prop_line",
)


def dull(engine: DuckDB) -> list[str]:
    return [found[-1] for found in dull_features(engine, sql_nodes(), ["2021-22"]) if found[3]]


@pytest.mark.parametrize("value", [None, 5.0, 0.0])
def test_a_feature_that_is_constant_or_always_null_is_found(value: float | None) -> None:
    engine = with_sources(store("team_win_pct", value), *ALL_SOURCES)
    assert dull(engine) == ["2021-22 regular: team_win_pct"]


def test_a_declared_constant_is_none() -> None:
    assert dull(with_sources(store("player_id", 7), *ALL_SOURCES)) == []


def test_a_feature_without_its_source_is_excused() -> None:
    engine = with_sources(store("game_total", None), *[name for name in ALL_SOURCES if "line" not in name])
    assert dull(engine) == []
    assert dull(with_sources(engine, "nba_raw.game_line", "nba_raw.points_prop_line")) == [
        "2021-22 regular: game_total"
    ]


def test_movement_of_a_line_asks_for_lines_captured_live() -> None:
    engine = with_sources(store("line_movement", None), *ALL_SOURCES)
    assert dull(engine) == []
    engine.execute("UPDATE nba_raw.points_prop_line SET line_kind = 'live'")
    assert dull(engine) == ["2021-22 regular: line_movement"]


def test_a_probability_without_vig_asks_for_both_prices() -> None:
    engine = with_sources(store("no_vig_probability_over", None), *ALL_SOURCES)
    assert dull(engine) == []
    engine.execute("UPDATE nba_raw.points_prop_line SET over_price = -110, under_price = -110")
    assert dull(engine) == ["2021-22 regular: no_vig_probability_over"]


def test_a_few_nights_are_not_judged() -> None:
    engine = with_sources(store("team_win_pct", 0.5, nights=5), *ALL_SOURCES)
    assert dull(engine) == []
