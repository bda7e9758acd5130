"""Each leak that is planted is found by rebuilding on other results, and told with the column that knows too much."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from hoopcast.audit.metadata import metadata_checks
from hoopcast.audit.paths import lineage_checks
from hoopcast.audit.rebuild import rewrite
from hoopcast.graph import nodes_of
from hoopcast.pipeline.node import Asked, Node, Producer
from hoopcast.warehouse.engine import ColumnsOf, Statements
from tests.audit.planting import REFIT_DATE, SYSTEMS, days_of, found, looked, with_code, with_text
from tests.properties.warehouses import League, copy_of

pytestmark = pytest.mark.slow

# By then nobody is expected any more because of the season before.
LATE_DATE = date(2021, 11, 28)
STORE, POPULATION = "nba_predictions.ml_feature_store", "nba_analytics.expected_player"
LINES = "nba_analytics.player_prop_line"
DISTRIBUTIONS, MODELS = "nba_predictions.forecast_distribution", "nba_predictions.trained_model"
OWN_GAME = ("AND g.game_date < u.game_date AND g.played_flag", "AND g.game_date <= u.game_date AND g.played_flag")
VERSUS = "LEFT JOIN versus AS v"
WHO_STARTS = (
    ("nba_precompute.feature_quality same", "nba_precompute.feature_quality same, nba_raw.nbac_starter same"),
    ("    c.start_rate_last_10\n", "    CASE WHEN st.starter_flag THEN 1e0 ELSE 0e0 END\n"),
    (
        VERSUS,
        "LEFT JOIN nba_raw.nbac_starter AS st ON u.game_id = st.game_id AND u.player_id = st.player_id\n" + VERSUS,
    ),
)
LATER_GAMES = (
    "    c.points_ewma,  ",
    "    MAX(c.points_ewma) OVER (PARTITION BY u.player_id, u.season) - c.points_ewma AS points_ewma,  ",
)
AFTER_TIP_OFF = ("OR l.captured_at_utc < s.tip_off_utc", "OR l.captured_at_utc IS NOT NULL")
OF_BOX = "LEFT JOIN nba_raw.nbac_player_boxscore AS b ON p.game_id = b.game_id AND p.player_id = b.player_id"
OF_LINE = "LEFT JOIN nba_analytics.player_prop_line AS q ON p.game_id = q.game_id AND p.player_id = q.player_id"
# Who is quoted must be expected, or the pipeline refuses to write.
WHO_PLAYED = (
    ("nba_raw.nbac_schedule same", "nba_raw.nbac_schedule same, nba_raw.nbac_player_boxscore same"),
    ("LEFT JOIN reports AS r", f"{OF_BOX}\n{OF_LINE}\nLEFT JOIN reports AS r"),
    ("WHERE p.claim = 1", "WHERE p.claim = 1 AND (b.player_id IS NOT NULL OR q.player_id IS NOT NULL)"),
)
QUOTED = ("WHEN 6 THEN 'market'", "WHEN 6 THEN 'history'")
MOVED_TODAY = (
    "AND h.report_date < g.game_date AND g.game_date <= h.valid_to",
    "AND h.report_date <= g.game_date AND g.game_date < h.valid_to",
)


def test_without_a_leak_nothing_is_found(league: League) -> None:
    checks = list(looked(league, nodes_of(SYSTEMS), levels=True))
    assert {check.part for check in checks} == {"rebuild", "levels"}
    assert [check for check in checks if check.findings] == []
    rows = {check.subject: check.rows for check in checks if check.part == "rebuild"}
    assert rows[STORE] > 40
    assert all(rows[f"{DISTRIBUTIONS}/linear_{level}"] > 30 for level in ("history", "news", "market"))
    assert rows[f"{MODELS}/linear_history"] == 1


def test_features_that_know_their_own_game_who_starts_or_later_games(league: League) -> None:
    told = found(looked(league, with_text("mlfs", OWN_GAME, *WHO_STARTS, LATER_GAMES)))
    # A game that counts for its own average, who starts today, and what later games of the season are measured by.
    assert all(column in told[STORE] for column in ("points_avg_vs_opponent", "past_starter_share", "points_ewma"))
    assert "as stored" in told[STORE]


def test_a_population_of_who_then_played(league: League) -> None:
    told = found(looked(league, with_text("expected", *WHO_PLAYED)))
    assert "rows stored alone" in told[POPULATION]
    assert "rows" in told[STORE]
    assert f"{DISTRIBUTIONS}/moving_average_history" in told


def a_day_too_far(producer: Producer) -> Producer:
    """Learn from the games of the refit date as well, and say that it was not so."""

    def leaky(statements: Statements, asked: Asked) -> ColumnsOf:
        day = timedelta(days=1)
        found = dict(producer(statements, replace(asked, dates=tuple(one + day for one in asked.dates))))
        found["refit_date"] = np.array(
            [str(date.fromisoformat(text) - day) for text in found["refit_date"]], dtype=object
        )
        found["trained_until"] = np.array(
            [str(date.fromisoformat(text) - day) for text in found["trained_until"]], dtype=object
        )
        return found

    return leaky


def test_a_line_that_was_seen_after_tip_off_and_a_model_that_learned_one_day_too_far_and_hides_it(
    league: League,
) -> None:
    nodes = with_code(f"{MODELS}/linear_history", a_day_too_far, with_text("ppl", AFTER_TIP_OFF, systems=SYSTEMS))
    told = found(looked(league, nodes))
    assert told[LINES]
    assert "line" in told[STORE]
    assert "document" in told[f"{MODELS}/linear_history"]
    assert "nb_mean" in told[f"{DISTRIBUTIONS}/linear_history"]
    assert f"{DISTRIBUTIONS}/linear_news" not in told


def test_a_quoted_player_who_reaches_history(league: League) -> None:
    checks = list(looked(league, with_text("expected", QUOTED), LATE_DATE, levels=True))
    told = found(check for check in checks if check.part == "levels" and "news knows" in check.check)
    assert told[POPULATION]
    assert f"{DISTRIBUTIONS}/moving_average_history" in told


def knows_who_is_quoted(producer: Producer) -> Producer:
    """Read who is quoted without saying so."""

    def leaky(statements: Statements, asked: Asked) -> ColumnsOf:
        found = dict(producer(statements, asked))
        quoted = statements.query("SELECT game_id, player_id FROM nba_analytics.player_prop_line").rows
        is_quoted = [key in set(quoted) for key in zip(found["game_id"], found["player_id"].tolist(), strict=True)]
        found["nb_mean"] = found["nb_mean"] + 0.5 * np.array(is_quoted)
        return found

    return leaky


def test_what_is_said_on_the_day_and_reaches_history(league: League) -> None:
    # A move of the day that a feature reads, and who is quoted, which a system reads without saying so.
    moved = with_text("expected", MOVED_TODAY)
    nodes = with_code(f"{DISTRIBUTIONS}/moving_average_history", knows_who_is_quoted, moved)
    checks = list(looked(league, nodes, levels=True))
    assert found(check for check in checks if check.part == "rebuild") == {}
    of_quotes = found(check for check in checks if check.part == "levels" and "news knows" in check.check)
    assert of_quotes.keys() >= {f"{DISTRIBUTIONS}/moving_average_history"}
    assert STORE not in of_quotes
    assert "nb_mean" in of_quotes[f"{DISTRIBUTIONS}/moving_average_history"]
    of_moves = found(check for check in checks if check.part == "levels" and "history knows" in check.check)
    assert "injury_risk" in of_moves[STORE]


@pytest.mark.parametrize(
    ("leak", "where"),
    [
        (lambda: with_text("mlfs", OWN_GAME), f"{STORE} games_vs_opponent"),
        (lambda: with_text("mlfs", *WHO_STARTS), f"{STORE} past_starter_share"),
        (lambda: with_text("mlfs", LATER_GAMES), f"{STORE} points_ewma"),
        (lambda: with_text("expected", *WHO_PLAYED), f"{POPULATION} *"),
        (lambda: with_text("expected", MOVED_TODAY), f"{POPULATION} injury_move_date_history"),
    ],
    ids=["own game", "starter", "later games", "who played", "move of the day"],
)
def test_lineage_finds_by_the_text_alone(leak: Callable[[], tuple[Node, ...]], where: str) -> None:
    checks = [check for check in lineage_checks(leak()) if check.findings]
    assert any(f"{check.subject} {check.detail}".startswith(where) for check in checks), checks


def test_claims_find_a_line_that_was_seen_after_tip_off(league: League) -> None:
    nodes = with_text("ppl", AFTER_TIP_OFF)
    with copy_of(league.complete) as warehouse:
        warehouse.engine.execute(
            "UPDATE nba_raw.points_prop_line SET line_kind = 'live', captured_at_utc = game_date + INTERVAL 2 DAY"
            " WHERE game_date = $day",
            {"day": REFIT_DATE},
        )
        assert rewrite(warehouse.engine, nodes, (LINES,), days_of(warehouse)) == []
        checks = list(
            metadata_checks(warehouse.engine, nodes, [day for day in days_of(warehouse) if day.date == REFIT_DATE])
        )
    late = next(check for check in checks if check.check == "a line was seen before tip-off")
    assert late.findings == late.rows > 10
