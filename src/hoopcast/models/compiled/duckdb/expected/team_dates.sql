-- compiled from 23a6988bf2736e3c as dfc1273fd90f8583
SELECT
  *
FROM (
  SELECT
    t.team_abbr,
    d.game_date AS analysis_date,
    d.season,
    d.game_date AS unit_date,
    CAST(NULL AS TEXT) AS category,
    CAST(NULL AS TEXT) AS reason
  FROM (
    SELECT DISTINCT
      season,
      game_date
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_team_game_context
      WHERE
        game_date BETWEEN $span_start AND $span_end
    ) AS upcoming_team_game_context
  ) AS d
  CROSS JOIN nba_raw.team AS t
) AS spine_rows
WHERE
  unit_date BETWEEN $span_start AND $span_end
