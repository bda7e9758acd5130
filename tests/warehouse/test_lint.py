"""The portable subset: each rule finds what breaks it, and lets pass what is written as it asks."""

import pytest

from hoopcast.errors import ModelError
from hoopcast.graph import nodes_of
from hoopcast.pipeline.node import Node, spine, sql_nodes
from tests.nodes import node_from_text
from tests.warehouse.lint import lint, refuse_unportable

GAMES = "nba_analytics.team_offense_game_summary"
BOX = "nba_raw.nbac_player_boxscore"
ORDERED = "WINDOW w AS (PARTITION BY team_abbr ORDER BY game_date, game_id)"
FRAMED = ORDERED.replace(")", " ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)")
DAY = "DATE_DIFF('day', DATE '1970-01-01', game_date)"
SPINES = tuple(dict.fromkeys(node.spine.name for node in nodes_of(None)))

# Rule, what breaks it, and the same written as it asks.
RULES = [
    (
        "named-window",
        f"SELECT SUM(fga) OVER (PARTITION BY team_abbr) AS x FROM {GAMES}",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY team_abbr)",
    ),
    (
        "window-order",
        f"SELECT ROW_NUMBER() OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY team_abbr ORDER BY game_date)",
        f"SELECT ROW_NUMBER() OVER w AS x FROM {GAMES} {ORDERED}",
    ),
    (
        "window-order",
        f"SELECT ROW_NUMBER() OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY team_abbr)",
        (
            f"WITH days AS (SELECT game_date, COUNT(*) AS n FROM {GAMES} GROUP BY game_date)"
            " SELECT ROW_NUMBER() OVER w AS x FROM days WINDOW w AS (ORDER BY game_date)"
        ),
    ),
    (
        "frame",
        f"SELECT LAG(fga) OVER w AS x FROM {GAMES} {FRAMED}",
        f"SELECT LAG(fga) OVER w AS x FROM {GAMES} {ORDERED}",
    ),
    (
        "frame",
        f"SELECT LEAD(fga) OVER w AS x FROM {GAMES} {FRAMED}",
        f"SELECT LEAD(fga) OVER w AS x FROM {GAMES} {ORDERED}",
    ),
    (
        "frame",
        f"SELECT ROW_NUMBER() OVER w AS x FROM {GAMES} {FRAMED}",
        f"SELECT ROW_NUMBER() OVER w AS x FROM {GAMES} {ORDERED}",
    ),
    (
        "frame",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} {ORDERED}",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} {FRAMED}",
    ),
    (
        "range-frame",
        (
            f"SELECT SUM(fga) OVER w AS x FROM {GAMES}"
            " WINDOW w AS (PARTITION BY team_abbr ORDER BY fga RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING)"
        ),
        (
            f"WITH days AS (SELECT fga, team_abbr, {DAY} AS day FROM {GAMES}) SELECT SUM(fga) OVER w AS x FROM days"
            " WINDOW w AS (PARTITION BY team_abbr ORDER BY day RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING)"
        ),
    ),
    (
        "window-partition",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY SIGN(margin))",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY margin)",
    ),
    (
        "window-partition",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY pace)",
        f"SELECT SUM(fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY fgm)",
    ),
    (
        "date-arithmetic",
        f"SELECT game_date - DATE '2021-10-19' AS x FROM {GAMES}",
        f"SELECT DATE_DIFF('day', DATE '2021-10-19', game_date) AS x FROM {GAMES}",
    ),
    (
        "date-add",
        f"SELECT DATE_ADD(game_date, INTERVAL '-1' DAY) AS x FROM {GAMES}",
        f"SELECT {DAY} - 1 AS x FROM {GAMES}",
    ),
    (
        "asof-join",
        f"SELECT a.fga FROM {GAMES} AS a ASOF JOIN {GAMES} AS b ON a.season = b.season AND a.fga > b.fga",
        f"SELECT a.fga FROM {GAMES} AS a INNER JOIN {GAMES} AS b ON a.season = b.season AND a.fga > b.fga",
    ),
    (
        "outer-join",
        f"SELECT a.fga FROM {GAMES} AS a LEFT JOIN {GAMES} AS b ON b.game_date < a.game_date",
        f"SELECT a.fga FROM {GAMES} AS a LEFT JOIN {GAMES} AS b ON a.season = b.season AND b.game_date < a.game_date",
    ),
    (
        "pivot",
        f"SELECT * FROM {GAMES} PIVOT (SUM(fga) FOR season_stage IN ('regular', 'playoffs'))",
        f"SELECT SUM(CASE WHEN season_stage = 'regular' THEN fga END) AS regular FROM {GAMES}",
    ),
    ("unnest", "SELECT UNNEST([1, 2]) AS x", "SELECT 1 AS x UNION ALL SELECT 2"),
    ("nested", "SELECT [1, 2] AS x", "SELECT 1 AS x, 2 AS y"),
    ("nested", f"SELECT LIST(fga) AS x FROM {GAMES}", f"SELECT MAX(fga) AS x FROM {GAMES}"),
    ("nested", "SELECT {'a': 1} AS x", "SELECT 1 AS a"),
    (
        "filter",
        f"SELECT SUM(fga) FILTER (WHERE home_flag) OVER w AS x FROM {GAMES} {FRAMED}",
        f"SELECT SUM(CASE WHEN home_flag THEN fga END) OVER w AS x FROM {GAMES} {FRAMED}",
    ),
    (
        "qualify",
        f"SELECT fga FROM {GAMES} {ORDERED} QUALIFY ROW_NUMBER() OVER w = 1",
        f"WITH g AS (SELECT fga, ROW_NUMBER() OVER w AS n FROM {GAMES} {ORDERED}) SELECT fga FROM g WHERE n = 1",
    ),
    ("distinct-on", f"SELECT DISTINCT ON (team_abbr) fga FROM {GAMES}", f"SELECT DISTINCT fga FROM {GAMES}"),
    ("quantile", f"SELECT MEDIAN(fga) AS x FROM {GAMES}", f"SELECT AVG(fga) AS x FROM {GAMES}"),
    ("quantile", f"SELECT QUANTILE_CONT(fga, 0e0) AS x FROM {GAMES}", f"SELECT MIN(fga) AS x FROM {GAMES}"),
    ("regr", f"SELECT REGR_SLOPE(fga, fta) AS x FROM {GAMES}", f"SELECT SUM(fga * fta) AS x FROM {GAMES}"),
    (
        "count-distinct-over",
        f"SELECT COUNT(DISTINCT fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY team_abbr)",
        f"SELECT COUNT(fga) OVER w AS x FROM {GAMES} WINDOW w AS (PARTITION BY team_abbr)",
    ),
    (
        "sum-of-boolean",
        f"WITH g AS (SELECT home_flag AND win_flag AS won FROM {GAMES}) SELECT SUM(won) AS x FROM g",
        f"SELECT SUM(CASE WHEN home_flag AND win_flag THEN 1 ELSE 0 END) AS x FROM {GAMES}",
    ),
    (
        "sum-of-boolean",
        f"SELECT AVG(win_flag) AS x FROM {GAMES}",
        f"SELECT AVG(CASE WHEN win_flag THEN 1e0 END) AS x FROM {GAMES}",
    ),
    ("date-trunc", f"SELECT DATE_TRUNC('month', game_date) AS x FROM {GAMES}", f"SELECT game_date AS x FROM {GAMES}"),
    (
        "weekday",
        f"SELECT EXTRACT(DOW FROM game_date) AS x FROM {GAMES}",
        f"SELECT EXTRACT(MONTH FROM game_date) AS x FROM {GAMES}",
    ),
    ("weekday", f"SELECT DAYOFWEEK(game_date) AS x FROM {GAMES}", f"SELECT MONTH(game_date) AS x FROM {GAMES}"),
    (
        "regex-flags",
        f"SELECT REGEXP_MATCHES(team_abbr, 'bos', 'i') AS x FROM {GAMES}",
        f"SELECT REGEXP_MATCHES(team_abbr, 'BOS') AS x FROM {GAMES}",
    ),
    ("log", f"SELECT LOG(fga) AS x FROM {GAMES}", f"SELECT LN(fga) AS x FROM {GAMES}"),
    ("log", f"SELECT LOG10(fga) AS x FROM {GAMES}", f"SELECT LN(fga) AS x FROM {GAMES}"),
    (
        "group-by-all",
        f"SELECT team_abbr, SUM(fga) AS x FROM {GAMES} GROUP BY ALL",
        f"SELECT team_abbr, SUM(fga) AS x FROM {GAMES} GROUP BY team_abbr",
    ),
    (
        "using",
        f"SELECT a.game_id FROM {GAMES} AS a INNER JOIN {BOX} AS b USING (game_id)",
        f"SELECT a.game_id FROM {GAMES} AS a INNER JOIN {BOX} AS b ON a.game_id = b.game_id",
    ),
    (
        "greatest",
        f"SELECT GREATEST(dreb, 0) AS x FROM {GAMES}",
        f"SELECT GREATEST(COALESCE(dreb, 0), oreb) AS x FROM {GAMES}",
    ),
    (
        "greatest",
        f"SELECT LEAST(b.oreb, 1) AS x FROM {BOX} AS a LEFT JOIN {GAMES} AS b ON a.game_id = b.game_id",
        f"SELECT LEAST(b.oreb, 1) AS x FROM {BOX} AS a INNER JOIN {GAMES} AS b ON a.game_id = b.game_id",
    ),
    (
        "timestamptz",
        "SELECT CAST(tip_off_utc AS TIMESTAMPTZ) AS x FROM nba_raw.nbac_schedule",
        "SELECT CAST(tip_off_utc AS TIMESTAMP) AS x FROM nba_raw.nbac_schedule",
    ),
    ("timestamptz", "SELECT CURRENT_TIMESTAMP AS x", "SELECT 1 AS x"),
    (
        "cast-to-integer",
        f"SELECT CAST(pace AS BIGINT) AS x FROM {GAMES}",
        f"SELECT CAST(ROUND(pace) AS BIGINT) AS x FROM {GAMES}",
    ),
    (
        "cast-to-integer",
        f"WITH g AS (SELECT pace / 2e0 AS half FROM {GAMES}) SELECT CAST(half AS BIGINT) AS x FROM g",
        f"SELECT CAST(SUM(fga) AS BIGINT) AS x FROM {GAMES}",
    ),
    ("decimal-literal", f"SELECT 0.44 * fta AS x FROM {GAMES}", f"SELECT 44e-2 * fta AS x FROM {GAMES}"),
    ("final-star", f"SELECT * FROM {GAMES}", f"WITH g AS (SELECT * FROM {GAMES}) SELECT fga FROM g"),
    (
        "final-star",
        f"SELECT fga FROM {GAMES} UNION ALL SELECT * FROM (SELECT 1 AS fga) AS x",
        f"SELECT fga FROM {GAMES}",
    ),
    ("denominator", f"SELECT fga / minutes AS x FROM {BOX}", f"SELECT fga / NULLIF(minutes, 0e0) AS x FROM {BOX}"),
    ("denominator", f"SELECT fga / 0e0 AS x FROM {BOX}", f"SELECT fga / 2e0 AS x FROM {BOX}"),
    (
        "denominator",
        f"WITH g AS (SELECT fga - 10 AS d FROM {BOX}) SELECT 1 / d AS x FROM g",
        f"WITH g AS (SELECT NULLIF(fga - 10, 0) AS d FROM {BOX}) SELECT 1 / d AS x FROM g",
    ),
    ("denominator", f"SELECT 1 / (COUNT(*) - 5) AS x FROM {BOX}", f"SELECT 1 / (COUNT(*) + 5) AS x FROM {BOX}"),
    (
        "denominator",
        f"SELECT 1 / NULLIF(fga, 5) AS x FROM {BOX}",
        f"SELECT 1 / (COALESCE(fga, 0) + 5e0) AS x FROM {BOX}",
    ),
    (
        "repeated-column",
        f"WITH g AS (SELECT a.*, b.season FROM {GAMES} AS a CROSS JOIN {BOX} AS b) SELECT fga FROM g",
        f"WITH g AS (SELECT a.*, b.points AS of_player FROM {GAMES} AS a CROSS JOIN {BOX} AS b) SELECT fga FROM g",
    ),
    ("unknown-function", f"SELECT EPOCH_SOMETHING(fga) AS x FROM {GAMES}", f"SELECT ABS(fga) AS x FROM {GAMES}"),
    ("unresolved", f"SELECT no_such_column AS x FROM {GAMES}", f"SELECT fga AS x FROM {GAMES}"),
    ("inputs", f"-- inputs: {BOX} same\nSELECT fga FROM {GAMES}", f"-- inputs: {GAMES} same\nSELECT fga FROM {GAMES}"),
    (
        "inputs",
        f"-- inputs: {BOX} same, {GAMES} same\nSELECT fga FROM {GAMES}",
        f"-- inputs: {GAMES} same\nSELECT fga FROM {GAMES}",
    ),
]


def rules(text: str) -> set[str]:
    """Names of the rules that a text breaks."""
    return {problem.rule for problem in lint(text)}


@pytest.mark.parametrize(("rule", "bad", "good"), RULES, ids=[f"{rule}-{i}" for i, (rule, _, _) in enumerate(RULES)])
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule: str, bad: str, good: str) -> None:
    assert rule in rules(bad)
    assert rules(good) == set()


@pytest.mark.parametrize("model", sql_nodes(), ids=lambda model: model.table.short)
def test_every_model_is_written_in_the_portable_subset(model: Node) -> None:
    assert lint(model.table) == ()


@pytest.mark.parametrize("name", SPINES)
def test_every_list_of_expected_rows_is_written_in_the_portable_subset(name: str) -> None:
    assert lint(spine(name).text) == ()


MODEL = f"""-- A model.
-- grain: game_id, team_abbr
-- time: game_date
-- look-back: 0
-- expected: final_team_games
-- inputs: {GAMES} same
SELECT
    game_id,                    -- VARCHAR! game [pre-game history]
    team_abbr,                  -- VARCHAR! team [pre-game history]
    game_date,                  -- DATE! date [pre-game history]
    fga / fta AS attempts       -- DOUBLE attempts per free throw [post-game]
FROM {GAMES}
"""


def test_a_problem_names_its_line_its_rule_and_what_to_write() -> None:
    (problem,) = lint(node_from_text(MODEL, "analytics", "attempts").table)
    assert (problem.line, problem.rule) == (11, "denominator")
    assert "NULLIF" in problem.message


def test_a_column_that_no_comment_describes_is_found() -> None:
    undescribed = MODEL.replace("fga / fta AS attempts       -- DOUBLE attempts per free throw [post-game]", "fga, fta")
    found = lint(node_from_text(undescribed, "analytics", "attempts").table)
    assert [(problem.rule, problem.line) for problem in found] == [("described-columns", 11)]
    assert "column 4 is fga, its comments describe nothing" in found[0].message


def test_columns_in_another_order_than_described_are_found() -> None:
    text = MODEL.replace("fga / fta", "fga").replace("    game_id,  ", "    season AS game_id_, game_id,  ")
    assert {problem.rule for problem in lint(node_from_text(text, "analytics", "attempts").table)} == {
        "described-columns"
    }


def test_a_model_outside_the_subset_is_refused_with_its_place() -> None:
    table = node_from_text(MODEL, "analytics", "attempts").table
    with pytest.raises(ModelError, match=r"nba_analytics.attempts, line 11: .* \(denominator\)"):
        refuse_unportable(table)


def test_text_that_does_not_parse_is_refused() -> None:
    with pytest.raises(ModelError, match="does not parse"):
        lint("SELECT FROM WHERE")
